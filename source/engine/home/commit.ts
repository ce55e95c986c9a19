import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { EngineError, throwIfAborted } from '../errors.ts';
import type { Integrity } from '../integrity.ts';
import type { StagedArtefact } from './artefact-adder.ts';
import { appendAuditDurably } from './audit.ts';
import type { Current } from './current.ts';
import { readCurrent, readCurrentUnlessDamaged, writeCurrent } from './current.ts';
import type { Disk } from './disk.ts';
import { FILE_MODE, temporaryName } from './disk.ts';
import { makeDurable } from './durability.ts';
import type { Generation, GenerationChange } from './generation.ts';
import { FIRST_GENERATION } from './generation.ts';
import { readGeneration, writeGeneration } from './generation-files.ts';
import { writeError } from './home-errors.ts';
import type { Intent } from './journal.ts';
import { newOperationId, removeIntent, writeIntent } from './journal.ts';
import type { Layout } from './layout.ts';
import { generationNumberOf, PACKED, RECEIPT, TREE } from './layout.ts';
import type { OpenStore } from './open-content-store.ts';
import type { Receipt } from './receipt.ts';
import { encodeReceipt } from './receipt.ts';
import { auditLine, settleIntent } from './settle.ts';
import { shareFiles } from './share-files.ts';
import { whileMoving } from './shared-store/store-journal.ts';
import { addNeeds } from './shared-store/store-needs.ts';

export type CommitParts = { readonly disk: Disk; readonly layout: Layout; readonly clock: () => Date; readonly open: OpenStore };

export type Moved = StagedArtefact & { readonly integrity: Integrity; readonly entry: string };

/**
 * Makes the next generation. The order is what makes it survive a power cut at any instant: the intent is durable before anything
 * moves; what the new generation needs is durable before its receipts are written, and those before it has a name; one rename of
 * `current` is the change. Whatever fails before that is taken back, here or by `recover`.
 */
export async function commitGeneration(
	parts: CommitParts,
	change: GenerationChange,
	{ signal }: { readonly signal: AbortSignal },
): Promise<Generation> {
	const { disk, layout, open } = parts;
	throwIfAborted(signal);
	const current = await readCurrent(layout);
	if (current.number !== change.base) {
		throw new EngineError('plan-stale', `The plan starts from generation ${change.base}, but generation ${current.number} is current.`, {
			hint: 'Plan again; somebody changed this home in between.',
		});
	}

	await requireRelied(parts, change);
	const moved = await artefactsToMove(parts, change.artefacts);
	const { lock, grants, settings } = change;
	const meta = { ...change.meta, profile: layout.profile };
	const generation: Generation = { number: await nextNumber(layout, current), lock, grants, settings, meta };
	const intent: Intent = {
		operation: newOperationId(),
		type: 'commit',
		profile: layout.profile,
		from: current.number,
		to: generation.number,
		command: meta.command,
		user: meta.user,
		startedAt: parts.clock().toISOString(),
		artefacts: moved.map(({ integrity }) => integrity),
	};

	await perform(parts, intent, async () => {
		await whileMoving({ disk, layout }, { type: 'add', artefacts: intent.artefacts }, () => storeArtefacts(parts, moved, signal));
		throwIfAborted(signal);
		await addNeeds({ disk, layout }, generation.lock);
		const digest = await writeGeneration({ disk, layout }, { ...generation, baseDigest: current.digest });
		throwIfAborted(signal);
		await writeCurrent(disk, layout, { number: generation.number, digest });
	}).catch((error: unknown) => {
		for (const { integrity } of moved) {
			open.staged.delete(integrity);
		}

		throw error;
	});
	await forgetStaged(parts, change.artefacts);
	return generation;
}

/** Switches `current` to a generation that exists and is whole, also when `current` itself is damaged or lost. */
export async function switchGeneration(
	parts: CommitParts,
	number: number,
	{ signal, command }: { readonly signal: AbortSignal; readonly command: string },
): Promise<Generation> {
	const { disk, layout } = parts;
	throwIfAborted(signal);
	const current = await readCurrentUnlessDamaged(layout);
	const target = number === 0 ? { generation: FIRST_GENERATION, digest: null } : await readGeneration(layout, { number, digest: null });
	if (current?.number === number && current.digest === target.digest) {
		return target.generation;
	}

	const intent: Intent = {
		operation: newOperationId(),
		type: 'switch',
		profile: layout.profile,
		from: current?.number ?? 0,
		to: number,
		command,
		user: currentUser(),
		startedAt: parts.clock().toISOString(),
		artefacts: [],
	};
	throwIfAborted(signal);
	await perform(parts, intent, () => writeCurrent(disk, layout, { number, digest: target.digest }));
	return target.generation;
}

