import type { Capability } from '../../scan.ts';

const BUILT_IN: Readonly<Record<string, Capability>> = {
	child_process: 'process',
	cluster: 'process',
	worker_threads: 'process',
	http: 'net',
	https: 'net',
	http2: 'net',
	net: 'net',
	tls: 'net',
	dgram: 'net',
	dns: 'net',
	'dns/promises': 'net',
	inspector: 'eval',
	'inspector/promises': 'eval',
	fs: 'fs',
	'fs/promises': 'fs',
	sqlite: 'fs',
	vm: 'eval',
	repl: 'eval',
	wasi: 'wasm',
	ffi: 'native',
};

/** Packages whose only purpose is to load or build native code. */
const NATIVE_LOADERS = new Set([
	'bindings',
	'node-gyp-build',
	'node-pre-gyp',
	'@mapbox/node-pre-gyp',
	'prebuild-install',
	'ffi-napi',
	'koffi',
]);

/** What importing a module gives, or null when that is nothing of note. */
export function capabilityOfModule(specifier: string): Capability | null {
	const name = specifier.startsWith('node:') ? specifier.slice('node:'.length) : specifier;
	if (Object.hasOwn(BUILT_IN, name)) {
		return BUILT_IN[name] ?? null;
	}

	if (name.endsWith('.node') || NATIVE_LOADERS.has(name)) {
		return 'native';
	}

	return name.endsWith('.wasm') ? 'wasm' : null;
}
