import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

/** One package and one call of it. */
export type SmokeRow = {
	/** `name@version`. */
	readonly package: string;
	/** JavaScript: `ns` is the namespace, `m` the default export or else the namespace. May be a promise. */
	readonly expression: string;
	/** What node gives for it, as JSON. */
	readonly expected?: unknown;
	/** Modules of the machine that the call never gets to, as a plugin's manifest says it. */
	readonly worksWithout?: readonly string[];
};

export async function readList(): Promise<readonly SmokeRow[]> {
	return JSON.parse(await readFile(join(import.meta.dirname, 'list.json'), 'utf8')) as readonly SmokeRow[];
}

export function nameOf(row: SmokeRow): string {
	return row.package.slice(0, row.package.indexOf('@', 1));
}

/** A plugin that makes the call. */
export function pluginFiles(row: SmokeRow): Readonly<Record<string, string>> {
	const name = nameOf(row);
	const manifest = {
		name: 'smoke',
		version: '1.0.0',
		type: 'module',
		dependencies: { [name]: '*' },
		plugward: {
			apiVersion: 1,
			main: './plugin.js',
			tasks: { go: {} },
			limits: { memoryBytes: 268_435_456 },
			worksWithout: row.worksWithout ?? [],
		},
	};
	return {
		'package.json': JSON.stringify(manifest),
		'plugin.js': `import * as ns from ${JSON.stringify(name)};\nconst m = ns.default ?? ns;\nexport default { execute: async () => JSON.parse(JSON.stringify(await (${row.expression}))) };\n`,
	};
}

/** What JSON keeps of both; the answer has been through it once. */
export function isSameJson(output: unknown, expected: unknown): boolean {
	return isDeepStrictEqual(JSON.parse(JSON.stringify(output ?? null)), JSON.parse(JSON.stringify(expected ?? null)));
}
