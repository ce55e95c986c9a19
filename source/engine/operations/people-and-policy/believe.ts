import { join } from 'node:path';
import type { EngineOptions } from '../../engine.ts';
import { loadTrustRoots, type PolicyRoot, PUBLIC_ROOT_ID, type TrustRootFile, type TrustRoots } from '../../trust/index.ts';
import { type LoadedPolicy, loadPolicy, trustFolder } from '../load-policy.ts';
import type { Standings } from './standings.ts';

/** What the user believes, which the user may change while the engine lives. */
export type Believed = {
	policies: LoadedPolicy;
	standings: Promise<Standings> | undefined;
	/** Read and checked on the first call, which costs some milliseconds. */
	readonly trustRoots: () => Promise<TrustRoots>;
	readonly reload: () => Promise<void>;
};

/** `tell` hears once what should be done about a root. */
export function believe(options: EngineOptions, policies: LoadedPolicy, tell: (text: string) => void): Believed {
	let roots: Promise<TrustRoots> | undefined;
	const told = new Set<string>();
	const load = async (): Promise<TrustRoots> => {
		const loaded = await rootsOf(options, believed.policies.policy.roots);
		for (const { text } of loaded.notices.filter((notice) => !told.has(notice.text))) {
			told.add(text);
			tell(text);
		}

		return loaded;
	};
	const believed: Believed = {
		policies,
		standings: undefined,
		trustRoots: () => (roots ??= load()),
		reload: async () => {
			believed.policies = await loadPolicy(options);
			believed.standings = undefined;
			roots = undefined;
		},
	};
	return believed;
}

/** The public root and those of a policy. */
export function rootsOf(options: EngineOptions, roots: readonly PolicyRoot[]): Promise<TrustRoots> {
	return loadTrustRoots({
		keptPublicPath: keptRootPath(options, PUBLIC_ROOT_ID),
		files: roots.map((root): TrustRootFile => {
			const { id, scopes, registries } = root;
			return 'file' in root
				? { id, scopes, registries, path: root.file }
				: { id, scopes, registries, mirror: root.tuf, anchorPath: root.root, keptPath: keptRootPath(options, id) };
		}),
	});
}

/** Where the last refresh of a root is kept. It needs no protection: it proves itself each time it is read. */
export function keptRootPath(options: EngineOptions, id: string): string {
	return join(trustFolder(options), 'trust-roots', `${encodeURIComponent(id)}.json`);
}
