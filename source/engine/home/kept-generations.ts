import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import type { Disk } from './disk.ts';
import { replaceFile } from './disk.ts';
import { damaged, isMissing, writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { sealJson, unsealJson } from './sealed-json.ts';

const schema = v.strictObject({ format: v.literal(1), generations: v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(1))) });

/** Generations that the user marked to be kept, ascending. Throws `home-damaged`: without the list nothing may be collected. */
export async function readKept(layout: Layout): Promise<readonly number[]> {
	const file = layout.relative(layout.kept);
	let json: unknown;
	try {
		json = JSON.parse(await readFile(layout.kept, 'utf8'));
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw damaged(file, error instanceof SyntaxError ? 'is not JSON' : 'cannot be read', { cause: error });
	}

	const parsed = v.safeParse(schema, unsealJson(json, file));
	if (!parsed.success) {
		throw damaged(file, `is not a list of generations: ${parsed.issues[0].message}`);
	}

	return parsed.output.generations;
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
