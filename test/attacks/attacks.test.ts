import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalSigstore, startLocalSigstore } from '../helpers/local-sigstore.ts';
import { ATTACKS } from './attacks.ts';
import { replay } from './replay.ts';

const DOCUMENT = new URL('../../docs/attacks.md', import.meta.url);
const rows = tableOf(await readFile(DOCUMENT, 'utf8'));
let sigstore: LocalSigstore;

beforeAll(async () => {
	sigstore = await startLocalSigstore();
});

afterAll(() => sigstore[Symbol.asyncDispose]());

describe('attacks replayed against the default policy', () => {
	it.each(ATTACKS)('$name ends as docs/attacks.md says', async (attack) => {
		const { young, aged, evaluated } = await replay(attack, sigstore);
		expect({ young, aged, evaluated }).toEqual(rows.get(attack.name));
	});

	it('are all of the table', () => {
		expect([...rows.keys()].toSorted()).toEqual(ATTACKS.map(({ name }) => name).toSorted());
	});
});

/** The rows whose last three cells are code. */
function tableOf(text: string): ReadonlyMap<string, { readonly young: string; readonly aged: string; readonly evaluated: string }> {
	const cells = text
		.split('\n')
		.filter((line) => line.startsWith('|'))
		.map((line) => line.split('|').map((cell) => cell.trim()))
		.filter(([, , , young = '', , evaluated = '']) => young.startsWith('`') && evaluated.startsWith('`'));
	const word = (cell = ''): string => cell.replaceAll('`', '');
	return new Map(
		cells.map(([, name = '', , young, aged, evaluated]) => [name, { young: word(young), aged: word(aged), evaluated: word(evaluated) }]),
	);
}
