import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { EngineError } from '../errors.ts';
import type { Integrity } from '../integrity.ts';
import { integrityOfDigest } from '../integrity.ts';
import type { Disk } from './disk.ts';
import { fileVersion } from './file-version.ts';
import { damaged, isMissing } from './home-errors.ts';
import type { Layout } from './layout.ts';
import type { Receipt, ReceiptFile } from './receipt.ts';
import { parseReceipt } from './receipt.ts';
import type { IndexChange, IndexedReceipt, ReceiptHead, ReceiptIndex } from './receipt-index.ts';
import { packageJsonIn, readReceiptIndex, writeReceiptIndex } from './receipt-index.ts';

/** Reads receipts from disk, each file once as long as it does not change. */
export type ReceiptReader = {
	/**
	 * Null when there is no receipt, which means that the entry counts as absent. Its files are read when they are first asked for, which
	 * then throws `home-damaged` when they are gone.
	 */
	readonly read: (integrity: Integrity) => Promise<Receipt | null>;
	/** The same with its files. */
	readonly readWhole: (integrity: Integrity) => Promise<Receipt | null>;
	/** One file of a package that has a receipt; null when it lists none of that name. */
	readonly file: (receipt: Receipt, path: string) => ReceiptFile | null;
	/** True when there is one, without reading it. */
	readonly has: (integrity: Integrity) => Promise<boolean>;
	/** Keeps in mind what was just written. */
	readonly remember: (receipt: Receipt) => void;
	/** Bytes of everything in the store, links counted once. */
	readonly storeBytes: () => Promise<number>;
	/** Writes down what was read, once it is more than a few, so that the next process need not read it. Never throws. */
	readonly keep: () => Promise<void>;
};

/** Below this reading the receipts takes less time than writing and checking an index of them. */
const FEW = 8;

type Known = IndexedReceipt & { readonly receipt: Receipt };

