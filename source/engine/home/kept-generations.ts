import * as v from 'valibot';
import type { Disk } from './disk.ts';
import { replaceFile } from './disk.ts';
import { writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { readSealedFile } from './sealed-file.ts';
import { sealJson } from './sealed-json.ts';

const schema = v.strictObject({ format: v.literal(1), generations: v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(1))) });

/** Generations that the user marked to be kept, ascending. Throws `home-damaged`: without the list nothing may be collected. */
export async function readKept(layout: Layout): Promise<readonly number[]> {
	const read = await readSealedFile(layout, layout.kept, { schema, what: 'a list of generations' });
	return read?.generations ?? [];
}

export async function writeKept(
	{ disk, layout }: { readonly disk: Disk; readonly layout: Layout },
	numbers: Iterable<number>,
): Promise<void> {
	const generations = [...new Set(numbers)].toSorted((a, b) => a - b);
	try {
		await replaceFile(disk, layout.kept, Buffer.from(`${JSON.stringify(sealJson({ format: 1, generations }))}\n`));
	} catch (error) {
		throw writeError(error, 'record which generations are kept');
	}
}
