import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { completeAudit } from './audit.ts';
import type { Disk } from './disk.ts';
import { isTemporaryName } from './disk.ts';
import { isMissing, writeError } from './home-errors.ts';
import { readIntents } from './journal.ts';
import type { Layout } from './layout.ts';
import type { ReceiptReader } from './receipts.ts';
import { listEntries } from './receipts.ts';
import { settleIntent } from './settle.ts';
import { settleStore } from './shared-store/store-journal.ts';
import { removeDeadStaging } from './staging.ts';

export type RecoverReport = {
	/** One sentence for each thing that was completed or removed; empty when nothing had been interrupted. */
	readonly actions: readonly string[];
	readonly removedStagingFolders: number;
	/** Store entries without a receipt. */
	readonly removedEntries: number;
	/** Temporary files and shared files that nothing uses. */
	readonly removedFiles: number;
};

type Place = { readonly disk: Disk; readonly layout: Layout };

/** Settles the journal and removes what interrupted operations left. The mutex must be held. */
export async function recoverHome({ disk, layout }: Place, receipts: ReceiptReader): Promise<RecoverReport> {
	try {
		const actions: string[] = [];
		if (await completeAudit({ disk, layout })) {
			actions.push('Took a line out of the audit log that was not written to its end.');
		}

		const moves = await settleStore({ disk, layout });
		if (moves > 0) {
			actions.push('Took back what an interrupted operation was moving into the shared content store.');
		}

		for (const intent of await readIntents(layout)) {
			actions.push(await settleIntent({ disk, layout }, intent));
		}

		const removedStagingFolders = await removeDeadStaging({ disk, layout });
		const removedEntries = await removeEntriesWithoutReceipt({ disk, layout }, receipts);
		const removedFiles = (await removeTemporaries({ disk, layout })) + (await removeUnusedFiles({ disk, layout }));
		return { actions, removedStagingFolders, removedEntries, removedFiles };
	} catch (error) {
		throw writeError(error, 'recover the home');
	}
}

// Only a commit moves entries in, and only under the mutex: whatever has no receipt now belongs to nobody.
async function removeEntriesWithoutReceipt({ disk, layout }: Place, receipts: ReceiptReader): Promise<number> {
	let removed = 0;
	for (const integrity of await listEntries(layout)) {
		if (!(await receipts.has(integrity))) {
			await disk.removeTree(layout.entry(integrity));
			removed += 1;
		}
	}

	return removed;
}

async function removeTemporaries({ disk, layout }: Place): Promise<number> {
	const entries = (await listEntries(layout)).map((integrity) => layout.entry(integrity));
	let removed = 0;
	for (const folder of [
		layout.home,
		layout.generations,
		layout.packages,
		layout.state,
		layout.journal,
		layout.bundles,
		layout.profiles,
		layout.scans,
		...(layout.shared === null ? [] : [layout.store, layout.storeHomes, layout.storeJournal]),
		...entries,
	]) {
		for (const name of (await namesIn(folder)).filter(isTemporaryName)) {
			await disk.removeTree(join(folder, name));
			removed += 1;
		}
	}

	return removed;
}

/** Shared files that no tree links to any more. Returns how many were removed. */
export async function removeUnusedFiles({ disk, layout }: Place): Promise<number> {
	let removed = 0;
	for (const name of await namesIn(layout.files)) {
		const path = join(layout.files, name);
		if ((await lstat(path)).nlink === 1) {
			await disk.removeFile(path);
			removed += 1;
		}
	}

	return removed;
}

async function namesIn(folder: string): Promise<readonly string[]> {
	try {
		return await readdir(folder);
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw error;
	}
}
