/** Node built-ins that exist inside the isolate. The guest's table is typed by this list, so the two cannot drift apart. */
export const PROVIDED_MODULES = [
	'assert',
	'assert/strict',
	'async_hooks',
	'buffer',
	'console',
	'constants',
	'crypto',
	'diagnostics_channel',
	'events',
	'fs',
	'fs/promises',
	'module',
	'os',
	'path',
	'path/posix',
	'perf_hooks',
	'process',
	'punycode',
	'querystring',
	'readline',
	'readline/promises',
	'stream',
	'stream/consumers',
	'stream/promises',
	'stream/web',
	'string_decoder',
	'sys',
	'test',
	'timers',
	'timers/promises',
	'tty',
	'url',
	'util',
	'util/types',
	'v8',
	'vm',
	'worker_threads',
	'zlib',
] as const;

export type ProvidedModule = (typeof PROVIDED_MODULES)[number];

const PROVIDED: ReadonlySet<string> = new Set(PROVIDED_MODULES);

export function isProvided(name: string): name is ProvidedModule {
	return PROVIDED.has(name);
}
