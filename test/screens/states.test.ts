import { describe, expect, it } from 'vitest';

import { reduce } from '../../source/reduce.ts';
import { renderScreen } from '../helpers/render-screen.tsx';
import { renderState } from '../helpers/render-state.tsx';
import { MADE_PAGES, madeState } from './made-pages.ts';
import { answerOf, AWAY, loaded, NOW, opened, shown, SIZES, TABLE } from './screen-table.ts';

describe('the states of every screen', () => {
	for (const size of SIZES) {
		describe(`at ${size.columns}x${size.rows}`, () => {
			for (const row of TABLE) {
				it(`${row.screen}: names what it loads`, async () => {
					expect(await shown(await opened(row, size), [{ type: 'load-started', slot: row.slot }])).toContain(row.loading);
				});

				it(`${row.screen}: tells cause, hint and the key that tries again`, async () => {
					const text = await shown(await opened(row, size), [{ type: 'load-failed', slot: row.slot, failure: AWAY, now: NOW }]);
					expect(text).toContain('does not answer');
					expect(text).toMatch(/Cause +connect ECONNREFUSED/);
					expect(text).toMatch(/Next +Check the network/);
					expect(text).toMatch(/Try again +press R/);
				});

				it(`${row.screen}: goes on showing what it knew, with its age, when asking again fails`, async () => {
					const text = await shown(await opened(row, size), [
						await loaded(row.slot, NOW - 300_000),
						{ type: 'load-failed', slot: row.slot, failure: AWAY, now: NOW },
					]);
					expect(text).toContain(row.content);
					expect(text).toContain('from 5 minutes ago; registry-unreachable, R retries');
				});

				const { empty } = row;
				if (typeof empty !== 'string') {
					it(`${row.screen}: says what an empty one means`, async () => {
						expect(await shown(await opened(row, size), [answerOf(row.slot, empty.value, NOW)])).toContain(empty.says);
					});
				}
			}
		});
	}

	for (const made of MADE_PAGES) {
		for (const size of SIZES) {
			it(`${made.screen} at ${size.columns}x${size.rows}: needs nothing that it would have to wait for, and fits`, async () => {
				expect(await shown(await madeState(made, size), [])).toContain(made.says);
			});
		}

		it(`${made.screen}: says when the terminal is too small`, async () => {
			expect((await renderState(await madeState(made, { columns: 39, rows: 9 })))[0]).toContain('Too small: 39x9');
		});
	}

	for (const row of TABLE) {
		it(`${row.screen}: says when the terminal is too small`, async () => {
			const state = await opened(row, { columns: 39, rows: 9 });
			const rows = await renderState(reduce(state, await loaded(row.slot, NOW)));
			expect(rows.map((line) => line.trimEnd()).filter((line) => line !== '')).toEqual([
				'Too small: 39x9, at least 40x10',
				'Make the window larger, or q quits',
			]);
		});
	}
});

describe('trying again', () => {
	it('asks again for what the page shows, not for what lies under it', async () => {
		await using screen = renderScreen(120, 40);
		await screen.until('> @acme');
		screen.press('return');
		await screen.until('Tags         latest');
		screen.engine.setOffline(true);
		screen.press('R');
		await screen.until('registry-unreachable, R retries');
		screen.engine.setOffline(false);
		screen.press('R');
		await screen.until(/3\.0\.0-beta\.1 ─+╮/);
		expect(screen.text()).not.toContain('R retries');
	});

	it('says that a filter matches nothing, and not that there is nothing', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('> @acme');
		for (const [key, words] of [
			['5', 'Nothing here matches the filter.'],
			['6', 'No installed plugin matches the filter.'],
			['7', 'Nothing here matches the filter.'],
		] as const) {
			screen.press(key, '/');
			screen.type('zzz');
			screen.press('return');
			await screen.until(words);
		}
	});
});
