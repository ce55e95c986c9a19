import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');
const FOLDERS = ['source/engine/trust/evidence', 'source/engine/trust/provenance'];
const FILES = ['source/engine/trust/level/live-roots.ts'];

type Row = { readonly code: string; readonly state: string; readonly sentence: string };

const rows = rowsOf(await readFile(path.join(ROOT, 'docs/evidence.md'), 'utf8'));
const source = await readSource();

describe('docs/evidence.md', () => {
	it('has a row for every code that a check can give, with its state, and no other', () => {
		const thrown = [...source.matchAll(/\b(invalid|unavailable|absent)\(\s*'([\w-]+)',/g)].map(
			([, state = '', code = '']) => `${code} ${state}`,
		);
		const mapped = [
			...source.matchAll(/^\t[A-Z_]+_ERROR: '([\w-]+)'/gm),
			...source.matchAll(/startsWith\('TLOG'\) \? '([\w-]+)' : '([\w-]+)'/g),
		];
		const codes = mapped.flatMap(([, ...words]) => words).map((code) => `${code} invalid`);
		const reserved = [...source.matchAll(/code: '([\w-]+)'/g)].map(([, code = '']) => code);
		const written = new Set(rows.map(({ code, state }) => `${code} ${state}`));
		expect([...new Set([...thrown, ...codes])].filter((word) => !written.has(word))).toEqual([]);
		expect(reserved.filter((code) => !rows.some((row) => row.code === code))).toEqual([]);
		const known = new Set([...thrown, ...codes]);
		const invented = rows.filter(({ code, state }) => code !== '' && !known.has(`${code} ${state}`) && !reserved.includes(code));
		expect(invented).toEqual([]);
	});

	it('quotes the sentences as they are written', () => {
		const plain = source.replaceAll(/\\'/g, "'");
		const wrong = rows.filter(({ sentence }) => sentence.split('…').some((part) => !plain.includes(part)));
		expect(wrong).toEqual([]);
	});

	it('has the sentence of every check', () => {
		const sentences = [...source.matchAll(/\b(?:invalid|unavailable|absent)\(\s*'[\w-]+',\s*(?:'([^'\n]+)'|"([^"\n]+)"|`([^`\n]+)`)/g)]
			.map(([, single = '', double = '', template = '']) => single + double + withDots(template))
			.filter((sentence) => sentence.endsWith('.'));
		expect(sentences.length).toBeGreaterThan(50);
		expect([...new Set(sentences)].filter((sentence) => !rows.some((row) => row.sentence === sentence))).toEqual([]);
	});
});

/** Every `${...}` becomes the sign for a value; braces nest. */
function withDots(template: string): string {
	let text = template;
	for (let before = ''; before !== text;) {
		before = text;
		text = text.replaceAll(/\$?\{[^{}]*\}/g, '…');
	}

	return text;
}

function rowsOf(text: string): readonly Row[] {
	return text
		.split('\n')
		.filter((line) => /^\|.*\| `(?:verified|absent|unavailable|invalid)` \|/.test(line))
		.map((line) => {
			const [code = '', state = '', sentence = ''] = line
				.slice(1, -1)
				.split('|')
				.map((cell) => cell.trim().replaceAll('`', ''));
			return { code, state, sentence };
		});
}

async function readSource(): Promise<string> {
	const names = await Promise.all(
		FOLDERS.map(async (folder) => (await readdir(path.join(ROOT, folder))).map((name) => path.join(folder, name))),
	);
	const texts = await Promise.all([...names.flat(), ...FILES].map((name) => readFile(path.join(ROOT, name), 'utf8')));
	return texts.join('\n');
}
