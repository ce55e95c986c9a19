import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { readFileOrNull, writeFileAtomically } from './atomic-file.ts';
import { openBlobFiles } from './blob-files.ts';
import { openDownloadDatabase } from './download-database.ts';
import { claimFolder } from './folder-claim.ts';
import { openLocalFiles } from './local-files.ts';
import { openStatementFiles } from './statement-files.ts';
import type { Storage } from './storage.ts';
import { openUpstreamFiles } from './upstream-files.ts';

export { openAdvisoryFolder } from './advisory-folder.ts';
export type * from './storage.ts';

/** Plain files in one folder that this process owns until `close`. Throws `folder-busy`. */
export async function openFileStorage(folder: string, onFailure: (error: unknown) => void): Promise<Storage> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const claim = await claimFolder(folder);
	try {
		return await storageOf(folder, { claim, onFailure });
	} catch (error) {
		await claim[Symbol.asyncDispose]();
		throw error;
	}
}

async function storageOf(
	folder: string,
	{ claim, onFailure }: { readonly claim: AsyncDisposable; readonly onFailure: (error: unknown) => void },
): Promise<Storage> {
	const blobs = await openBlobFiles({ folder: path.join(folder, 'blobs'), staging: path.join(folder, 'staging') });
	const downloads = await openDownloadDatabase(path.join(folder, 'downloads.sqlite'), onFailure);
	const keyFile = path.join(folder, 'signing-key.pem');
	return {
		local: openLocalFiles(path.join(folder, 'local')),
		upstream: openUpstreamFiles(path.join(folder, 'upstream')),
		blobs,
		statements: openStatementFiles(path.join(folder, 'statements')),
		downloads,
		async signingKey(create) {
			const known = await readFileOrNull(keyFile);
			if (known !== null) {
				return known.toString('utf8');
			}

			const made = create();
			await writeFileAtomically(keyFile, made, { durable: true, mode: 0o600 });
			return made;
		},
		async close() {
			downloads.close();
			await claim[Symbol.asyncDispose]();
		},
	};
}
