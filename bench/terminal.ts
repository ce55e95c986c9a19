/**
 * The full-screen app in a real pseudo-terminal of 120x40, over a home with sixty plugins and a registry of 10,000 packages on loopback:
 * starts, keys, bytes on the line and memory, beside `node -e 0` and the rivals that npm has, all in one run.
 * Usage: npm run build && node bench/terminal.ts [rounds] [starts|keys|install|filter|rivals ...]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { median } from './report.ts';
import { measureFilter, measureInstall, measureKeys } from './terminal/own.ts';
import { openPlace } from './terminal/place.ts';
import { measureRivals } from './terminal/rivals.ts';
import { measureStarts } from './terminal/starts.ts';
import { type Measure, table, tell } from './terminal/table.ts';

const [rounds = '10', ...wanted] = process.argv.slice(2);
const has = (part: string): boolean => wanted.length === 0 || wanted.includes(part);
const folder = await mkdtemp(join(tmpdir(), 'plugward-bench-'));
try {
	using place = await openPlace(join(folder, 'user'), 10_000);
	const { bare, measures } = await measureStarts(place, { rounds: Number(rounds), isWhole: has('starts') });
	const all: readonly Measure[] = [
		...measures,
		...(has('keys') ? await measureKeys(place) : []),
		...(has('install') ? await measureInstall(place) : []),
		...(has('filter') ? await measureFilters() : []),
		...(has('rivals') ? await measureRivals(place, { folder: join(folder, 'rivals'), rounds: Number(rounds) }) : []),
	];
	process.stdout.write(table(all, median(bare)));
	// A part of a run is for trying things.
	if (wanted.length === 0) {
		const rows = all.map((measure) => ({ ...measure, ...tell(measure, median(bare)) }));
		const file = join(import.meta.dirname, 'results', 'terminal.json');
		await writeFile(file, `${JSON.stringify({ node: process.version, rounds: Number(rounds), rows }, null, '\t')}\n`);
	}

	async function measureFilters(): Promise<readonly Measure[]> {
		const small = await measureFilter(place, { packages: 10_000, most: 16 });
		using large = await openPlace(join(folder, 'large'), 100_000);
		return [...small, ...(await measureFilter(large, { packages: 100_000, most: 50 }))];
	}
} finally {
	await rm(folder, { recursive: true, force: true });
}
