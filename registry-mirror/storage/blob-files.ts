import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { absentAsNull, syncFolder } from './atomic-file.ts';
import type { BlobStorage, StagedBlob } from './storage.ts';

const SHA512_HEX = /^[0-9a-f]{128}$/;

/** Blobs as files named by their sha512: `<folder>/ab/abcdef...`. `staging` must be on the same file system and is emptied at start. */
export async function openBlobFiles(options: { readonly folder: string; readonly staging: string }): Promise<BlobStorage> {
	const { folder, staging } = options;
	await rm(staging, { recursive: true, force: true });
	await mkdir(staging, { recursive: true, mode: 0o700 });
	await mkdir(folder, { recursive: true, mode: 0o700 });
	return {
		stage: () => stageBlob(folder, staging),
		async open(sha512, bytes) {
			const file = blobFile(folder, sha512);
			const found = await stat(file).catch(absentAsNull);
			if (found?.size !== bytes) {
				return null;
			}

			return {
				bytes,
				read: () => readFile(file),
				stream: ({ start, end }) => createReadStream(file, { start, end }),
			};
		},
		remove: (sha512) => rm(blobFile(folder, sha512), { force: true }),
	};
}

async function stageBlob(folder: string, staging: string): Promise<StagedBlob> {
	const temporary = path.join(staging, randomUUID());
	const handle = await open(temporary, 'wx', 0o600);
	let isOpen = true;
	const close = async () => {
		if (isOpen) {
			isOpen = false;
			await handle.close();
		}
	};

	return {
		async write(chunk) {
			await handle.appendFile(chunk);
		},
		async commit(sha512, { durable }) {
			const file = blobFile(folder, sha512);
			if (durable) {
				await handle.sync();
			}

			await close();
			await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
			await rename(temporary, file);
			if (durable) {
				await syncFolder(path.dirname(file));
			}
		},
		async [Symbol.asyncDispose]() {
			await close();
			await rm(temporary, { force: true });
		},
	};
}

function blobFile(folder: string, sha512: string): string {
	// The last gate before a path: what is not a digest never becomes one.
	if (!SHA512_HEX.test(sha512)) {
		throw new TypeError('A blob is named by the hex of a sha512.');
	}

	return path.join(folder, sha512.slice(0, 2), sha512);
}
