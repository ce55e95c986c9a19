import { hexOfIntegrity, type Integrity } from '../integrity.ts';
import { readAuthenticated, writeAuthenticated } from './bundles.ts';
import type { Disk } from './disk.ts';
import { writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';

/** What a scan of one artefact found; `variant` names the scanner and how far it looked. */
export type ScanName = { readonly integrity: Integrity; readonly variant: string };

/** The bytes kept for this artefact, or null when there are none or this home did not write them: what a cache says is never believed. */
export async function readScan({ layout }: { readonly layout: Layout }, scan: ScanName): Promise<Uint8Array | null> {
	return readAuthenticated({ layout }, placeOf(layout, scan));
}

/** Not made durable: what a power cut tore does not authenticate and is scanned again. Throws `home-unwritable`, `disk-full`. */
export async function writeScan(
	{ disk, layout }: { readonly disk: Disk; readonly layout: Layout },
	scan: ScanName,
	bytes: Uint8Array,
): Promise<void> {
	try {
		await disk.makeFolder(layout.scans);
		await writeAuthenticated({ disk, layout }, { ...placeOf(layout, scan), bytes });
	} catch (error) {
		throw writeError(error, 'keep a scan');
	}
}

function placeOf(layout: Layout, { integrity, variant }: ScanName): { readonly path: string; readonly name: string } {
	const hex = hexOfIntegrity(integrity);
	return { path: layout.scan(hex, variant), name: `scan ${hex} ${variant}` };
}
