import { createHash, hash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { toEngineError, throwIfAborted } from '../errors.ts';
import { stripToLine } from '../strip-controls.ts';
import type { EntryFinding, EntryReport } from './content-store.ts';
import { isMissing, systemCode } from './home-errors.ts';
import { PACKED, TREE } from './layout.ts';
import type { Receipt, ReceiptFile } from './receipt.ts';

const CONCURRENT_FILES = 8;
const SMALL_BYTES = 256 * 1024;

/** Re-hashes the files of one artefact and its tarball, and looks for files that were not in it. Findings are data. */
export async function verifyFolder(
	receipt: Receipt,
	{ folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<EntryReport> {
	const tree = join(folder, TREE);
	let bytesChecked = 0;
	const count = (bytes: number) => {
		bytesChecked += bytes;
	};

	const onFiles: (EntryFinding | null)[] = [];
	let next = 0;
	// Not all of them at once: a cancellation would then be thrown once for each of thousands of files, which takes longer than it may.
	const checkNext = async () => {
		for (let index = next; index < receipt.files.length; index = next) {
			next += 1;
			const file = receipt.files[index];
			onFiles[index] = file === undefined ? null : await checkFile(file, { tree, signal, count });
		}
	};
	await Promise.all(Array.from({ length: CONCURRENT_FILES }, checkNext));
	const extra = await findExtra(tree, receipt, signal);
	const packed = await checkPacked(receipt, { path: join(folder, PACKED), signal, count });
	const findings = [...onFiles, ...extra, packed].filter((finding) => finding !== null);
	return { filesChecked: receipt.files.length, bytesChecked, findings };
}

type Check = { readonly tree: string; readonly signal: AbortSignal; readonly count: (bytes: number) => void };

async function checkFile(file: ReceiptFile, { tree, signal, count }: Check): Promise<EntryFinding | null> {
	throwIfAborted(signal);
	const shown = stripToLine(file.path);
	try {
		// A link in the place of a file must not be followed.
		await using handle = await open(join(tree, file.path), constants.O_RDONLY | constants.O_NOFOLLOW);
		const status = await handle.stat();
		if (!status.isFile()) {
			return { problem: 'changed', path: file.path, text: `${shown} is not a file any more.` };
		}

		if (status.size !== file.size) {
			return { problem: 'changed', path: file.path, text: `${shown} was changed: expected ${file.size} bytes, got ${status.size}.` };
		}

		const got = await digestOf(handle, status.size, signal);
		count(status.size);
		if (got !== file.sha256) {
			return { problem: 'changed', path: file.path, text: `${shown} was changed: expected sha256 ${file.sha256}, got ${got}.` };
		}

		const executable = (status.mode & 0o100) !== 0;
		return executable === file.executable
			? null
			: { problem: 'changed', path: file.path, text: `${shown} was made ${executable ? 'executable' : 'not executable'}.` };
	} catch (error) {
		return findingOf(error, file.path);
	}
}

/** Small files, which most are, in one read: a stream for each takes three times as long, all of it on the thread that draws the screen. */
async function digestOf(handle: FileHandle, size: number, signal: AbortSignal): Promise<string> {
	if (size <= SMALL_BYTES) {
		// One more than it should have, so that a file that grows meanwhile is not taken for whole.
		const buffer = Buffer.allocUnsafe(size + 1);
		const { bytesRead } = await handle.read(buffer, 0, size + 1, 0);
		return hash('sha256', buffer.subarray(0, bytesRead), 'base64url');
	}

	const digest = createHash('sha256');
	// A stream made with a signal that has fired throws where nobody can catch it.
	throwIfAborted(signal);
	for await (const bytes of handle.createReadStream({ autoClose: false, signal })) {
		digest.update(bytes as Uint8Array);
	}

	return digest.digest('base64url');
}

function findingOf(error: unknown, path: string): EntryFinding {
	const shown = stripToLine(path);
	if (isMissing(error) || systemCode(error) === 'ENOTDIR') {
		return { problem: 'missing', path, text: `${shown} is missing.` };
	}

	if (systemCode(error) === 'ELOOP') {
		return { problem: 'changed', path, text: `${shown} was replaced by a link.` };
	}

	throw toEngineError(error, { code: 'home-damaged', message: `The file ${shown} of the store cannot be read.` });
}

async function findExtra(tree: string, receipt: Receipt, signal: AbortSignal): Promise<readonly EntryFinding[]> {
	const known = new Set(receipt.files.map((file) => file.path));
	const folders = new Set(['']);
	for (const { path } of receipt.files) {
		for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
			folders.add(path.slice(0, slash));
		}
	}

	const findings: EntryFinding[] = [];
	for (const folder of folders) {
		throwIfAborted(signal);
		const entries = await readdir(join(tree, folder), { withFileTypes: true }).catch((error: unknown) => {
			// A missing folder shows as its missing files; a file in its place as a file that cannot be opened.
			if (isMissing(error) || systemCode(error) === 'ENOTDIR') {
				return [];
			}

			throw toEngineError(error, { code: 'home-damaged', message: 'A folder of the store cannot be listed.' });
		});
		for (const entry of entries) {
			const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
			const isKnown = known.has(path) || (entry.isDirectory() && (folders.has(path) || (await isEmptyBelow(join(tree, path)))));
			if (!isKnown) {
				findings.push({ problem: 'extra', path, text: `${stripToLine(path)} is not part of the package.` });
			} else if (folders.has(path) && !entry.isDirectory()) {
				findings.push({ problem: 'changed', path, text: `${stripToLine(path)} is not a folder any more.` });
			}
		}
	}

	return findings;
}

// Archives may carry empty folders; receipts list files only, and an empty folder changes nothing.
async function isEmptyBelow(folder: string): Promise<boolean> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries.every((entry) => entry.isDirectory());
}

async function checkPacked(
	receipt: Receipt,
	{ path, signal, count }: { readonly path: string; readonly signal: AbortSignal; readonly count: (bytes: number) => void },
): Promise<EntryFinding | null> {
	try {
		const status = await lstat(path);
		if (!status.isFile()) {
			return { problem: 'changed', path: null, text: 'The stored archive is not a file any more.' };
		}

		const digest = createHash('sha512');
		throwIfAborted(signal);
		for await (const bytes of createReadStream(path, { signal })) {
			digest.update(bytes as Uint8Array);
		}

		count(status.size);
		const got = `sha512-${digest.digest('base64')}`;
		return got === receipt.integrity
			? null
			: { problem: 'changed', path: null, text: `The stored archive was changed: expected ${receipt.integrity}, got ${got}.` };
	} catch (error) {
		if (isMissing(error)) {
			return { problem: 'missing', path: null, text: 'The stored archive is missing.' };
		}

		throw toEngineError(error, { code: 'home-damaged', message: 'The stored archive cannot be read.' });
	}
}
