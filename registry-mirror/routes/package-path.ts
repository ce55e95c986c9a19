import { isPackageName, versionOfTarball } from '../services/index.ts';

/** What a path outside `/-/` names. */
export type PackagePath =
	| { readonly type: 'package'; readonly name: string }
	| { readonly type: 'manifest'; readonly name: string; readonly versionOrTag: string }
	| { readonly type: 'tarball'; readonly name: string; readonly version: string }
	| { readonly type: 'package-revision'; readonly name: string; readonly revision: string }
	| { readonly type: 'tarball-revision'; readonly name: string; readonly version: string; readonly revision: string };

/** Reads a raw URL: `/@scope%2fname` and `/@scope/name` are the same. Null for what names nothing, such as `/../x` or a bad escape. */
export function parsePackagePath(rawUrl: string): PackagePath | null {
	const segments = decodeSegments(rawUrl);
	const [first = '', second = ''] = segments ?? [];
	const isPlainScope = first.startsWith('@') && !first.includes('/');
	const name = isPlainScope ? `${first}/${second}` : first;
	// `/-/` is the registry's own; a package may be called `-`, but nothing of it lies below that.
	const isRegistryPath = first === '-' && segments !== null && segments.length > 1;
	if (segments === null || isRegistryPath || !isPackageName(name)) {
		return null;
	}

	return parseRest(name, segments.slice(isPlainScope ? 2 : 1));
}

function parseRest(name: string, rest: readonly string[]): PackagePath | null {
	const [first, second, third, fourth] = rest;
	if (first === undefined) {
		return { type: 'package', name };
	}

	if (first === '-rev' && second !== undefined && rest.length === 2) {
		return { type: 'package-revision', name, revision: second };
	}

	if (first !== '-') {
		return rest.length === 1 && first !== '' ? { type: 'manifest', name, versionOrTag: first } : null;
	}

	const version = second === undefined ? null : versionOfTarball(name, second);
	if (version === null) {
		return null;
	}

	if (rest.length === 2) {
		return { type: 'tarball', name, version };
	}

	return third === '-rev' && fourth !== undefined && rest.length === 4
		? { type: 'tarball-revision', name, version, revision: fourth }
		: null;
}

function decodeSegments(rawUrl: string): readonly string[] | null {
	const end = rawUrl.indexOf('?');
	try {
		return (end === -1 ? rawUrl : rawUrl.slice(0, end)).slice(1).split('/').map(decodeURIComponent);
	} catch {
		// Only a bad escape makes decodeURIComponent throw, and then nothing is named.
		return null;
	}
}
