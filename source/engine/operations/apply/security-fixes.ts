import type { Lock } from '../../lock.ts';
import { securityFixes } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { loadAdvisories } from '../artefacts/load-advisories.ts';
import { uniquePackages } from '../locks/lock-queries.ts';

export type SecurityFixes = ReturnType<typeof securityFixes>;

const NONE: SecurityFixes = new Map();

/**
 * Versions for which no age is waited, since what is installed has a known hole that they are the first to close. Only a set of advisories
 * that is signed by a key that the user or the organisation named can say so: whoever could write one could hurry a version along.
 */
export async function loadSecurityFixes(context: EngineContext, lock: Lock, signal: AbortSignal): Promise<SecurityFixes> {
	const { advisories, minimumAgeHours } = context.policy;
	if (advisories === null || advisories.key === null || minimumAgeHours === 0 || context.policies.setBy.advisories === 'project') {
		return NONE;
	}

	const { source, key } = advisories;
	if (source === 'registry' && context.options.offline) {
		// An update that cannot ask for fixes waits for them as for anything young.
		return NONE;
	}

	const installed = uniquePackages(lock);
	const names = [...new Set(installed.map(({ name }) => name))];
	return names.length === 0 ? NONE : securityFixes(installed, (await loadAdvisories(context, { source, key, names }, signal)).advisories);
}
