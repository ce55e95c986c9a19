import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { speedPage } from './speed-page.ts';
import { type Measure, tell, type Told } from './table.ts';

const FOLDER = join(import.meta.dirname, '..', '..');
const FILE = join(FOLDER, 'bench', 'results', 'terminal.json');
const PAGE = join(FOLDER, 'docs', 'speed.md');

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
export type KeptPart = Run & { readonly rows: readonly Told[] };
type Kept = { readonly node: string; readonly parts: readonly KeptPart[] };

/** Puts the rows of one part in the place of those that it had, and tells them in the documentation. */
export async function keepRows(measures: readonly Measure[], run: Run): Promise<void> {
	const before = await readKept();
	const part: KeptPart = { ...run, rows: measures.map((measure) => tell(measure, run.bare)) };
	const isThere = before.parts.some((one) => one.part === run.part);
	const parts = isThere ? before.parts.map((one) => (one.part === run.part ? part : one)) : [...before.parts, part];
	await writeFile(FILE, `${JSON.stringify({ node: process.version, parts }, null, '\t')}\n`);
	await writeFile(PAGE, speedPage(parts));
}

export async function readKept(): Promise<Kept> {
	try {
		return JSON.parse(await readFile(FILE, 'utf8')) as Kept;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return { node: process.version, parts: [] };
		}

		throw error;
	}
}
