/** Node built-ins that exist inside the isolate. The guest's table is typed by this list, so the two cannot drift apart. */
export const PROVIDED_MODULES = [
	'assert',
	'assert/strict',
	'buffer',
	'events',
	'os',
	'path',
	'path/posix',
	'process',
	'querystring',
	'string_decoder',
	'test',
	'timers',
	'timers/promises',
	'url',
	'util',
	'util/types',
] as const;

export type ProvidedModule = (typeof PROVIDED_MODULES)[number];

const PROVIDED: ReadonlySet<string> = new Set(PROVIDED_MODULES);

export function isProvided(name: string): name is ProvidedModule {
	return PROVIDED.has(name);
}
