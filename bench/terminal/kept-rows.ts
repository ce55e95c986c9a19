import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Measure, tell, type Told } from './table.ts';

const FILE = join(import.meta.dirname, '..', 'results', 'terminal.json');

/** When and how a part was measured; parts of one run have the same `at`. */
type Run = {
	readonly part: string;
	readonly at: string;
	readonly rounds: number;
	/** Milliseconds that `node -e 0` took in that run. */
	readonly bare: number;
	/** Processes that wanted a processor, on average over the last minute of the part. */
	readonly load: number;
};
type Kept = { readonly node: string; readonly parts: readonly (Run & { readonly rows: readonly Told[] })[] };

/** Puts the rows of one part in the place of those that it had. */
export async function keepRows(measures: readonly Measure[], run: Run): Promise<void> {
	const before = await readKept();
	const others = before.parts.filter(({ part }) => part !== run.part);
	const parts = [...others, { ...run, rows: measures.map((measure) => tell(measure, run.bare)) }];
	await writeFile(FILE, `${JSON.stringify({ node: process.version, parts }, null, '\t')}\n`);
}

async function readKept(): Promise<Kept> {
	try {
		return JSON.parse(await readFile(FILE, 'utf8')) as Kept;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return { node: process.version, parts: [] };
		}

		throw error;
	}
}
