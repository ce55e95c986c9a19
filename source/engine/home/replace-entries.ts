import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { throwIfAborted } from '../errors.ts';
import type { Integrity } from '../integrity.ts';
import { type CommitParts, currentUser, type Moved, perform, storeArtefacts } from './commit.ts';
import { readCurrent } from './current.ts';
import { temporaryName } from './disk.ts';
import type { Intent } from './journal.ts';
import { newOperationId } from './journal.ts';
import type { Receipt } from './receipt.ts';
import { whileMoving } from './shared-store/store-journal.ts';

/**
 * Puts artefacts that this process added into the content store, in the place of damaged entries where there are any; no generation changes. A damaged entry loses its name
 * before the whole one gets it, and shared files that do not hold what their name says go first, so that nothing is linked to them.
 * Interrupted at any point, an entry is the damaged one, absent, or whole.
 */
export async function replaceEntries(
	parts: CommitParts,
	integrities: readonly Integrity[],
	{ signal, command, type }: { readonly signal: AbortSignal; readonly command: string; readonly type: 'repair' | 'keep' },
): Promise<void> {
	const { disk, layout, open } = parts;
	throwIfAborted(signal);
	const { number } = await readCurrent(layout);
	const moved = [...new Set(integrities)].flatMap((integrity): readonly Moved[] => {
		const staged = open.staged.get(integrity);
		return staged === undefined ? [] : [{ ...staged, integrity, entry: layout.entry(integrity) }];
	});
	const intent: Intent = {
		operation: newOperationId(),
		type,
		profile: layout.profile,
		from: number,
		to: number,
		command,
		user: currentUser(),
		startedAt: parts.clock().toISOString(),
		artefacts: moved.map(({ integrity }) => integrity),
	};

	try {
		await perform(parts, intent, () =>
			whileMoving({ disk, layout }, { type: 'replace', artefacts: intent.artefacts }, () => putInPlace(parts, moved, signal)),
		);
	} finally {
		for (const { integrity } of moved) {
			open.staged.delete(integrity);
		}
	}
}

async function putInPlace(parts: CommitParts, moved: readonly Moved[], signal: AbortSignal): Promise<void> {
	const { disk, layout } = parts;
	const aside: string[] = [];
	for (const { entry, receipt } of moved) {
		await dropChangedShared(parts, receipt, signal);
		if (existsSync(entry)) {
			const temporary = temporaryName(entry);
			await disk.rename(entry, temporary);
			aside.push(temporary);
		}
	}

	await disk.syncFolder(layout.files);
	await disk.syncFolder(layout.packages);
	await storeArtefacts(parts, moved, signal);
	for (const path of aside) {
		await disk.removeTree(path);
	}
}

async function dropChangedShared({ disk, layout }: CommitParts, { files }: Receipt, signal: AbortSignal): Promise<void> {
	for (const file of files) {
		throwIfAborted(signal);
		const path = layout.sharedFile(file);
		if (existsSync(path) && !(await isUnchanged(path, file))) {
			await disk.removeFile(path);
		}
	}
}

async function isUnchanged(path: string, file: Receipt['files'][number]): Promise<boolean> {
	const status = await lstat(path);
	return (
		status.isFile() &&
		status.size === file.size &&
		((status.mode & 0o100) !== 0) === file.executable &&
		hash('sha256', await readFile(path), 'base64url') === file.sha256
	);
}
