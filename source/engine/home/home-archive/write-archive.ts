import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Header } from 'tar/header';
import { EngineError, throwIfAborted } from '../../errors.ts';
import type { Integrity } from '../../integrity.ts';
import { integrityOfDigest } from '../../integrity.ts';
import type { Disk, DiskWriter } from '../disk.ts';
import { FILE_MODE, isTemporaryName, temporaryName } from '../disk.ts';
import type { StoredGeneration } from '../generation-files.ts';
import { readGenerationBytes } from '../generation-files.ts';
import { damaged, systemCode, writeError } from '../home-errors.ts';
import type { Layout } from '../layout.ts';
import { PACKED } from '../layout.ts';
import type { ReceiptReader } from '../receipts.ts';
import { shortName } from '../receipts.ts';
import type { PackageProof } from './archive-content.ts';
import { GENERATION_FILES, generationPath, MANIFEST, packagePath, proofPath, ROOT } from './archive-content.ts';

export type HomeArchiveRequest = {
	/** Absolute; must not exist. */
	readonly path: string;
	readonly generations: readonly StoredGeneration[];
	/** The number an import takes when none is named. */
	readonly chosen: number;
	readonly proofs: ReadonlyMap<Integrity, PackageProof>;
	readonly createdAt: string;
	readonly signal: AbortSignal;
};

export type WrittenArchive = {
	readonly bytes: number;
	/** Of the archive itself, to compare it after its way. */
	readonly integrity: Integrity;
	readonly packages: readonly Integrity[];
};

type Source = { readonly disk: Disk; readonly layout: Layout; readonly receipts: ReceiptReader };

const BLOCK = 512;

/**
 * Writes generations and the packages they need into one tar file: under a temporary name, made durable, then renamed, so that there is a
 * whole archive or none. Each package is hashed on the way. Throws `usage`, `home-damaged`, `disk-full`, `home-unwritable`.
 */
export async function writeHomeArchive({ disk, layout, receipts }: Source, request: HomeArchiveRequest): Promise<WrittenArchive> {
	const { path, signal } = request;
	if (existsSync(path)) {
		throw new EngineError('usage', 'There is a file of that name already.', {
			hint: 'Choose another name for the archive; nothing is overwritten.',
		});
	}

	await removeLeftovers(disk, path);
	const temporary = temporaryName(path);
	let isDone = false;
	try {
		const out = await openTar(disk, temporary);
		let packages: readonly Integrity[];
		try {
			await writeJson(out, layout, request);
			packages = await writePackages(out, { layout, receipts }, request);
			await out.end();
		} finally {
			await out.close();
		}

		throwIfAborted(signal);
		await disk.syncFile(temporary);
		await disk.rename(temporary, path);
		isDone = true;
		await disk.syncFolder(dirname(path));
		return { ...out.written(), packages };
	} catch (error) {
		throw error instanceof EngineError ? error : writeError(error, 'write the archive');
	} finally {
		if (!isDone) {
			// The first error is the one to report.
			await disk.removeFile(temporary).catch(() => undefined);
		}
	}
}

const LEFT_OVER_MILLISECONDS = 600_000;

// Of an export to the same file that was killed. One that is being written now is younger than this.
async function removeLeftovers(disk: Disk, path: string): Promise<void> {
	const folder = dirname(path);
	const names = await readdir(folder).catch((error: unknown) => {
		throw new EngineError(
			'usage',
			`The archive cannot be written to ${path}${systemCode(error) === null ? '' : ` (${systemCode(error)})`}.`,
			{
				hint: 'Check the folder and its permissions, or name another file.',
				cause: error,
			},
		);
	});
	for (const name of names.filter((one) => isTemporaryName(one) && one.startsWith(`${basename(path)}.tmp-`))) {
		const status = await stat(join(folder, name)).catch(() => null);
		if (status !== null && Date.now() - status.mtimeMs > LEFT_OVER_MILLISECONDS) {
			// What cannot be removed is in nobody's way.
			await disk.removeFile(join(folder, name)).catch(() => undefined);
		}
	}
}

