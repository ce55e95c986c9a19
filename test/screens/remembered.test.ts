import { mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { layoutOf } from '../../source/layout.ts';
import { reduce } from '../../source/reduce.ts';
import { NOTHING_REMEMBERED, parseRemembered, recall, rememberedOf } from '../../source/remembered.ts';
import { openScreenMemory } from '../../source/screen-memory.ts';
import { initialState } from '../../source/state.ts';
import { lineOf, lineText } from '../../source/terminal/index.ts';

const SAMPLE = {
	section: 'trust',
	search: 'lint sort:updated',
	filters: { trust: 'known' },
	detailShare: 55,
	isWelcomeClosed: true,
} as const;

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'plugward-memory-'));
});

afterEach(async () => {
	await rm(folder, { recursive: true });
});

const memoryOf = (homePath: string) => openScreenMemory({ environment: { XDG_STATE_HOME: folder }, homePath });
const screens = (): string => join(folder, 'plugward', 'screens');

describe('how the screens were left', () => {
	it('is kept for each home by itself, for the user alone', async () => {
		memoryOf('/a').write(SAMPLE);
		expect(memoryOf('/a').read()).toEqual(SAMPLE);
		expect(memoryOf('/b').read()).toEqual(NOTHING_REMEMBERED);
		const [name = ''] = await readdir(screens());
		expect((await stat(join(screens(), name))).mode & 0o777).toBe(0o600);
		expect((await stat(screens())).mode & 0o777).toBe(0o700);
	});

	it('is forgotten where it is damaged, and kept where it is not', async () => {
		memoryOf('/a').write(SAMPLE);
		const [name = ''] = await readdir(screens());
		const file = join(screens(), name);
		for (const text of ['', '{', 'null', '[]', '"x"', `{"section":"${'x'.repeat(40_000)}"}`]) {
			await writeFile(file, text);
			expect(memoryOf('/a').read()).toEqual(NOTHING_REMEMBERED);
		}

		await rm(file);
		await symlink('/dev/zero', file);
		expect(memoryOf('/a').read()).toEqual(NOTHING_REMEMBERED);
		expect(
			parseRemembered({
				section: 'nowhere',
				search: 'a\u001B[31mb\u202E',
				filters: { trust: 'known', nowhere: 'x', run: 5, history: 'y'.repeat(1000) },
				detailShare: 1000,
				isWelcomeClosed: true,
				later: 1,
			}),
		).toEqual({ section: 'installed', search: 'ab\uFFFD', filters: { trust: 'known' }, detailShare: null, isWelcomeClosed: true });
	});

	it('is told of no more than 64 homes, and forgets those that were left longest ago', async () => {
		for (let home = 0; home < 70; home += 1) {
			const before = new Set(home === 0 ? [] : await readdir(screens()));
			memoryOf(`/home-${home}`).write(SAMPLE);
			for (const name of await readdir(screens())) {
				if (!before.has(name)) {
					await utimes(join(screens(), name), 1000 + home, 1000 + home);
				}
			}
		}

		expect(await readdir(screens())).toHaveLength(64);
		expect(memoryOf('/home-69').read()).toEqual(SAMPLE);
		expect(memoryOf('/home-0').read()).toEqual(NOTHING_REMEMBERED);
	});

	it('does not keep anybody from leaving where it cannot be written', async () => {
		await writeFile(join(folder, 'plugward'), '');
		memoryOf('/a').write(SAMPLE);
		expect(memoryOf('/a').read()).toEqual(NOTHING_REMEMBERED);
	});

	it('makes the next start look like the last one ended', () => {
		const first = initialState({
			version: '0',
			homePath: '/a',
			profile: 'default',
			registry: '',
			size: { columns: 120, rows: 40 },
			section: 'installed',
			now: 0,
		});
		const typed = reduce(
			reduce(reduce(first, { type: 'section-opened', section: 'trust' }), {
				type: 'editing-started',
				editing: { type: 'filter', list: 'trust' },
			}),
			{ type: 'line-changed', line: lineOf('known') },
		);
		const left = reduce(typed, { type: 'detail-shared', by: 10 });
		expect(layoutOf(left.size).sideColumns).toBe(62);
		const next = recall(first, rememberedOf(left));
		expect(lineText(next.filters['trust'] ?? lineOf(''))).toBe('known');
		expect(next.size.detailShare).toBe(52);
		expect(layoutOf(reduce(next, { type: 'resized', size: { columns: 200, rows: 60 } }).size).sideColumns).toBe(104);
	});
});
