import { readdir, readFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { BINDINGS, bindingsOf, keyLabel, keyNames } from '../../source/key-bindings.ts';
import type { Command, Place } from '../../source/key-bindings.ts';
import type { Binding } from '../../source/keys/binding.ts';
import { bindingName } from '../../source/keys/own-keys.ts';
import type { OwnKeys } from '../../source/keys/own-keys.ts';
import { reduce } from '../../source/reduce.ts';
import type { Action } from '../../source/reduce.ts';
import type { State } from '../../source/state.ts';
import { renderState } from '../helpers/render-state.tsx';
import { MADE_PAGES, madeState } from '../screens/made-pages.ts';
import { answerOf, AWAY, loaded, NOW, opened, SIZES, TABLE } from '../screens/screen-table.ts';

const TYPING = new Set(['editing', 'form', 'palette']);

/** Every action has a key that no other has and that no default is: a letter of another alphabet, or where letters are typed one with Alt. */
function allRebound(): OwnKeys {
	let letter = 0x0410;
	let alt = 0x61;
	const keyOf = ({ place }: Binding): string => {
		if (TYPING.has(place)) {
			alt += 1;
			return `alt-${String.fromCodePoint(alt - 1)}`;
		}

		do {
			letter += 1;
		} while (!/^[\p{Lu}\p{Ll}]$/u.test(String.fromCodePoint(letter)));
		return String.fromCodePoint(letter);
	};
	return Object.fromEntries(
		BINDINGS.filter(({ command }) => command !== 'interrupt').map((binding) => [bindingName(binding), keyOf(binding)]),
	);
}

const OWN = allRebound();
const NAMED = BINDINGS.flatMap(({ command, keys }) => (command === 'interrupt' ? [] : keys))
	.map(keyLabel)
	.filter((label, index, all) => label.length > 1 && all.indexOf(label) === index)
	// These are words as well.
	.filter((label) => !/^(?:Left|Right|Up|Down|Home|End)$/.test(label));
const LETTERS = BINDINGS.flatMap(({ keys }) => keys).filter((key) => /^[b-zB-Z]$/.test(key));

/** Keys nobody has any more, as far as the text of a screen names them. */
function defaultKeysIn(text: string): readonly string[] {
	// Durations, the head of the column of levels, and the sign of a notice are letters too.
	const words = text
		.replaceAll(/(?:^|│) *i |\bL +STATE/gm, ' ')
		.replaceAll(/[\s│]+/g, ' ')
		.replaceAll(/\d [a-z]\b/g, ' ')
		.split(' ');
	return [
		...NAMED.filter((label) => new RegExp(`(?<![\\w-])${label.replace('^', '\\^')}(?![\\w-])`).test(text)),
		...words.filter((word) => LETTERS.includes(word.replaceAll(/[(),.:;]/g, ''))),
		...(text.match(/\b(?:[Pp]ress|[Kk]ey) [0-9/?:<>[\]](?=[\s,.:;)])/g) ?? []),
		...(text.match(/[0-9/?:<>[\]] (?:shows|retries|quits|clears|leaves|searches|finds)\b/g) ?? []),
		...(text.match(/\b\d (?:Installed|Browse|Updates|Activity|History|Trust|Run|Runtime|Doctor|Settings)\b/g) ?? []),
	];
}

async function textOf(state: State, actions: readonly Action[] = []): Promise<string> {
	const rows = await renderState(actions.reduce(reduce, state));
	return rows.join('\n');
}

it('each action can be given a key of its own at once', () => {
	const now = bindingsOf(OWN);
	const usual = new Map(BINDINGS.map((binding) => [bindingName(binding), binding.keys]));
	expect(now.filter((binding) => usual.get(bindingName(binding)) === binding.keys).map(bindingName)).toEqual(['always.interrupt']);
});

it('the text of a screen is searched for keys that nobody has any more', () => {
	const found = (text: string): readonly string[] => defaultKeysIn(text);
	expect(found('Press R to ask again.')).toEqual(['R']);
	expect(found('Esc clears it')).toEqual(['Esc']);
	expect(found('press 4 to see it')).toEqual(['press 4']);
	expect(found('from 5 minutes ago; registry-unreachable, R retries')).toEqual(['R']);
	expect(found('3 of 9, J K')).toEqual(['J', 'K']);
	expect(found('[1 Installed] 2 Browse')).toEqual(['1 Installed', '2 Browse']);
	expect(found('a plugin of 2 packages, 12 MB')).toEqual([]);
});

it('a key that does nothing is named by no sentence, and those that are named exist', async () => {
	const state = await opened({ section: 'installed' }, SIZES[0], OWN);
	const key = keyNames(state);
	expect(() => key('undo', 'installed')).toThrow('No key does "undo" in "installed".');
	expect(key('refresh', 'installed')).toBe(keyLabel(OWN['everywhere.refresh'] ?? ''));
	const files = await readdir('source', { recursive: true });
	const texts = await Promise.all(files.filter((file) => /\.tsx?$/.test(file)).map((file) => readFile(`source/${file}`, 'utf8')));
	const named = texts.flatMap((text) => [...text.matchAll(/\b(?:key|keyNames\([\w.()]+\))\('([\w-]+)', '([\w-]+)'\)/g)]);
	expect(named.length).toBeGreaterThan(20);
	for (const [, command = '', place = ''] of named) {
		expect(() => key(command as Command, place as Place)).not.toThrow();
	}
});

for (const size of SIZES) {
	for (const row of TABLE) {
		it(`${row.screen} at ${size.columns}x${size.rows} names the keys of the user in all its states`, async () => {
			const state = await opened(row, size, OWN);
			const failed: Action = { type: 'load-failed', slot: row.slot, failure: AWAY, now: NOW };
			const texts = [
				await textOf(state),
				await textOf(state, [{ type: 'load-started', slot: row.slot }]),
				await textOf(state, [failed]),
				await textOf(state, [await loaded(row.slot, NOW - 300_000), failed]),
				await textOf(state, [await loaded(row.slot, NOW)]),
				...(typeof row.empty === 'string' ? [] : [await textOf(state, [answerOf(row.slot, row.empty.value, NOW)])]),
			];
			expect(texts.flatMap(defaultKeysIn)).toEqual([]);
		});
	}

	for (const made of MADE_PAGES) {
		it(`${made.screen} at ${size.columns}x${size.rows} names the keys of the user`, async () => {
			const text = await textOf(await madeState(made, size, OWN));
			expect(text).toContain(made.says);
			expect(defaultKeysIn(text)).toEqual([]);
		});
	}
}

it('a screen that is too small names the key of the user that quits', async () => {
	const [row] = TABLE;
	expect(row).toBeDefined();
	if (row !== undefined) {
		const text = await textOf(await opened(row, { columns: 39, rows: 9 }, OWN));
		expect(text).toContain(`or ${keyLabel(OWN['everywhere.quit'] ?? '')} quits`);
	}
});