async function writeJson(out: TarWriter, layout: Layout, { generations, chosen, createdAt, proofs }: HomeArchiveRequest): Promise<void> {
	const listed = generations.map(({ generation, digest }) => ({ number: generation.number, digest }));
	await out.file(MANIFEST, encode({ format: 1, createdAt, chosen, generations: listed }));
	for (const { generation } of generations) {
		for (const file of GENERATION_FILES) {
			await out.file(generationPath(generation.number, file), await readGenerationBytes(layout, generation.number, file));
		}
	}

	for (const [integrity, proof] of proofs) {
		await out.file(proofPath(integrity), encode(proof));
	}
}

async function writePackages(
	out: TarWriter,
	{ layout, receipts }: Omit<Source, 'disk'>,
	{ generations, signal }: HomeArchiveRequest,
): Promise<readonly Integrity[]> {
	const wanted = new Set(
		generations.flatMap(({ generation }) => Object.values(generation.lock.packages).map(({ integrity }) => integrity)),
	);
	const written: Integrity[] = [];
	for (const integrity of wanted) {
		throwIfAborted(signal);
		// What another platform needs was never fetched here.
		if (await receipts.has(integrity)) {
			await copyPackage(out, layout, { integrity, signal });
			written.push(integrity);
		}
	}

	return written;
}

async function copyPackage(
	out: TarWriter,
	layout: Layout,
	{ integrity, signal }: { readonly integrity: Integrity; readonly signal: AbortSignal },
): Promise<void> {
	const path = join(layout.entry(integrity), PACKED);
	const sha512 = createHash('sha512');
	try {
		const { size } = await stat(path);
		await out.start(packagePath(integrity), size);
		throwIfAborted(signal);
		for await (const piece of createReadStream(path, { signal, highWaterMark: 1 << 20 })) {
			const bytes: Uint8Array = piece;
			sha512.update(bytes);
			await out.write(bytes);
		}

		await out.pad(size);
	} catch (error) {
		throwIfAborted(signal);
		throw error instanceof Error && 'syscall' in error && error.syscall !== 'write'
			? damaged(shortName(layout, path), 'cannot be read', { cause: error })
			: error;
	}

	const got = integrityOfDigest(sha512.digest());
	if (got !== integrity) {
		throw damaged(shortName(layout, path), `was changed: expected ${integrity}, got ${got}`);
	}
}

type TarWriter = {
	readonly file: (path: string, bytes: Uint8Array) => Promise<void>;
	readonly start: (path: string, size: number) => Promise<void>;
	readonly write: (bytes: Uint8Array) => Promise<void>;
	readonly pad: (size: number) => Promise<void>;
	readonly end: () => Promise<void>;
	readonly close: () => Promise<void>;
	readonly written: () => Pick<WrittenArchive, 'bytes' | 'integrity'>;
};

async function openTar(disk: Disk, path: string): Promise<TarWriter> {
	const out: DiskWriter = await disk.openWriter(path, FILE_MODE);
	const sha512 = createHash('sha512');
	let total = 0;
	const write = async (bytes: Uint8Array): Promise<void> => {
		sha512.update(bytes);
		total += bytes.byteLength;
		await out.write(bytes);
	};
	const start = (name: string, size: number): Promise<void> => write(headerOf(`${ROOT}/${name}`, size));
	const pad = (size: number): Promise<void> => write(Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK));
	return {
		start,
		write,
		pad,
		file: async (name, bytes) => {
			await start(name, bytes.byteLength);
			await write(bytes);
			await pad(bytes.byteLength);
		},
		end: () => write(Buffer.alloc(2 * BLOCK)),
		close: () => out.close(),
		written: () => ({ bytes: total, integrity: integrityOfDigest(sha512.digest()) }),
	};
}

function headerOf(path: string, size: number): Buffer {
	const header = new Header({ path, mode: FILE_MODE, size, type: 'File' });
	if (header.encode() || header.block === undefined) {
		throw new EngineError('internal', `The name ${path} does not fit into the header of an archive.`);
	}

	return header.block;
}

function encode(value: unknown): Buffer {
	return Buffer.from(`${JSON.stringify(value)}\n`);
}
