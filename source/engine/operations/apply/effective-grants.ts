import type { Level } from '../../evidence.ts';
import type { Generation, Revocation } from '../../home/index.ts';
import { type Grant, parsePermission, type Permission, permissionId } from '../../permission.ts';
import type { TrustPolicy } from '../../trust/index.ts';

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

/** True where the policy gives every declared permission of the kind at this level, and the user never took this one back. */
export function policyGives(
	policy: TrustPolicy,
	{
		plugin,
		level,
		permission,
		revocations,
	}: {
		readonly plugin: string;
		readonly level: Level;
		readonly permission: Permission;
		readonly revocations: readonly Revocation[];
	},
): boolean {
	const isTakenBack = revocations.some(
		(revocation) =>
			revocation.type === 'grant' &&
			revocation.plugin === plugin &&
			(revocation.permission === null || revocation.permission === permissionId(permission)),
	);
	return policy.permissionCeilings[level][permission.type] === 'allow' && !isTakenBack;
}

export function permissionsOf(grants: readonly Grant[]): readonly Permission[] {
	return grants.map(({ permission: id, pin }) => {
		const permission = parsePermission(id);
		return permission.type === 'run' && pin !== undefined ? { ...permission, pin } : permission;
	});
}

function withdraws(revocation: Revocation, grant: Grant): boolean {
	return (
		revocation.type === 'grant' &&
		revocation.plugin === grant.plugin &&
		(revocation.permission === null || revocation.permission === grant.permission) &&
		revocation.revokedAt >= grant.grantedAt
	);
}
