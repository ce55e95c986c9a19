import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePluginManifest } from '../../source/engine/parse-manifest.ts';
import { exampleFolder, loadExample, readManifest } from './load-example.ts';

const EXAMPLES = ['link-checker', 'log-summary/1.0.0', 'log-summary/1.1.0', 'markdown-report', 'greedy-notes'];

describe.each(EXAMPLES)('the example %s', (name) => {
	it('has a manifest that plugward accepts', async () => {
		expect(parsePluginManifest(await readManifest(name))).toMatchObject({ apiVersion: 1 });
	});

	it('exports a plugin', async () => {
		expect(await loadExample(name)).toMatchObject({ execute: expect.any(Function) });
	});

	it('packs every file it needs and says what it is', async () => {
		const manifest = await readManifest(name);
		const present = await readdir(exampleFolder(name));
		expect(present.filter((file) => file !== 'package.json').toSorted()).toEqual([...manifest.files].toSorted());
		expect(manifest).toMatchObject({
			license: 'MIT',
			description: expect.stringMatching(/.{30}/),
			keywords: expect.arrayContaining(['plugward-plugin']),
		});
	});

	it('imports only its own files, the SDK and what it depends on', async () => {
		const manifest = await readManifest(name);
		const allowed = new Set(['plugward/sdk', ...Object.keys(manifest.dependencies ?? {})]);
		for (const file of manifest.files.filter((entry) => entry.endsWith('.js'))) {
			const source = await readFile(path.join(exampleFolder(name), file), 'utf8');
			const imported = [...source.matchAll(/from '([^']+)'/g)].map((match) => match[1] ?? '');
			expect(imported.filter((specifier) => !allowed.has(specifier) && !manifest.files.includes(specifier.replace('./', '')))).toEqual([]);
		}
	});
});

it('shows in the README of each example how to install and run it under its own name', async () => {
	for (const name of EXAMPLES) {
		const readme = await readFile(path.join(exampleFolder(name), 'README.md'), 'utf8');
		const manifest = await readManifest(name);
		const tasks = Object.keys(parsePluginManifest(manifest)?.tasks ?? {});
		expect(readme).toContain(`plugward install ${manifest.name}`);
		expect(tasks.some((task) => readme.includes(`plugward run ${manifest.name} ${task}`))).toBe(true);
	}
});
