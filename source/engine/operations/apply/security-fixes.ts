import type { Lock } from '../../lock.ts';
import { securityFixes } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { loadAdvisories } from '../artefacts/load-advisories.ts';
import { uniquePackages } from '../locks/lock-queries.ts';

export type SecurityFixes = ReturnType<typeof securityFixes>;

const NONE: SecurityFixes = new Map();

/**
 * Versions for which no age is waited, since what is installed has a known hole that they are the first to close. Only a set of advisories
 * that lies on this machine and that the user or the organisation named can say so: whoever could write one could hurry a version along.
 */
export async function loadSecurityFixes(context: EngineContext, lock: Lock, signal: AbortSignal): Promise<SecurityFixes> {
	const { advisories: source, minimumAgeHours } = context.policy;
	if (source === null || source === 'registry' || minimumAgeHours === 0 || context.policies.setBy.advisories === 'project') {
		return NONE;
	}

	const installed = uniquePackages(lock);
	const names = [...new Set(installed.map(({ name }) => name))];
	return names.length === 0 ? NONE : securityFixes(installed, await loadAdvisories(context, { source, names }, signal));
}
