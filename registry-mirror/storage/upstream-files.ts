import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { absentAsNull, openOrNull, readFileOrNull, writeFileAtomically } from './atomic-file.ts';
import { fileNameOf } from './file-names.ts';
import type { StoredTarball, UpstreamHead, UpstreamStorage } from './storage.ts';
import { decodeHead, decodeSection, encodeRecord, replaceHead } from './upstream-record.ts';

const SUFFIX = '.record';
// Everything here can be pulled again, so nothing waits for the disk.
const CACHED = { durable: false } as const;

/** What was pulled from the upstream: `packages/*.record`, `tarballs/<name>/<version>.json`, `documents/<sha256 of key>.json`. */
export function openUpstreamFiles(folder: string): UpstreamStorage {
	const packages = path.join(folder, 'packages');
	const recordFile = (name: string) => path.join(packages, `${fileNameOf(name)}${SUFFIX}`);
	const tarballFile = (name: string, version: string) => path.join(folder, 'tarballs', fileNameOf(name), `${fileNameOf(version)}.json`);
	const documentFile = (key: string) => path.join(folder, 'documents', `${createHash('sha256').update(key).digest('hex')}.json`);

	return {
		readHead: (name) => headOf(recordFile(name)),
		async readSection(name, section) {
			await using file = await openDisposable(recordFile(name));
			return file.handle === null ? null : await decodeSection(file.handle, section);
		},
		async write(head, sections) {
			const file = recordFile(head.name);
			const record = sections === null ? await recordUnderHead(file, head) : await encodeRecord(head, sections);
			if (record !== null) {
				await writeFileAtomically(file, record, CACHED);
			}
		},
		remove: (name) => rm(recordFile(name), { force: true }),
		async heads() {
			const files = (await readdir(packages).catch(absentAsNull)) ?? [];
			const heads: UpstreamHead[] = [];
			for (const file of files.filter((name) => name.endsWith(SUFFIX))) {
				const head = await headOf(path.join(packages, file));
				if (head !== null) {
					heads.push(head);
				}
			}

			return heads;
		},
		readTarball: async (name, version) => readJson<StoredTarball>(tarballFile(name, version)),
		writeTarball: (name, version, tarball) => writeFileAtomically(tarballFile(name, version), JSON.stringify(tarball), CACHED),
		readDocument: async (key) => readJson<{ checkedAt: number; text: string }>(documentFile(key)),
		writeDocument: (key, document) => writeFileAtomically(documentFile(key), JSON.stringify(document), CACHED),
	};
}

async function headOf(file: string): Promise<UpstreamHead | null> {
	await using opened = await openDisposable(file);
	return opened.handle === null ? null : await decodeHead(opened.handle);
}

async function recordUnderHead(file: string, head: UpstreamHead): Promise<Buffer | null> {
	await using opened = await openDisposable(file);
	return opened.handle === null ? null : await replaceHead(opened.handle, head);
}

async function openDisposable(file: string) {
	const handle = await openOrNull(file);
	return {
		handle,
		async [Symbol.asyncDispose]() {
			await handle?.close();
		},
	};
}

/** A file of ours; one that a power cut left empty or torn counts as absent. */
async function readJson<T>(file: string): Promise<T | null> {
	const content = await readFileOrNull(file);
	if (content === null) {
		return null;
	}

	try {
		return JSON.parse(content.toString('utf8')) as T;
	} catch {
		// It is only a cache of what the upstream still has.
		return null;
	}
}
