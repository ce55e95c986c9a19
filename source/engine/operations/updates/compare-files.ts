import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfAborted } from '../../errors.ts';
import type { Receipt, ReceiptFile } from '../../home/index.ts';
import type { DiffLine, FileChange, UnreadableReason } from '../../update-review.ts';
import type { EngineContext } from '../engine-context.ts';
import { diffLines } from './line-diff.ts';

/** Larger files are named and not compared: nobody reads them line by line, and comparing them keeps everything else waiting. */
const MOST_FILE_BYTES = 512 * 1024;
/** All compared files of a package together; the lines of those beyond are not counted, but can be looked at one by one. */
const MOST_BYTES = 8 * 1024 * 1024;
const MINIFIED_LINE_CHARACTERS = 1000;
const BINARY_LOOK_BYTES = 8000;

export type TwoReceipts = { readonly from: Receipt; readonly to: Receipt };

type Pair = { readonly path: string; readonly from: ReceiptFile | null; readonly to: ReceiptFile | null };

export type ComparedFile = { readonly change: FileChange; readonly lines: readonly DiffLine[] };

/** What differs between two packages of the content store. Both were verified when they came there; each file is held against that again. */
export async function compareFiles(
	context: EngineContext,
	receipts: TwoReceipts,
	signal: AbortSignal,
): Promise<{ readonly files: readonly FileChange[]; readonly unchangedFiles: number }> {
	const pairs = pairsOf(receipts);
	const different = pairs.filter(({ from, to }) => from?.sha256 !== to?.sha256);
	const files: FileChange[] = [];
	let left = MOST_BYTES;
	for (const pair of different) {
		// A signal is honoured between files.
		await nextTurn();
		throwIfAborted(signal);
		left -= bytesOf(pair);
		files.push(left < 0 ? uncounted(pair, null) : (await compareFile(context, receipts, pair)).change);
	}

	return { files, unchangedFiles: pairs.length - different.length };
}

/** One file, line by line; null for one that is in neither. */
export async function compareOneFile(context: EngineContext, receipts: TwoReceipts, path: string): Promise<ComparedFile | null> {
	const pair = pairsOf(receipts).find((one) => one.path === path);
	return pair === undefined ? null : compareFile(context, receipts, pair);
}

function pairsOf({ from, to }: TwoReceipts): readonly Pair[] {
	const before = new Map(from.files.map((file) => [file.path, file]));
	const after = new Map(to.files.map((file) => [file.path, file]));
	const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
	return paths.map((path) => ({ path, from: before.get(path) ?? null, to: after.get(path) ?? null }));
}

async function compareFile(context: EngineContext, { from, to }: TwoReceipts, pair: Pair): Promise<ComparedFile> {
	if ((pair.from?.size ?? 0) > MOST_FILE_BYTES || (pair.to?.size ?? 0) > MOST_FILE_BYTES) {
		return { change: uncounted(pair, 'too-large'), lines: [] };
	}

	const { store } = context.home;
	const before = pair.from === null ? null : await store.readFile(from.integrity, pair.path);
	const after = pair.to === null ? null : await store.readFile(to.integrity, pair.path);
	const reason = unreadable(before) ?? unreadable(after);
	if (reason !== null) {
		return { change: uncounted(pair, reason), lines: [] };
	}

	const lines = diffLines(linesOf(before), linesOf(after));
	const change = {
		...uncounted(pair, null),
		addedLines: lines.filter(({ type }) => type === 'added').length,
		removedLines: lines.filter(({ type }) => type === 'removed').length,
	};
	return { change, lines };
}

function uncounted({ path, from, to }: Pair, unreadableReason: UnreadableReason | null): FileChange {
	return {
		path,
		type: from === null ? 'added' : to === null ? 'removed' : 'changed',
		fromBytes: from?.size ?? 0,
		toBytes: to?.size ?? 0,
		addedLines: null,
		removedLines: null,
		unreadable: unreadableReason,
	};
}

function bytesOf({ from, to }: Pair): number {
	return (from?.size ?? 0) + (to?.size ?? 0);
}

/** Why nobody could read these bytes as lines; null when one can. */
export function unreadable(bytes: Uint8Array | null): UnreadableReason | null {
	if (bytes === null) {
		return null;
	}

	if (bytes.subarray(0, BINARY_LOOK_BYTES).includes(0)) {
		return 'binary';
	}

	// The text of a source file in one line, whatever its name says.
	return linesOf(bytes).some((line) => line.length > MINIFIED_LINE_CHARACTERS) ? 'minified' : null;
}

function linesOf(bytes: Uint8Array | null): readonly string[] {
	if (bytes === null || bytes.length === 0) {
		return [];
	}

	const text = new TextDecoder().decode(bytes).replaceAll('\r\n', '\n');
	return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}
