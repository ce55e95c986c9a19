/**
 * Node built-ins that no isolate has, each with what there is instead, or nothing. A name below one of these (`dns/promises`,
 * `_http_agent`) is as its family.
 */
export const UNAVAILABLE_MODULES = {
	child_process: 'A plugin runs granted programs with context.exec.',
	cluster: '',
	dgram: '',
	dns: '',
	domain: '',
	ffi: '',
	http: 'A granted host is asked with fetch.',
	http2: 'A granted host is asked with fetch.',
	https: 'A granted host is asked with fetch.',
	inspector: '',
	net: 'A granted host is asked with fetch.',
	repl: '',
	sea: '',
	'path/win32': 'Paths are those of path/posix.',
	sqlite: 'A plugin keeps data with context.storage.',
	'test/reporters': '',
	tls: 'A granted host is asked with fetch.',
	trace_events: '',
	wasi: 'A .wasm file that needs it is imported.',
} as const;

const WORDS: Readonly<Record<string, string>> = UNAVAILABLE_MODULES;

/** What there is instead of it; null when it is no such module. */
export function insteadOf(module: string): string | null {
	const family = module.replace(/^_/, '').split(/[/_]/, 1)[0] ?? '';
	const name = Object.hasOwn(WORDS, module) ? module : family;
	return Object.hasOwn(WORDS, name) ? (WORDS[name] ?? '') : null;
}
