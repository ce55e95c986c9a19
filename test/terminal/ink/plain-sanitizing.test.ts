import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { beforeAll, expect, it } from 'vitest';

import { sanitizeOnlyDoubtful } from '../../../source/terminal/ink/plain-sanitizing.ts';
import { randomFrom } from '../../proofs/random.ts';

let sanitizeOfInk: (text: string) => string;

beforeAll(async () => {
	// Ink does not offer this module; the build takes it from where it lies.
	const file = join(import.meta.dirname, '../../../node_modules/ink/build/sanitize-ansi.js');
	const loaded = (await import(pathToFileURL(file).href)) as { readonly default: (text: string) => string };
	sanitizeOfInk = loaded.default;
});

const PIECES = [
	'plain text ',
	'│',
	'\u001B[1;36m',
	'\u001B[m',
	'\u001B[0m',
	'\u001B[38:2::1:2:3m',
	'\u001B[2J',
	'\u001B]8;;https://example.com\u0007',
	'\u0301',
	'e\u0301',
	'数字',
	'\u0007',
	'\n',
	'\t',
	'\u009B31m',
	'\u001B',
	'[',
	'é',
];

it('says of any text what Ink says', () => {
	const next = randomFrom(5);
	const own = sanitizeOnlyDoubtful(sanitizeOfInk);
	for (let count = 0; count < 20_000; count += 1) {
		const text = Array.from({ length: Math.floor(next() * 5) }, () => PIECES[Math.floor(next() * PIECES.length)] ?? '').join('');
		expect(own(text)).toBe(sanitizeOfInk(text));
	}
});

it('does not trouble Ink with styles and single cells', () => {
	let asked = 0;
	const own = sanitizeOnlyDoubtful((text) => {
		asked += 1;
		return text;
	});
	expect(own('│ \u001B[1;36mname\u001B[0m é')).toBe('│ \u001B[1;36mname\u001B[0m é');
	expect(asked).toBe(0);
	own('\u001B[2J');
	expect(asked).toBe(1);
});
