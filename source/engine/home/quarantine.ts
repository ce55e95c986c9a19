import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import type { Disk } from './disk.ts';
import { replaceFile } from './disk.ts';
import { damaged, isMissing, writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { sealJson, unsealJson } from './sealed-json.ts';

const entry = v.strictObject({ plugin: v.string(), version: v.string(), crashes: v.number(), at: v.string() });
const schema = v.strictObject({ format: v.literal(1), quarantined: v.array(entry) });

/** A version of a plugin that crashed too often to be started again before the user says so. */
export type QuarantineEntry = v.InferOutput<typeof entry>;

/** Throws `home-damaged`: without the list nothing may start. */
export async function readQuarantine(layout: Layout): Promise<readonly QuarantineEntry[]> {
	const file = layout.relative(layout.quarantine);
	let json: unknown;
	try {
		json = JSON.parse(await readFile(layout.quarantine, 'utf8'));
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw damaged(file, error instanceof SyntaxError ? 'is not JSON' : 'cannot be read', { cause: error });
	}

	const parsed = v.safeParse(schema, unsealJson(json, file));
	if (!parsed.success) {
		throw damaged(file, `is not a list of plugins: ${parsed.issues[0].message}`);
	}

	return parsed.output.quarantined;
}

export async function writeQuarantine(
	{ disk, layout }: { readonly disk: Disk; readonly layout: Layout },
	quarantined: readonly QuarantineEntry[],
): Promise<void> {
	try {
		await replaceFile(disk, layout.quarantine, Buffer.from(`${JSON.stringify(sealJson({ format: 1, quarantined }))}\n`));
	} catch (error) {
		throw writeError(error, 'record which plugins are in quarantine');
	}
}
