import type { EngineOptions } from '../../engine.ts';
import { loadTrustRoots, type TrustRoots } from '../../trust/index.ts';
import { type LoadedPolicy, loadPolicy } from '../load-policy.ts';
import type { Standings } from './standings.ts';

/** What the user believes, which the user may change while the engine lives. */
export type Believed = {
	policies: LoadedPolicy;
	standings: Promise<Standings> | undefined;
	/** Read and checked on the first call, which costs some milliseconds. */
	readonly trustRoots: () => Promise<TrustRoots>;
	readonly reload: () => Promise<void>;
};

export function believe(options: EngineOptions, policies: LoadedPolicy): Believed {
	let roots: Promise<TrustRoots> | undefined;
	const believed: Believed = {
		policies,
		standings: undefined,
		trustRoots: () => (roots ??= loadTrustRoots({ files: rootFiles(believed.policies) })),
		reload: async () => {
			believed.policies = await loadPolicy(options);
			believed.standings = undefined;
			roots = undefined;
		},
	};
	return believed;
}

function rootFiles({ policy }: LoadedPolicy) {
	return policy.roots.map(({ id, file, scopes }) => ({ id, path: file, scopes }));
}
