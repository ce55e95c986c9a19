import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../errors.ts';
import type { Evidence } from '../../evidence.ts';
import type { Receipt } from '../../home/index.ts';
import type { Integrity } from '../../integrity.ts';
import { parsePluginManifest } from '../../parse-manifest.ts';
import type { Permission } from '../../permission.ts';
import type { PackageScan } from '../../scan.ts';
import { FULL_BUDGET, type ScanBudget, SCANNER_VERSION, scanPackage } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';

/** What is kept of one artefact: it follows from its bytes, so it holds for every package with this sha512. */
export type ScannedArtefact = {
	/** `name@version` that the bytes go by. */
	readonly id: string;
	readonly scan: PackageScan;
	/** Null for a plain package. */
	readonly permissions: readonly Permission[] | null;
	/** As proven when it was scanned. */
	readonly evidence: readonly Evidence[];
};

/** The whole package within a budget that only the largest go beyond. */
export const FULL_SCAN = { variant: `full-${SCANNER_VERSION}`, budget: FULL_BUDGET };

export type ScanDepth = { readonly variant: string; readonly budget: ScanBudget };

/** What an earlier scan of this depth found, or null. */
export async function keptScan({ home }: EngineContext, integrity: Integrity, { variant }: ScanDepth): Promise<ScannedArtefact | null> {
	const bytes = await home.readScan({ integrity, variant });
	// Only this home can have written it, and it wrote what `scanArtefact` made.
	return bytes === null ? null : (JSON.parse(Buffer.from(bytes).toString('utf8')) as ScannedArtefact);
}

/** Scans what lies in the content store and keeps what it found. Throws `home-damaged` for a file that is not what was verified. */
export async function scanArtefact(
	context: EngineContext,
	{ receipt, depth }: { readonly receipt: Receipt; readonly depth: ScanDepth },
	signal: AbortSignal,
): Promise<ScannedArtefact> {
	const { store } = context.home;
	const packageJson = await store.readPackageJson(receipt.integrity);
	const scan = await scanPackage({
		files: receipt.files,
		read: checkedReader(receipt, store.treePath(receipt.integrity)),
		packageJson,
		budget: depth.budget,
		signal,
	});
	const scanned = { id: idOf(receipt), scan, permissions: permissionsOf(packageJson), evidence: receipt.evidence };
	await context.home.writeScan({ integrity: receipt.integrity, variant: depth.variant }, Buffer.from(JSON.stringify(scanned)));
	return scanned;
}

// A manifest that cannot be read is refused when the plugin is planned; here it asks for nothing.
function permissionsOf(packageJson: unknown): readonly Permission[] | null {
	try {
		return parsePluginManifest(packageJson)?.permissions ?? null;
	} catch (error) {
		if (error instanceof EngineError && error.code === 'manifest-invalid') {
			return null;
		}

		throw error;
	}
}

function checkedReader(receipt: Receipt, tree: string): (path: string) => Uint8Array {
	const digests = new Map(receipt.files.map(({ path, sha256 }) => [path, sha256]));
	return (path) => {
		const bytes = readBytes(receipt, { tree, path });
		if (hash('sha256', bytes, 'base64url') !== digests.get(path)) {
			throw changed(receipt, path);
		}

		return bytes;
	};
}

function readBytes(receipt: Receipt, { tree, path }: { readonly tree: string; readonly path: string }): Uint8Array {
	try {
		return readFileSync(join(tree, path));
	} catch (error) {
		throw changed(receipt, path, error);
	}
}

function changed(receipt: Receipt, path: string, cause?: unknown): EngineError {
	return new EngineError('home-damaged', `${path} of ${idOf(receipt)} in the content store is not what was verified.`, {
		hint: 'Fetch it again: plugward verify --repair',
		...(cause === undefined ? {} : { cause }),
	});
}
