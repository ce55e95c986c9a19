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
};

export async function readList(): Promise<readonly SmokeRow[]> {
	return JSON.parse(await readFile(join(import.meta.dirname, 'list.json'), 'utf8')) as readonly SmokeRow[];
}

/** A plugin that makes the call. */
export function pluginFiles(row: SmokeRow): Readonly<Record<string, string>> {
	const name = row.package.slice(0, row.package.indexOf('@', 1));
	const manifest = {
		name: 'smoke',
		version: '1.0.0',
		type: 'module',
		dependencies: { [name]: '*' },
		plugward: { apiVersion: 1, main: './plugin.js', tasks: { go: {} }, limits: { memoryBytes: 268_435_456 } },
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
