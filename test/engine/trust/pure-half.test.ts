import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const HOME = new URL('../../../source/engine/trust/', import.meta.url);

const files = await Promise.all(
	['level', 'policy'].map(async (folder) => (await readdir(new URL(folder, HOME))).map((name) => `${folder}/${name}`)),
);

async function importsOf(url: URL, seen: Map<string, string[]>): Promise<Map<string, string[]>> {
	if (!seen.has(url.href)) {
		const source = await readFile(url, 'utf8');
		// Types vanish; only what is loaded at run time counts.
		const names = [...source.matchAll(/^import (?!type)[^;]*? from '([^']+)'|import\('([^']+)'\)/gm)].map(
			(match) => match[1] ?? match[2] ?? '',
		);
		seen.set(url.href, names);
		for (const name of names.filter((one) => one.startsWith('.'))) {
			await importsOf(new URL(name, url), seen);
		}
	}

	return seen;
}

describe('the pure half of trust', () => {
	it.each(files.flat())('%s loads no node module and no Sigstore', async (door) => {
		const graph = await importsOf(new URL(door, HOME), new Map());
		const packages = [...graph.values()].flat().filter((name) => !name.startsWith('.'));
		expect([...new Set(packages)].filter((name) => name !== 'valibot')).toEqual([]);
	});

	it('is told apart from the other half by this very test', async () => {
		const graph = await importsOf(new URL('evidence/collect.ts', HOME), new Map());
		expect([...graph.values()].flat()).toEqual(expect.arrayContaining(['node:crypto', '@sigstore/verify']));
	});
});
