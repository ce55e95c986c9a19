import { userInfo } from 'node:os';
import type { Acceptance } from '../../acceptance.ts';
import { EngineError } from '../../errors.ts';
import type { Generation } from '../../home/index.ts';
import type { Lock } from '../../lock.ts';
import type { Decision, Requirement } from '../../plan.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';
import { sentenceOf } from './consent.ts';

const DAY_MILLISECONDS = 86_400_000;

type AcceptanceRequest = {
	readonly base: Generation;
	readonly lock: Lock;
	readonly requirements: readonly Requirement[];
	readonly decisions: readonly Decision[];
};

/**
 * What the next generation remembers as accepted: what the base did, for versions that stay, and what these decisions accept. Throws
 * `consent-required` where the policy wants a reason and none is given, `usage` for an end that has passed or is too far away.
 */
export function acceptancesOf(context: EngineContext, { base, lock, requirements, decisions }: AcceptanceRequest): readonly Acceptance[] {
	const accepted = requirements.flatMap((requirement) => {
		const decision = decisions.find(({ requirementId, answer }) => requirementId === requirement.id && answer === 'accept');
		return requirement.type === 'permission' || decision === undefined ? [] : [accept(context, requirement, decision)];
	});
	const installed = new Set(Object.values(lock.packages).map(idOf));
	const isReplaced = (one: Acceptance) =>
		accepted.some((other) => other.package === one.package && other.version === one.version && other.rule === one.rule);
	return [...base.settings.acceptances.filter((one) => installed.has(`${one.package}@${one.version}`) && !isReplaced(one)), ...accepted];
}

function accept(
	{ policy, clock }: EngineContext,
	requirement: Exclude<Requirement, { readonly type: 'permission' }>,
	{ reason = '', expires }: Decision,
): Acceptance {
	const now = clock().getTime();
	const { days, reason: wanted } = policy.acceptances;
	const words = stripToLine(reason).trim();
	if (wanted === 'required' && words === '') {
		throw new EngineError('consent-required', `Your policy wants a reason for what is accepted: ${sentenceOf(requirement)}`, {
			hint: 'Say why: --reason "moved to another organisation"',
			details: [requirement],
		});
	}

	const latest = now + days * DAY_MILLISECONDS;
	const end = expires === undefined ? latest : Date.parse(expires);
	if (Number.isNaN(end) || end <= now || end > latest) {
		throw new EngineError('usage', `What is accepted ends within ${days} days from now, not at ${stripToLine(expires ?? '')}.`, {
			hint: `For instance: --expires ${new Date(Math.min(latest, now + 30 * DAY_MILLISECONDS)).toISOString().slice(0, 10)}`,
		});
	}

	return {
		package: requirement.package,
		version: requirement.version,
		rule: requirement.type,
		text: sentenceOf(requirement),
		reason: words === '' ? null : words,
		acceptedAt: new Date(now).toISOString(),
		expires: new Date(end).toISOString(),
		by: userInfo().username,
	};
}
