import type { Generation } from '../../home/index.ts';
import type { Lock } from '../../lock.ts';
import type { Grant } from '../../permission.ts';
import type { Applied, Decision, Requirement } from '../../plan.ts';
import type { EngineContext } from '../engine-context.ts';

type PermissionRequirement = Extract<Requirement, { readonly type: 'permission' }>;

type GrantRequest = {
	readonly base: Generation;
	readonly lock: Lock;
	readonly requirements: readonly Requirement[];
	readonly decisions: readonly Decision[];
};

/** What the next generation allows: decided now, or carried over from an unchanged plugin. */
export function grantsOf(context: EngineContext, { base, lock, requirements, decisions }: GrantRequest): readonly Grant[] {
	const answers = new Map(decisions.map((decision) => [decision.requirementId, decision]));
	const asked = new Set(requirements.flatMap((requirement) => (requirement.type === 'permission' ? [requirement.plugin] : [])));
	const carried = base.grants.filter(({ plugin, version }) => !asked.has(plugin) && isRoot(lock, plugin, version));
	const decided = requirements.flatMap((requirement) => {
		if (requirement.type !== 'permission') {
			return [];
		}

		const before = base.grants.find(({ plugin, permission }) => plugin === requirement.plugin && permission === requirement.permissionId);
		const grant = decide(requirement, { decision: answers.get(requirement.id) ?? null, before: before ?? null, now: context.clock() });
		return grant === null ? [] : [grant];
	});
	return [...carried, ...decided].toSorted((a, b) => compareText(`${a.plugin} ${a.permission}`, `${b.plugin} ${b.permission}`));
}

type Deciding = { readonly decision: Decision | null; readonly before: Grant | null; readonly now: Date };

/**
 * Null when it is denied. What the policy gives is given unless it is denied. What still holds stays as it was, its time and its end included, when it is undecided or accepted with nothing
 * new said: else the same command would write a generation each time, and an update would make a permission that ends one for good.
 */
function decide(requirement: PermissionRequirement, { decision, before, now }: Deciding): Grant | null {
	const { plugin, version, permissionId: permission, novelty, byPolicy = false } = requirement;
	const holds = novelty === 'carried-over';
	if (decision === null ? !holds && !byPolicy : decision.answer === 'deny') {
		return null;
	}

	if (holds && before !== null && decision?.reason === undefined && decision?.expires === undefined) {
		return { ...before, version };
	}

	return {
		plugin,
		version,
		permission,
		grantedAt: now.toISOString(),
		reason: decision?.reason ?? (byPolicy ? 'allowed by policy' : null),
		expiresAt: decision?.expires ?? null,
	};
}

function isRoot(lock: Lock, plugin: string, version: string): boolean {
	return Object.values(lock.roots).some(
		({ instance }) => lock.packages[instance]?.name === plugin && lock.packages[instance]?.version === version,
	);
}

/** Which of the permissions asked for were granted, and which were not. */
export function summarizeGrants(requirements: readonly Requirement[], grants: readonly Grant[]): Pick<Applied, 'granted' | 'denied'> {
	const asked = requirements.flatMap((requirement) =>
		requirement.type === 'permission' ? [{ plugin: requirement.plugin, permission: requirement.permissionId }] : [],
	);
	const isGranted = ({ plugin, permission }: { readonly plugin: string; readonly permission: string }): boolean =>
		grants.some((grant) => grant.plugin === plugin && grant.permission === permission);
	return { granted: asked.filter(isGranted), denied: asked.filter((one) => !isGranted(one)) };
}

function compareText(a: string, b: string): number {
	return a < b ? -1 : Number(a > b);
}
