import type { Resolution } from './resolve-import.ts';

/** Modules of node that only make sense with rights of the machine, which no isolate has. What asks for them only to read constants needs none. */
const HOST_MODULES: ReadonlySet<string> = new Set([
	'child_process',
	'cluster',
	'dgram',
	'dns',
	'ffi',
	'http',
	'http2',
	'https',
	'inspector',
	'net',
	'repl',
	'sqlite',
	'tls',
	'wasi',
]);

/** Packages whose one purpose is to find and load machine code. */
const ADDON_LOADERS: ReadonlySet<string> = new Set([
	'@mapbox/node-pre-gyp',
	'bindings',
	'node-gyp-build',
	'node-gyp-build-optional-packages',
	'node-pre-gyp',
	'pkg-prebuilds',
]);

export const NATIVE_ADDON = 'native addon';

/** What an import needs of the machine: the name of a module of node, `native addon`, or null. */
export function hostPowerOf(specifier: string, resolution: Resolution): string | null {
	switch (resolution.type) {
		case 'builtin': {
			const [name = ''] = resolution.name.split('/', 1);
			return !resolution.isProvided && HOST_MODULES.has(name) ? name : null;
		}
		case 'file':
			return resolution.location.path.endsWith('.node') || ADDON_LOADERS.has(specifier) ? NATIVE_ADDON : null;
		case 'missing':
			// An archive rarely holds what an install script would have built.
			return specifier.endsWith('.node') ? NATIVE_ADDON : null;
		case 'sdk':
		case 'empty':
			return null;
	}
}
