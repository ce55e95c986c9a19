import { escapePackageName } from '../package-name.ts';

const PUBLIC_REGISTRY_HOSTS = new Set(['registry.npmjs.org']);
const PUBLIC_ROOT = 'https://api.npmjs.org/';

/** Where to ask for numbers of downloads. `isPublic`: the public registry has them at a host of their own. */
export type DownloadsAddress = { readonly root: string; readonly url: URL; readonly isPublic: boolean };

/**
 * Under the root of the package's own registry. Only of what comes from the public registry is the public registry's host for numbers asked: the
 * name of a package of any other registry may be a secret, and is told to nobody else.
 */
export function downloadsAddress(registryUrl: string, name: string): DownloadsAddress {
	const isPublic = PUBLIC_REGISTRY_HOSTS.has(new URL(registryUrl).host);
	const root = isPublic ? PUBLIC_ROOT : registryUrl;
	// The public host wants the slash of a scope as it is, and ours take both.
	const written = isPublic ? name : escapePackageName(name);
	return { root, url: new URL(`${root}downloads/range/last-month/${written}`), isPublic };
}
