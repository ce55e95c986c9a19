import { describe, expect, it } from 'vitest';

import { reduce } from '../../source/reduce.ts';
import type { Action } from '../../source/reduce.ts';
import type { Slot } from '../../source/slot.ts';
import { renderScreen } from '../helpers/render-screen.tsx';
import { loaded, NAME, NOW, opened, shown, SIZES } from './screen-table.ts';

/** Two seconds into a fetch of one package. */
function underWay(slot: Slot): readonly Action[] {
	const progress = { type: 'fetch-progress', id: '@acme/links@2.1.0', totalBytes: 90_000, unpackedBytes: null, finished: false } as const;
	return [
		{ type: 'load-started', slot },
		{ type: 'load-planned', slot, now: NOW, event: { type: 'fetch-planned', packages: 1, unpackedBytes: 0, unknownSizes: 1 } },
		{ type: 'load-looked-at', slot, now: NOW, progress: [{ ...progress, receivedBytes: 0 }] },
		{ type: 'load-looked-at', slot, now: NOW + 2000, progress: [{ ...progress, receivedBytes: 30_000 }] },
	];
}

const CONTENTS: Slot = { of: 'contents', name: NAME };
const REVIEW: Slot = { of: 'reviews', name: `${NAME}@2.1.0` };

describe('what is fetched to be looked at', () => {
	for (const size of SIZES) {
		it(`tells bytes, how fast they come and of which package, at ${size.columns}x${size.rows}`, async () => {
			const files = await opened(
				{ section: 'installed', page: { type: 'plugin', name: NAME, tab: 'files' }, before: [{ of: 'infos', name: NAME }] },
				size,
			);
			const text = await shown(files, underWay(CONTENTS));
			expect(text).toContain('0 of 1 package, 30.0 of 90.0 kB, 15 kB/s');
			expect(text).toContain('30.0 of 90.0 kB @acme/links@2.1.0');
		});

		it(`tells the same of an update that is reviewed, at ${size.columns}x${size.rows}`, async () => {
			const review = await opened({ section: 'updates', page: { type: 'review', name: NAME, to: '2.1.0', pane: 'facts' } }, size);
			expect(await shown(review, underWay(REVIEW))).toContain('0 of 1 package, 30.0 of 90.0 kB, 15 kB/s');
			const last = {
				type: 'fetch-progress',
				id: '@acme/links@2.1.0',
				receivedBytes: 90_000,
				totalBytes: 90_000,
				unpackedBytes: null,
				finished: true,
			} as const;
			const whole = await shown(review, [...underWay(REVIEW), { type: 'load-looked-at', slot: REVIEW, now: NOW + 3000, progress: [last] }]);
			expect(whole).toContain('@acme/links 2.1.0 is here; it is being');
		});
	}

	it('is forgotten once it is here, and begins anew when it is asked for again', async () => {
		const state = await opened({ section: 'installed' }, SIZES[0]);
		const fetched = underWay(CONTENTS).reduce(reduce, state);
		expect(Object.keys(fetched.fetches)).toEqual([`contents ${NAME}`]);
		expect(reduce(fetched, await loaded(CONTENTS, NOW)).fetches).toEqual({});
		expect(reduce(fetched, { type: 'load-started', slot: CONTENTS }).fetches).toEqual({});
	});

	it('is told by the key that fetches', async () => {
		await using screen = renderScreen(80, 24, { section: 'browse', stepMilliseconds: 400 });
		await screen.until('link-doctor');
		screen.press('j', 'return');
		await screen.until('[Overview]');
		screen.press('f', 'shift-tab', 'shift-tab');
		await screen.until(/of 4 packages, [\d.]+ of 4\.2 MB/);
	});
});
