import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import type { Integrity } from '../integrity.ts';
import { stripToLine } from '../strip-controls.ts';
import type { AdderParts, StagedArtefact } from './artefact-adder.ts';
import type { AddRequest, ContentStore, EntryReport } from './content-store.ts';
import type { Disk } from './disk.ts';
import { replaceFile } from './disk.ts';
import { damaged, writeError } from './home-errors.ts';
import { createJoiner } from './join-adds.ts';
import type { Layout } from './layout.ts';
import { RECEIPT, TREE } from './layout.ts';
import { lazyUnpacker } from './lazy-unpacker.ts';
import { createLimiter } from './limiter.ts';
import { createOtherFetches } from './other-fetches.ts';
import { parsePackageJson } from './package-json.ts';
import type { Receipt, ReceiptFile } from './receipt.ts';
import { encodeReceipt } from './receipt.ts';
import type { ReceiptReader } from './receipts.ts';
import { createReceiptReader, findSharing, shortName } from './receipts.ts';
import { createStaging } from './staging.ts';
import type { Unpacker } from './unpacker.ts';
import { verifyFolder } from './verify-entry.ts';

/** The store and what `commit` needs to know of it. */
export type OpenStore = {
	readonly store: ContentStore;
	readonly receipts: ReceiptReader;
	readonly staged: Map<Integrity, StagedArtefact>;
	/** Artefacts whose receipt this process has relied on. */
	readonly relied: ReadonlySet<Integrity>;
	readonly unpacker: Unpacker;
	readonly dispose: () => Promise<void>;
};

const CONCURRENT_TRANSFERS = 16;
const CONCURRENT_UNPACKING = 4;
const SMALL_BYTES = 16 * 1024;

export function openContentStore({
	disk,
	layout,
	clock,
	threads = async (here) => here,
}: {
	readonly disk: Disk;
	readonly layout: Layout;
	readonly clock: () => Date;
	/** Lets other threads unpack; without it everything is written through `disk`, on this one. */
	readonly threads?: ((here: Unpacker) => Promise<Unpacker>) | undefined;
}): OpenStore {
	const receipts = createReceiptReader({ disk, layout });
	const staged = new Map<Integrity, StagedArtefact>();
	const relied = new Set<Integrity>();
	const staging = createStaging({ disk, layout });
	const parts = adderParts({ disk, layout, clock, threads, staging });
	const { unpacker } = parts;

	async function receiptOf(integrity: Integrity): Promise<Receipt | null> {
		const receipt = await receipts.read(integrity);
		if (receipt !== null) {
			relied.add(integrity);
			return receipt;
		}

		return staged.get(integrity)?.receipt ?? null;
	}

	const folderOf = (integrity: Integrity) => staged.get(integrity)?.folder ?? layout.entry(integrity);
	const needReceipt = async (integrity: Integrity) => (await receiptOf(integrity)) ?? missing(integrity, relied);
	const read = async (receipt: Receipt, path: string) => {
		const { integrity } = receipt;
		try {
			return await readChecked(receipt, { layout, folder: folderOf(integrity), listed: receipts.file(receipt, path), path });
		} catch (error) {
			// Collected while it was read: then it is missing, not damaged.
			await needReceipt(integrity);
			throw error;
		}
	};

	const packageJsonOf = async (receipt: Receipt) => parsePackageJson(await read(receipt, 'package.json'), receipt);

	const store: ContentStore = {
		receipt: receiptOf,
		add: createJoiner((request) => addOnce(request, { parts, staged, receiptOf })),
		updateEvidence: async (integrity, evidence) => {
			const receipt = { ...(await needReceipt(integrity)), evidence };
			await replaceReceipt({ disk, layout, staged }, receipt);
		},
		treePath: (integrity) => join(folderOf(integrity), TREE),
		readFile: async (integrity, path) => read(await needReceipt(integrity), path),
		readPackageJson: async (integrity) => packageJsonOf(await needReceipt(integrity)),
		packageJsonOf,
		verifyEntry: async (integrity, { signal }) => {
			const receipt = await receiptOf(integrity);
			return receipt === null ? NOTHING_THERE : verifyFolder(receipt, { folder: folderOf(integrity), signal });
		},
		sharing: (integrity, paths) => findSharing({ layout, receipts }, integrity, new Set(paths)),
		sizeBytes: () => receipts.storeBytes(),
	};

	const dispose = async () => {
		// First, so that nobody writes into the staging folder while it is removed.
		await unpacker.dispose();
		await staging.dispose();
		await receipts.keep();
	};
	return { store, receipts, staged, relied, unpacker, dispose };
}

