import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from '../report.ts';
import type { Result } from './results.ts';
import type { RootSet } from './sets.ts';

const PROGRAM = join(import.meta.dirname, '..', 'resolver-in-process.ts');
/** A plugin with a tree of its own. The huge set has it already, so there it is not added. */
const ADDED = { stylelint: 'latest' };
const REPEATS = 5;

const run = promisify(execFile);

/** Medians of `rounds` processes; what is repeated is a median within each. The cold ones fill a cache each, the others read the last. */
export async function inProcess(
	{ name, roots }: RootSet,
	{ registry, folder, rounds }: { readonly registry: string; readonly folder: string; readonly rounds: number },
): Promise<Result[]> {
	const values = new Map<string, number[]>();
	const measure = async (what: string, question: object): Promise<void> => {
		const words = ['--expose-gc', PROGRAM, JSON.stringify({ what, registry, repeats: REPEATS, added: ADDED, ...question })];
		const { stdout } = await run(process.execPath, words, { maxBuffer: 1_000_000 });
		for (const [key, value] of Object.entries(JSON.parse(stdout) as Record<string, number>)) {
			values.set(`${what} ${key}`, [...(values.get(`${what} ${key}`) ?? []), value]);
		}
	};

	const cacheFolder = join(folder, 'all');
	await measure('cold', { cacheFolder, roots: { ...roots, ...ADDED } });
	values.clear();
	for (let round = 0; round < rounds; round += 1) {
		await measure('cold', { cacheFolder: join(folder, `round-${round}`), roots });
		await measure('solve', { cacheFolder: join(folder, `round-${round}`), roots });
		await measure('relock', { cacheFolder, roots });
	}

	return [...values].map(([what, all]) => ({ type: 'in-process', set: name, what, value: median(all), all }));
}
