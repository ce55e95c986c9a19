import { chmodSync, copyFileSync, linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Receipt } from '../../../home/index.ts';
import type { BinEntry } from './bin-entries.ts';
import { type Place, segmentsOf } from './place-instances.ts';

/** One package of the tree: where its bytes lie and what is known of them. */
export type TreePackage = { readonly source: string; readonly receipt: Receipt; readonly bins: readonly BinEntry[] };
export type WrittenTree = { readonly folders: number; readonly linkedFiles: number; readonly copiedFiles: number };
type Counts = { folders: number; linkedFiles: number; copiedFiles: number };

/** So that a cancelled export stops within a moment. */
const FILES_BETWEEN_PAUSES = 200;
const EXECUTABLE = 0o755;

/** Writes the tree below `folder`, which is the node_modules itself and exists. Files are links into the store where the file system allows it. */
export async function writeTree(
	root: Place,
	options: { readonly folder: string; readonly packageOf: (instance: string) => TreePackage; readonly signal: AbortSignal },
): Promise<WrittenTree> {
	const counts: Counts = { folders: 0, linkedFiles: 0, copiedFiles: 0 };
	const pending = [...root.children.values()];
	for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
		await writePlace(place, { ...options, counts });
		pending.push(...place.children.values());
	}

	for (const place of [root, ...placesBelow(root)]) {
		linkCommands(place, options);
	}

	return counts;
}

type Writing = Parameters<typeof writeTree>[1] & { readonly counts: Counts };

async function writePlace(place: Place, { folder, packageOf, signal, counts }: Writing): Promise<void> {
	const target = join(folder, ...segmentsOf(place));
	if (place.linkTo !== null) {
		mkdirSync(dirname(target), { recursive: true });
		symlinkSync(relative(dirname(target), join(folder, ...segmentsOf(place.linkTo))), target);
		return;
	}

	const { source, receipt, bins } = packageOf(place.instance ?? '');
	const commands = new Set(bins.map(({ path }) => path));
	mkdirSync(target, { recursive: true });
	const made = new Set(['.']);
	counts.folders += 1;
	for (const [i, { path, executable }] of receipt.files.entries()) {
		if (i % FILES_BETWEEN_PAUSES === 0) {
			await setImmediate(undefined, { signal });
		}

		const parent = dirname(path);
		if (!made.has(parent)) {
			mkdirSync(join(target, parent), { recursive: true });
			made.add(parent);
		}

		// A command must be executable, and a link could not become so without changing the store.
		const isLinked = executable || !commands.has(path) ? tryLink(join(source, path), join(target, path)) : false;
		if (!isLinked) {
			copyFileSync(join(source, path), join(target, path));
			chmodSync(join(target, path), executable || commands.has(path) ? EXECUTABLE : 0o644);
		}

		counts[isLinked ? 'linkedFiles' : 'copiedFiles'] += 1;
	}
}

/** False where the file system cannot link: another device, no hard links, too many names of one file. */
function tryLink(source: string, target: string): boolean {
	try {
		linkSync(source, target);
		return true;
	} catch (error) {
		if (
			error instanceof Error &&
			'code' in error &&
			['EXDEV', 'EMLINK', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(String(error.code))
		) {
			return false;
		}

		throw error;
	}
}

function linkCommands(place: Place, { folder, packageOf }: Parameters<typeof writeTree>[1]): void {
	const modules = place.parent === null ? folder : join(folder, ...segmentsOf(place), 'node_modules');
	const commands = new Map<string, string>();
	for (const child of [...place.children.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
		for (const { command, path } of packageOf(child.instance ?? '').bins) {
			if (!commands.has(command)) {
				commands.set(command, join('..', child.name, path));
			}
		}
	}

	if (commands.size > 0) {
		mkdirSync(join(modules, '.bin'));
	}

	for (const [command, path] of commands) {
		symlinkSync(path, join(modules, '.bin', command));
	}
}

function placesBelow(place: Place): readonly Place[] {
	return [...place.children.values()].flatMap((child) => [child, ...placesBelow(child)]);
}
