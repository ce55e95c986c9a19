import type { Revocation } from '../../home/index.ts';
import type { LockPackage } from '../../lock.ts';

export type RevokedVersion = Extract<Revocation, { readonly type: 'version' }>;

/** The first of the packages that was revoked, or null. */
export function findRevokedVersion(packages: readonly LockPackage[], revocations: readonly Revocation[]): RevokedVersion | null {
	const revoked = revocations.filter((revocation) => revocation.type === 'version');
	return revoked.find(({ name, version }) => packages.some((locked) => locked.name === name && locked.version === version)) ?? null;
}
