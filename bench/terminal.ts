/**
 * The full-screen app in a real pseudo-terminal of 120x40, over a home with sixty plugins and a registry of 10,000 packages on loopback:
 * starts, keys, bytes on the line and memory, beside `node -e 0` and the rivals that npm has.
 * Usage: npm run build && node bench/terminal.ts [rounds] [write] [starts|keys|idle|install|filter|rivals ...]
 * `write` puts the rows of these parts into the results in the place of their last ones; each row tells of which run it is.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';

import { median } from './report.ts';
import { measureIdle } from './terminal/idle.ts';
import { measureFilter, measureInstall, measureKeys } from './terminal/own.ts';
import { openPlace } from './terminal/place.ts';
import { measureRivals } from './terminal/rivals.ts';
import { measureStarts } from './terminal/starts.ts';
import { type Measure, table } from './terminal/table.ts';
import { keepRows } from './terminal/kept-rows.ts';

const PARTS = ['starts', 'keys', 'idle', 'install', 'filter', 'rivals'] as const;
type Part = (typeof PARTS)[number];

const [given = '10', ...words] = process.argv.slice(2);
const rounds = Number(given);
const named = PARTS.filter((part) => words.includes(part));
const wanted = named.length === 0 ? PARTS : named;
const at = new Date().toISOString();
const folder = await mkdtemp(join(tmpdir(), 'plugward-bench-'));
try {
	using place = await openPlace(join(folder, 'user'), 10_000);
	const starts = await measureStarts(place, { rounds, isWhole: wanted.includes('starts') });
	const measuring: Readonly<Record<Part, () => Promise<readonly Measure[]>>> = {
		starts: () => Promise.resolve(starts.measures),
		keys: () => measureKeys(place),
		idle: () => measureIdle(place),
		install: () => measureInstall(place),
		filter: measureFilters,
		rivals: () => measureRivals(place, { folder: join(folder, 'rivals'), rounds }),
	};
	const bare = median(starts.bare);
	for (const part of PARTS.filter((one) => one === 'starts' || wanted.includes(one))) {
		const measures = await measuring[part]();
		process.stdout.write(table(measures, bare));
		if (words.includes('write') && wanted.includes(part)) {
			await keepRows(measures, { part, at, rounds, bare, load: loadavg()[0] ?? 0 });
		}
	}

	async function measureFilters(): Promise<readonly Measure[]> {
		const small = await measureFilter(place, { packages: 10_000, most: 16 });
		using large = await openPlace(join(folder, 'large'), 100_000);
		return [...small, ...(await measureFilter(large, { packages: 100_000, most: 50 }))];
	}
} finally {
	await rm(folder, { recursive: true, force: true });
}
