import { createHash } from 'node:crypto';
import { addAbortSignal } from 'node:stream';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { EngineError, throwIfAborted, toEngineError } from '../errors.ts';
import type { Integrity } from '../integrity.ts';
import { integrityOfDigest } from '../integrity.ts';
import { ARCHIVE_LIMITS } from './archive-rules.ts';
import { isZlib } from './archive-scan.ts';
import { refuseArchive } from './archive-refusal.ts';
import type { AddRequest } from './content-store.ts';
import type { Disk, DiskWriter } from './disk.ts';

/** A packed archive whose digest is the expected one. */
export type ReceivedArchive = {
	readonly integrity: Integrity;
	readonly packedBytes: number;
	/** The whole archive when it is small; null when it was written to `path` while it came in. */
	readonly bytes: Buffer | null;
	readonly path: string;
};

/** What is larger goes to the disk while it comes in. */
const IN_MEMORY_BYTES = 8 * 1024 ** 2;
const FILE_MODE = 0o644;

/** Transfers one archive and hashes it on the way. Throws `integrity-mismatch`, `tarball-truncated`, `archive-refused`, or what `open` throws. */
export async function receiveArchive(
	request: Pick<AddRequest, 'name' | 'version' | 'expected' | 'open' | 'onProgress'>,
	{ disk, path, signal }: { readonly disk: Disk; readonly path: string; readonly signal: AbortSignal },
): Promise<ReceivedArchive> {
	throwIfAborted(signal);
	const { stream, totalBytes } = await request.open(signal);
	const sha512 = createHash('sha512');
	const sha1 = request.expected.integrity === null ? createHash('sha1') : null;
	const sink = createSink(disk, path);
	let packedBytes = 0;
	try {
		// A stream that is given a signal which has fired throws where nobody can catch it.
		throwIfAborted(signal);
		addAbortSignal(signal, stream);
		for await (const piece of stream) {
			const bytes: Uint8Array = piece;
			sha512.update(bytes);
			sha1?.update(bytes);
			packedBytes += bytes.byteLength;
			if (packedBytes > ARCHIVE_LIMITS.packedBytes) {
				throw refuseArchive('too-large', `it has more than ${ARCHIVE_LIMITS.packedBytes} bytes`);
			}

			await sink.write(bytes);
			request.onProgress(packedBytes, totalBytes, false);
		}
	} catch (error) {
		throw isSystemWrite(error)
			? error
			: toEngineError(error, { code: 'tarball-truncated', message: truncatedText(request, packedBytes, totalBytes) });
	} finally {
		stream.destroy();
		await sink.close();
	}

	if (totalBytes !== null && packedBytes < totalBytes) {
		throw truncated(request, packedBytes, totalBytes);
	}

	const integrity = integrityOfDigest(sha512.digest());
	const bytes = sink.bytes();
	await checkDigest(request, { integrity, shasum: sha1?.digest('hex') ?? null, bytes, packedBytes });
	request.onProgress(packedBytes, totalBytes, true);
	return { integrity, packedBytes, bytes, path };
}

type Digests = {
	readonly integrity: Integrity;
	readonly shasum: string | null;
	readonly bytes: Buffer | null;
	readonly packedBytes: number;
};

async function checkDigest(request: Pick<AddRequest, 'name' | 'version' | 'expected'>, got: Digests): Promise<void> {
	const { expected } = request;
	const matches =
		expected.integrity === null
			? expected.shasum !== null && expected.shasum.toLowerCase() === got.shasum
			: expected.integrity === got.integrity;
	if (matches) {
		return;
	}

	// A registry that gives no size and cuts the transfer short is a network fault, not an attack; the next try may succeed.
	if (got.bytes !== null && (await isCutShort(got.bytes))) {
		throw truncated(request, got.packedBytes, null);
	}

	const [wanted, found] = expected.integrity === null ? [expected.shasum ?? 'a digest', got.shasum] : [expected.integrity, got.integrity];
	throw new EngineError(
		'integrity-mismatch',
		`The archive of ${request.name}@${request.version} is not the published one: expected ${wanted}, got ${found}.`,
		{
			hint: 'Do not install it. Try another registry with --registry, and tell the author if it stays so.',
			details: { expected: wanted, got: found },
		},
	);
}

const unzip = promisify(gunzip);

async function isCutShort(bytes: Buffer): Promise<boolean> {
	try {
		await unzip(bytes, { maxOutputLength: 8 * IN_MEMORY_BYTES });
		return false;
	} catch (error) {
		return isZlib(error) && error.code === 'Z_BUF_ERROR';
	}
}

type Sink = {
	readonly write: (bytes: Uint8Array) => Promise<void>;
	readonly bytes: () => Buffer | null;
	readonly close: () => Promise<void>;
};

function createSink(disk: Disk, path: string): Sink {
	let pieces: Uint8Array[] = [];
	let size = 0;
	let writer: DiskWriter | null = null;
	return {
		write: async (bytes) => {
			size += bytes.byteLength;
			if (writer !== null) {
				await writer.write(bytes);
				return;
			}

			pieces.push(bytes);
			if (size > IN_MEMORY_BYTES) {
				writer = await disk.openWriter(path, FILE_MODE);
				const held = Buffer.concat(pieces);
				pieces = [];
				await writer.write(held);
			}
		},
		bytes: () => (writer === null ? joined(pieces, size) : null),
		close: async () => writer?.close(),
	};
}

// In memory of its own, which can be handed to another thread without a copy.
function joined(pieces: readonly Uint8Array[], size: number): Buffer {
	const whole = Buffer.allocUnsafeSlow(size);
	let at = 0;
	for (const piece of pieces) {
		whole.set(piece, at);
		at += piece.byteLength;
	}

	return whole;
}

function isSystemWrite(thrown: unknown): boolean {
	return thrown instanceof Error && 'syscall' in thrown && (thrown.syscall === 'write' || thrown.syscall === 'open');
}

function truncated(request: Pick<AddRequest, 'name' | 'version'>, receivedBytes: number, totalBytes: number | null): EngineError {
	return new EngineError('tarball-truncated', truncatedText(request, receivedBytes, totalBytes), {
		hint: 'The connection broke off; try again.',
	});
}

function truncatedText({ name, version }: Pick<AddRequest, 'name' | 'version'>, receivedBytes: number, totalBytes: number | null): string {
	const total = totalBytes === null ? '' : ` of ${totalBytes}`;
	return `The archive of ${name}@${version} stopped after ${receivedBytes}${total} bytes.`;
}
