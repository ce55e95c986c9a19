import type { Evidence } from '../../evidence.ts';
import { matchesAny } from '../policy/name-pattern.ts';
import type { TrustPolicy } from '../policy/policy.ts';

const PUBLIC_ROOT_ID = 'public';

/**
 * What was verified stays verified, except under a trust root that the policy has taken away since, or has taken the name from: whoever
 * removes a root has a reason to. Evidence that does not say who vouched for it is from before that was kept, and counts.
 */
export function underLiveRoots(
	evidence: readonly Evidence[],
	{ name, policy }: { readonly name: string; readonly policy: TrustPolicy },
): readonly Evidence[] {
	const isGone = evidence.some(({ root }) => root !== undefined) ? goneRoot(name, policy) : () => false;
	return evidence.map((entry) => (entry.root !== undefined && isGone(entry.root) ? withoutRoot(entry, entry.root) : entry));
}

function goneRoot(name: string, { roots }: TrustPolicy): (root: string) => boolean {
	const bound = roots.filter(({ scopes }) =>
		matchesAny(
			scopes.filter((scope) => scope !== '*'),
			name,
		),
	);
	const live = bound.length > 0 ? bound : roots.filter(({ scopes }) => scopes.includes('*'));
	return (root) => (root === PUBLIC_ROOT_ID ? bound.length > 0 : !live.some(({ id }) => id === root));
}

function withoutRoot({ kind }: Evidence, root: string): Evidence {
	const reason = `It was verified under the trust root "${root}", which may not vouch for this package any more.`;
	return { kind, state: 'unavailable', reason, code: 'root-removed', identity: null };
}
