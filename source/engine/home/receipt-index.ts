import { EngineError } from '../errors.ts';
import type { Integrity } from '../integrity.ts';
import { readAuthenticated, writeAuthenticated } from './bundles.ts';
import type { Disk } from './disk.ts';
import type { Layout } from './layout.ts';
import type { Receipt, ReceiptFile } from './receipt.ts';

/** What a receipt says without its list of files, which is nearly all of its bytes. */
export type ReceiptHead = Omit<Receipt, 'files'>;

export type IndexedReceipt = {
	/** Tells this state of the receipt's file from every other: see `fileVersion`. */
	readonly version: string;
	readonly head: ReceiptHead;
	/** The one file that is asked for without the others; null for a package that has none. */
	readonly packageJson: ReceiptFile | null;
};

/**
 * The heads of many receipts in one file, so that judging a generation reads one file and not hundreds. It is believed only where the
 * receipt itself is still the file it was made from, and only as this home wrote it: whatever is missing, older, torn or another's reads
 * as absent, and the receipt is read.
 */
export type ReceiptIndex = {
	/** Null when it knows nothing of this state of the receipt. */
	readonly find: (integrity: Integrity, version: string) => IndexedReceipt | null;
	/** Bytes of the whole store, when nothing came or went since they were counted. */
	readonly storeBytes: (version: string) => number | null;
};

export type IndexChange = {
	readonly receipts: ReadonlyMap<Integrity, IndexedReceipt>;
	readonly store: { readonly version: string; readonly bytes: number } | null;
	/** What is in the store; nothing else stays in the index. */
	readonly entries: ReadonlySet<Integrity>;
};

const NAME = 'receipt index 2';
const STORE = 'store';

type Lines = ReadonlyMap<string, string>;

export async function readReceiptIndex(layout: Layout): Promise<ReceiptIndex> {
	const lines = await readLines(layout);
	return {
		find: (integrity, version) => {
			const line = lines.get(integrity);
			return line?.startsWith(`${version} `) === true ? decode(integrity, version, line.slice(version.length + 1)) : null;
		},
		storeBytes: (version) => {
			const line = lines.get(STORE);
			return line?.startsWith(`${version} `) === true ? Number(line.slice(version.length + 1)) : null;
		},
	};
}

/** Adds to the index what was read since. Not durable: what a power cut tore does not authenticate. Throws what the disk throws. */
export async function writeReceiptIndex(place: { readonly disk: Disk; readonly layout: Layout }, change: IndexChange): Promise<void> {
	const { disk, layout } = place;
	const { receipts, store, entries } = change;
	const known = await readLines(layout);
	const text: string[] = [];
	const oldStore = known.get(STORE);
	if (store !== null || oldStore !== undefined) {
		text.push(`${STORE} ${store === null ? oldStore : `${store.version} ${store.bytes}`}\n`);
	}

	for (const integrity of entries) {
		const fresh = receipts.get(integrity);
		const line = fresh === undefined ? known.get(integrity) : encode(fresh);
		if (line !== undefined) {
			text.push(`${integrity} ${line}\n`);
		}
	}

	await disk.makeFolder(layout.cache);
	await writeAuthenticated(place, { path: layout.receiptIndex, name: NAME, bytes: Buffer.from(text.join('')) });
}

export function packageJsonIn(receipt: Receipt): ReceiptFile | null {
	return receipt.files.find(({ path }) => path === 'package.json') ?? null;
}

async function readLines(layout: Layout): Promise<Lines> {
	const bytes = await readAuthenticated({ layout }, { path: layout.receiptIndex, name: NAME }).catch((error: unknown) => {
		if (error instanceof EngineError) {
			// It cannot be read, so every receipt is; that a home is damaged is told by what is needed, not by what is only quicker.
			return null;
		}

		throw error;
	});
	const lines = new Map<string, string>();
	const text = bytes === null ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
	for (let start = 0; start < text.length;) {
		const space = text.indexOf(' ', start);
		const end = text.indexOf('\n', space);
		lines.set(text.slice(start, space), text.slice(space + 1, end));
		start = end + 1;
	}

	return lines;
}

type Fields = readonly [Omit<ReceiptHead, 'integrity'>, ReceiptFile | null];

function encode({ version, head, packageJson }: IndexedReceipt): string {
	const { integrity: _, ...named } = head;
	const fields: Fields = [named, packageJson];
	return `${version} ${JSON.stringify(fields)}`;
}

// Only this home can have written it, and it wrote what `encode` made.
function decode(integrity: Integrity, version: string, json: string): IndexedReceipt {
	const [head, packageJson] = JSON.parse(json) as Fields;
	return { version, head: { integrity, ...head }, packageJson };
}