export function createReceiptReader({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): ReceiptReader {
	const known = new Map<Integrity, Known>();
	const unindexed = new Set<Integrity>();
	let counted: { readonly version: string; readonly bytes: number } | null = null;
	let opening: Promise<ReceiptIndex> | null = null;
	const index = (): Promise<ReceiptIndex> => (opening ??= readReceiptIndex(layout));

	function learn(version: string, receipt: Receipt, kept = receipt): Receipt {
		const { files: _, ...head } = receipt;
		known.set(receipt.integrity, { version, head, packageJson: packageJsonIn(receipt), receipt: kept });
		unindexed.add(receipt.integrity);
		return receipt;
	}

	function parse(integrity: Integrity, version: string): Receipt | null {
		const receipt = parseReceiptFile(layout, integrity);
		return receipt === null ? null : learn(version, receipt);
	}

	async function read(integrity: Integrity): Promise<Receipt | null> {
		const version = versionOf(layout, integrity);
		const cached = known.get(integrity);
		if (version === null || cached?.version === version) {
			return version === null ? null : (cached?.receipt ?? null);
		}

		const indexed = (await index()).find(integrity, version);
		if (indexed === null) {
			return parse(integrity, version);
		}

		const receipt = withFilesLater(layout, indexed.head);
		known.set(integrity, { ...indexed, receipt });
		return receipt;
	}

	return {
		read,
		readWhole: async (integrity) => {
			const version = versionOf(layout, integrity);
			return version === null ? null : parse(integrity, version);
		},
		file: (receipt, path) => {
			const one = known.get(receipt.integrity);
			return one?.receipt === receipt && path === 'package.json'
				? one.packageJson
				: (receipt.files.find((file) => file.path === path) ?? null);
		},
		has: async (integrity) => versionOf(layout, integrity) !== null,
		remember: (receipt) => {
			const version = versionOf(layout, receipt.integrity);
			if (version !== null) {
				learn(version, receipt, withoutFiles(layout, receipt));
			}
		},
		storeBytes: async () => {
			const version = fileVersion(layout.packages);
			const told = version === null ? null : (await index()).storeBytes(version);
			if (told !== null) {
				return told;
			}

			const { bytes, isWhole } = countBytes((await listEntries(layout)).map((integrity) => parseReceiptFile(layout, integrity)));
			// An entry without a receipt is just arriving.
			counted = version === null || !isWhole ? null : { version, bytes };
			return bytes;
		},
		keep: async () => {
			if (unindexed.size > FEW || counted !== null) {
				const fresh = new Map([...unindexed].flatMap((integrity) => known.get(integrity) ?? []).map((one) => [one.head.integrity, one]));
				await keepIndex({ disk, layout }, { receipts: fresh, store: counted });
			}
		},
	};
}

async function keepIndex(
	place: { readonly disk: Disk; readonly layout: Layout },
	change: Pick<IndexChange, 'receipts' | 'store'>,
): Promise<void> {
	try {
		await writeReceiptIndex(place, { ...change, entries: new Set(await listEntries(place.layout)) });
	} catch (error) {
		if (!(error instanceof Error)) {
			throw error;
		}
		// A home that cannot be written: the next process reads the receipts themselves, as this one did.
	}
}

/** A receipt whose list of files, nearly all of its bytes, is read when it is first asked for. */
function withFilesLater(layout: Layout, head: ReceiptHead): Receipt {
	let files: Receipt['files'] | null = null;
	const load = () => parseReceiptFile(layout, head.integrity)?.files ?? gone(layout, head.integrity);
	return Object.defineProperty({ ...head, files: [] }, 'files', { enumerable: true, get: () => (files ??= load()) });
}

/** Of a large install the files are a hundred thousand, and mostly nobody asks for them. */
function withoutFiles(layout: Layout, receipt: Receipt): Receipt {
	const { files: _, ...head } = receipt;
	return withFilesLater(layout, head);
}

/** What its file says now. Null when there is none. Throws `home-damaged`. */
export function parseReceiptFile(layout: Layout, integrity: Integrity): Receipt | null {
	const path = layout.receipt(integrity);
	try {
		// A few kilobytes each, hundreds of them at a time: in one go they are read in a third of the time.
		return parseReceipt(readFileSync(path, 'utf8'), { file: shortName(layout, path), expected: integrity });
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw error instanceof EngineError ? error : damaged(shortName(layout, path), 'cannot be read', { cause: error });
	}
}

function gone(layout: Layout, integrity: Integrity): never {
	throw damaged(shortName(layout, layout.receipt(integrity)), 'was collected while it was read');
}

// From the receipts: equal files are one file on disk, and looking at each of ten thousands would take longer.
function countBytes(receipts: readonly (Receipt | null)[]): { readonly bytes: number; readonly isWhole: boolean } {
	const shared = new Set<string>();
	let bytes = 0;
	for (const receipt of receipts) {
		bytes += receipt?.packedBytes ?? 0;
		for (const file of receipt?.files ?? []) {
			const name = `${file.sha256}${file.executable ? 'x' : ''}`;
			bytes += shared.has(name) ? 0 : file.size;
			shared.add(name);
		}
	}

	return { bytes, isWhole: !receipts.includes(null) };
}

/** Every artefact that has a folder in the store, with or without a receipt. Other names are ignored. */
export async function listEntries(layout: Layout): Promise<readonly Integrity[]> {
	try {
		const names = await readdir(layout.packages);
		return names.filter((name) => /^[0-9a-f]{128}$/.test(name)).map((name) => integrityOfDigest(Buffer.from(name, 'hex')));
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw damaged('store/packages', 'cannot be listed', { cause: error });
	}
}

/** Receipts of the other entries that hold one of these files of an entry. Receipts that cannot be read are left out: their entries are found damaged by themselves. */
export async function findSharing(
	{ layout, receipts }: { readonly layout: Layout; readonly receipts: ReceiptReader },
	integrity: Integrity,
	paths: ReadonlySet<string>,
): Promise<readonly Receipt[]> {
	const own = await readUnlessDamaged(receipts, integrity);
	const names = new Set((own?.files ?? []).filter(({ path }) => paths.has(path)).map((file) => layout.sharedFile(file)));
	const others = (await listEntries(layout)).filter((other) => other !== integrity && names.size > 0);
	const read = await Promise.all(others.map((other) => readUnlessDamaged(receipts, other)));
	return read.filter((receipt) => receipt !== null).filter(({ files }) => files.some((file) => names.has(layout.sharedFile(file))));
}

async function readUnlessDamaged(receipts: ReceiptReader, integrity: Integrity): Promise<Receipt | null> {
	try {
		return await receipts.readWhole(integrity);
	} catch (error) {
		if (error instanceof EngineError && error.code === 'home-damaged') {
			return null;
		}

		throw error;
	}
}

// 128 hex digits tell a reader nothing that twelve do not.
export function shortName(layout: Layout, path: string): string {
	return layout.relative(path).replace(/(packages\/[0-9a-f]{12})[0-9a-f]{116}/, '$1...');
}

// Asked some thousand times by a large install: a trip through the thread pool, and an error for each missing file, took longer than all else.
function versionOf(layout: Layout, integrity: Integrity): string | null {
	const path = layout.receipt(integrity);
	try {
		return fileVersion(path);
	} catch (error) {
		throw damaged(shortName(layout, path), 'cannot be read', { cause: error });
	}
}
