import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalSigstore, startLocalSigstore } from '../helpers/local-sigstore.ts';
import { ATTEMPTS, outcome } from './attempts.ts';

const DOCUMENT = new URL('../../docs/attacks.md', import.meta.url);
const rows = tableOf(await readFile(DOCUMENT, 'utf8'));
let sigstore: LocalSigstore;

beforeAll(async () => {
	sigstore = await startLocalSigstore();
});

afterAll(() => sigstore[Symbol.asyncDispose]());

describe('attempts at a wrong answer', () => {
	it.each(ATTEMPTS)('$name ends as docs/attacks.md says', async (attempt) => {
		expect(await outcome(attempt, sigstore)).toBe(rows.get(attempt.name));
	});

	it('are all of the table, in its order', () => {
		expect([...rows.keys()]).toEqual(ATTEMPTS.map(({ name }) => name));
	});
});

/** The rows of three cells whose last is code. */
function tableOf(text: string): ReadonlyMap<string, string> {
	const cells = text
		.split('\n')
		.filter((line) => line.startsWith('|'))
		.map((line) =>
			line
				.slice(1, -1)
				.split('|')
				.map((cell) => cell.trim()),
		)
		.filter(({ length, 2: last = '' }) => length === 3 && last.startsWith('`'));
	return new Map(cells.map(([name = '', , outcomeCell = '']) => [name, outcomeCell.replaceAll('`', '')]));
}