// From the intent to the audit line. A failure is settled the way `recover` would: taken back, or completed when `current` has changed.
export async function perform({ disk, layout }: CommitParts, intent: Intent, work: () => Promise<void>): Promise<void> {
	let switched = false;
	try {
		await writeIntent(disk, layout, intent);
		await work();
		switched = true;
		await appendAuditDurably({ disk, layout }, auditLine(intent));
		await removeIntent(disk, layout, intent.operation);
	} catch (error) {
		// What cannot be settled now stays in the journal, and `recover` settles it; the first error is the one to report.
		await settleIntent({ disk, layout }, intent).catch(() => undefined);
		// The change is made and durable; only its record is late, and the journal still holds it.
		if (!switched) {
			throw writeError(error, doing(intent));
		}
	}
}

/** Moves artefacts into the store: whole and durable first, then their receipts. */
export async function storeArtefacts(parts: CommitParts, moved: readonly Moved[], signal: AbortSignal): Promise<void> {
	const { disk, layout, open } = parts;
	open.unpacker.forget();
	for (const artefact of moved) {
		if (existsSync(artefact.entry)) {
			// Without a receipt it is what a dead process left, and nothing uses it.
			await disk.removeTree(artefact.entry);
		}

		disk.renameSync(artefact.folder, artefact.entry);
		open.staged.set(artefact.integrity, { receipt: artefact.receipt, folder: artefact.entry });
	}

	throwIfAborted(signal);
	await makeDurable(disk, contentsOf(layout, moved));
	throwIfAborted(signal);
	const receipts = moved.map(({ entry }) => join(entry, RECEIPT));
	for (const [index, { receipt, entry }] of moved.entries()) {
		await shareFiles({ disk, layout }, { receipt, tree: join(entry, TREE), signal });
		writeReceipt(disk, receipts[index] ?? '', receipt);
	}

	await makeDurable(disk, { root: layout.store, files: receipts, folders: moved.map(({ entry }) => entry) });
	for (const { receipt } of moved) {
		open.receipts.remember(receipt);
	}
}

// By a rename: reading takes no mutex, and whoever reads meanwhile must not find half a receipt.
function writeReceipt(disk: Disk, path: string, receipt: Receipt): void {
	const temporary = temporaryName(path);
	disk.writeFileSync(temporary, Buffer.from(encodeReceipt(receipt)), FILE_MODE);
	disk.renameSync(temporary, path);
}

function contentsOf(
	layout: Layout,
	moved: readonly Moved[],
): { readonly root: string; readonly files: readonly string[]; readonly folders: readonly string[] } {
	const files: string[] = [];
	const folders = new Set<string>(moved.length > 0 ? [layout.packages] : []);
	for (const { entry, receipt } of moved) {
		folders.add(entry).add(join(entry, TREE));
		files.push(join(entry, PACKED));
		for (const { path } of receipt.files) {
			const full = join(entry, TREE, path);
			files.push(full);
			for (let folder = dirname(full); !folders.has(folder); folder = dirname(folder)) {
				folders.add(folder);
			}
		}
	}

	return { root: layout.store, files, folders: [...folders] };
}

async function artefactsToMove({ layout, open }: CommitParts, artefacts: readonly Integrity[]): Promise<readonly Moved[]> {
	const moved: Moved[] = [];
	for (const integrity of new Set(artefacts)) {
		const staged = open.staged.get(integrity);
		if (staged !== undefined && !(await open.receipts.has(integrity))) {
			moved.push({ ...staged, integrity, entry: layout.entry(integrity) });
		}
	}

	return moved;
}

// What was in the store when the plan was made may have been collected since.
async function requireRelied({ open }: CommitParts, change: GenerationChange): Promise<void> {
	const arriving = new Set(change.artefacts.filter((integrity) => open.staged.has(integrity)));
	for (const { integrity, name, version } of Object.values(change.lock.packages)) {
		if (open.relied.has(integrity) && !arriving.has(integrity) && !(await open.receipts.has(integrity))) {
			throw new EngineError('plan-stale', `${name}@${version} was in the content store when the plan was made and is not any more.`, {
				hint: 'Plan again; it will be fetched again.',
			});
		}
	}
}

async function forgetStaged({ disk, layout, open }: CommitParts, artefacts: readonly Integrity[]): Promise<void> {
	for (const integrity of artefacts) {
		const staged = open.staged.get(integrity);
		open.staged.delete(integrity);
		// Another process had committed the same artefact; ours is not needed. What cannot be removed now goes with the staging folder.
		if (staged !== undefined && staged.folder !== layout.entry(integrity)) {
			await disk.removeTree(staged.folder).catch(() => undefined);
		}
	}
}

// Numbers are never given twice while the generation is kept, also after a rollback.
async function nextNumber(layout: Layout, current: Current): Promise<number> {
	const numbers = (await readdir(layout.generations)).map((name) => generationNumberOf(name) ?? 0);
	return Math.max(current.number, ...numbers) + 1;
}

function doing({ type, to }: Intent): string {
	switch (type) {
		case 'commit':
			return `write generation ${to}`;
		case 'switch':
			return `switch to generation ${to}`;
		case 'repair':
			return 'repair the content store';
		case 'keep':
			return 'keep packages in the content store';
	}
}

export function currentUser(): string {
	try {
		return userInfo().username;
	} catch {
		// A user id without a name, as in containers.
		return String(process.getuid?.() ?? 'unknown');
	}
}
