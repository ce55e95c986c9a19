import * as v from 'valibot';
import type { Disk } from './disk.ts';
import { replaceFile } from './disk.ts';
import { writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { readSealedFile } from './sealed-file.ts';
import { sealJson } from './sealed-json.ts';

const entry = v.strictObject({ plugin: v.string(), version: v.string(), crashes: v.number(), at: v.string() });
const schema = v.strictObject({ format: v.literal(1), quarantined: v.array(entry) });

/** A version of a plugin that crashed too often to be started again before the user says so. */
export type QuarantineEntry = v.InferOutput<typeof entry>;

/** Throws `home-damaged`: without the list nothing may start. */
export async function readQuarantine(layout: Layout): Promise<readonly QuarantineEntry[]> {
	const read = await readSealedFile(layout, layout.quarantine, { schema, what: 'a list of plugins' });
	return read?.quarantined ?? [];
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