const NOTHING_THERE: EntryReport = {
	filesChecked: 0,
	bytesChecked: 0,
	findings: [{ problem: 'missing', path: null, text: 'The package is not in the content store.' }],
};

type AddOnce = {
	readonly parts: AdderParts;
	readonly staged: Map<Integrity, StagedArtefact>;
	readonly receiptOf: (integrity: Integrity) => Promise<Receipt | null>;
};

async function addOnce(request: AddRequest, { parts, staged, receiptOf }: AddOnce): Promise<Receipt> {
	const { integrity } = request.expected;
	const replaces = request.replaces === true;
	const known = integrity === null || replaces ? null : await receiptOf(integrity);
	if (known !== null) {
		return known;
	}

	const { addArtefact } = await import('./artefact-adder.ts');
	const added = await addArtefact(request, parts);
	const got = added.receipt.integrity;
	const earlier = replaces ? null : await receiptOf(got);
	if (earlier !== null) {
		// The same bytes under another name, or no sha512 was known before: the first stays, since its path may be in use.
		await parts.disk.removeTree(added.folder);
		return earlier;
	}

	staged.set(got, added);
	return added.receipt;
}

type Replace = { readonly disk: Disk; readonly layout: Layout; readonly staged: Map<Integrity, StagedArtefact> };

async function replaceReceipt({ disk, layout, staged }: Replace, receipt: Receipt): Promise<void> {
	const waiting = staged.get(receipt.integrity);
	if (waiting !== undefined) {
		staged.set(receipt.integrity, { ...waiting, receipt });
		return;
	}

	try {
		await replaceFile(disk, join(layout.entry(receipt.integrity), RECEIPT), Buffer.from(encodeReceipt(receipt)));
	} catch (error) {
		throw writeError(error, `record the evidence of ${receipt.name}@${receipt.version}`);
	}
}

type ReadRequest = { readonly layout: Layout; readonly folder: string; readonly listed: ReceiptFile | null; readonly path: string };

// What is read is what was verified: a file that was changed since is refused, not used.
async function readChecked(receipt: Receipt, { layout, folder, listed, path }: ReadRequest): Promise<Uint8Array> {
	if (listed === null) {
		throw new EngineError('package-not-found', `${receipt.name}@${receipt.version} has no file "${stripToLine(path)}".`);
	}

	const full = join(folder, TREE, path);
	let bytes: Uint8Array;
	try {
		// Of a list of plugins each package.json is read, and a trip through the thread pool takes longer than a few kilobytes.
		bytes = listed.size > SMALL_BYTES ? await readFile(full) : readFileSync(full);
	} catch (error) {
		throw damaged(shortName(layout, full), 'cannot be read', { cause: error });
	}

	const got = hash('sha256', bytes, 'base64url');
	if (got !== listed.sha256) {
		throw damaged(shortName(layout, full), `was changed: expected sha256 ${listed.sha256}, got ${got}`);
	}

	return bytes;
}

function missing(integrity: Integrity, relied: ReadonlySet<Integrity>): never {
	if (relied.has(integrity)) {
		throw new EngineError('plan-stale', `The package ${integrity.slice(0, 20)}... was in the content store and was collected since.`, {
			hint: 'Type the command again; it will be fetched again.',
		});
	}

	throw damaged(`store/packages/${integrity.slice(0, 20)}...`, 'is needed and not there');
}

function adderParts({
	disk,
	layout,
	clock,
	threads,
	staging,
}: Pick<AdderParts, 'disk' | 'clock' | 'staging'> & {
	readonly layout: Layout;
	readonly threads: (here: Unpacker) => Promise<Unpacker>;
}): AdderParts & { readonly unpacker: ReturnType<typeof lazyUnpacker> } {
	const unpacker = lazyUnpacker(async () => {
		const [{ createUnpacker }, { createTwinFinder }] = await Promise.all([import('./unpacker.ts'), import('./twin-files.ts')]);
		return threads(createUnpacker({ disk, twins: createTwinFinder(layout) }));
	});
	return {
		disk,
		staging,
		others: createOtherFetches(layout),
		unpacker,
		clock,
		transfers: createLimiter(CONCURRENT_TRANSFERS),
		unpacking: createLimiter(CONCURRENT_UNPACKING),
	};
}
