import type { Level } from '../evidence.ts';
import type { Generation, Revocation } from '../home/index.ts';
import { type Grant, parsePermission, type Permission } from '../permission.ts';
import type { TrustPolicy } from '../trust/index.ts';

/** What a plugin may do now: granted in the generation, for this very version, not expired and not revoked since. */
export function effectiveGrants(
	generation: Generation,
	{ plugin, version, now, revocations }: { plugin: string; version: string; now: Date; revocations: readonly Revocation[] },
): readonly Grant[] {
	return generation.grants.filter(
		(grant) => grant.plugin === plugin && grant.version === version && stillHolds(grant, { now, revocations }),
	);
}

/** Neither expired nor revoked since it was given. */
export function stillHolds(grant: Grant, { now, revocations }: { now: Date; revocations: readonly Revocation[] }): boolean {
	return (grant.expiresAt === null || new Date(grant.expiresAt) > now) && !revocations.some((revocation) => withdraws(revocation, grant));
}

/** False where the policy grants nothing of the kind at this level, whatever the user said before. */
export function ceilingAllows(
	policy: TrustPolicy,
	{ level, permission }: { readonly level: Level; readonly permission: Permission },
): boolean {
	return policy.permissionCeilings[level][permission.type] !== 'deny';
}

export function permissionsOf(grants: readonly Grant[]): readonly Permission[] {
	return grants.map(({ permission }) => parsePermission(permission));
}

function withdraws(revocation: Revocation, grant: Grant): boolean {
	return (
		revocation.type === 'grant' &&
		revocation.plugin === grant.plugin &&
		(revocation.permission === null || revocation.permission === grant.permission) &&
		revocation.revokedAt >= grant.grantedAt
	);
}
