import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rmdir, unlink } from 'node:fs/promises';

import type { Permission } from '../../permission.ts';
import { stripToLine } from '../../strip-controls.ts';
import { couldMatchBelow, matchesPath, splitPath, type PathPattern } from '../path-patterns.ts';
import { done, failed, type CapabilityOutcome } from './capability.ts';
import type { Gate } from './gate.ts';
import { createForbiddenPaths, FORBIDDEN_TEXT, type ForbiddenPaths } from './forbidden-paths.ts';
import type { Keeping } from './keeping.ts';
import { createCounter } from './quotas.ts';
import { createRoots, type Roots, type RequestedPath } from './roots.ts';
import { FLAGS, insideFolder, openForWriting, openFolder, openInFolder, realPathOf, WalkRefused, type Folder } from './walk.ts';

const MAXIMUM_READ_BYTES = 8 * 1024 * 1024;
const MAXIMUM_ENTRIES = 10_000;

export type FileBroker = {
	/** With the encoding `base64` every byte comes back as it is; else the text. */
	readonly readFile: (path: unknown, signal: AbortSignal, encoding?: unknown) => Promise<CapabilityOutcome>;
	readonly writeFile: (
		path: unknown,
		text: unknown,
		signal: AbortSignal,
		options?: { readonly encoding?: unknown; readonly append?: unknown },
	) => Promise<CapabilityOutcome>;
	/** True when it was not there. */
	readonly makeFolder: (path: unknown, signal: AbortSignal, makesParents: boolean) => Promise<CapabilityOutcome>;
	/** One file or one empty folder; nothing behind a link. */
	readonly remove: (path: unknown, signal: AbortSignal, isFolder: boolean) => Promise<CapabilityOutcome>;
	readonly list: (path: unknown, signal: AbortSignal) => Promise<CapabilityOutcome>;
	readonly stat: (path: unknown, signal: AbortSignal) => Promise<CapabilityOutcome>;
};

type FileOptions = {
	readonly gate: Gate;
	readonly roots: { readonly project: string; readonly data: string | null };
	readonly forbiddenPaths: readonly string[];
	readonly keeping: Keeping;
	readonly writtenBytes: number;
};

type Access = 'read' | 'write';
type Job = {
	readonly path: RequestedPath;
	readonly forbidden: ForbiddenPaths;
	readonly patterns: readonly PathPattern[];
	readonly signal: AbortSignal;
};

/**
 * Files for plugins. A path is matched against the grants as text and then opened name by name from its root without following any
 * link, so that the text decides what is opened; what must never be opened is checked again on the descriptor.
 */
export function createFileBroker({ gate, roots, forbiddenPaths, keeping, writtenBytes }: FileOptions): FileBroker {
	const prepared = createRoots(roots);
	const forbidden = createForbiddenPaths(forbiddenPaths, { except: roots.data });
	const written = createCounter('written', { bound: writtenBytes, unit: 'bytes' });

	const run = async (
		path: unknown,
		{ access, of, signal }: { readonly access: Access; readonly of: 'file' | 'folder' | 'any'; readonly signal: AbortSignal },
		work: (job: Job) => Promise<unknown>,
	): Promise<CapabilityOutcome> => {
		const known = await prepared;
		const requested = known.locate(path);
		if (requested === null) {
			return failed(
				'ERR_INVALID_ARGUMENT',
				'A path starts with $project/, $data/ or /, or is relative to $project, and has no . or .. in it.',
			);
		}

		const granted = patternsOf(gate.grants, { access, roots: known });
		const match = granted.find(
			({ pattern }) => matchesPath(pattern, requested.names) || (of !== 'file' && couldMatchBelow(pattern, requested.names)),
		);
		const wanted = of === 'folder' ? `${requested.display}/*` : requested.display;
		if (!gate.allowsBy(match?.grant ?? null, { type: 'fs', path: wanted, access, reason: '' })) {
			return denied(requested, access, {
				rule: 'not-granted',
				text: `${access === 'read' ? 'Reading' : 'Writing'} ${requested.display} was not granted.`,
			});
		}

		// What was let through without a grant opens what was asked for and nothing beside it.
		const patterns = match === undefined ? [requested.names, [...requested.names, '*']] : granted.map(({ pattern }) => pattern);
		if ((await forbidden).holds(requested.absolute)) {
			// Before anything is opened: whether it exists is not told either.
			return denied(requested, access, { rule: 'forbidden-path', text: FORBIDDEN_TEXT });
		}

		try {
			return done(await work({ path: requested, forbidden: await forbidden, patterns, signal }));
		} catch (error) {
			return explain(error, requested, access);
		}
	};

	/** What lies below `$data` stays after the run, within a bound of its own. */
	const withRoom = async (
		path: unknown,
		size: { readonly bytes: number; readonly isAdded: boolean },
		work: () => Promise<CapabilityOutcome>,
	): Promise<CapabilityOutcome> => {
		const kept = (await prepared).locate(path);
		return kept?.display.startsWith('$data/') === true ? keeping.writeFile(kept.absolute, size, work) : work();
	};

	return {
		readFile: (path, signal, encoding) =>
			run(path, { access: 'read', of: 'file', signal }, (job) => readWhole(job, encoding === 'base64' ? 'base64' : 'utf8')),
		list: (path, signal) => run(path, { access: 'read', of: 'folder', signal }, listFolder),
		stat: (path, signal) => run(path, { access: 'read', of: 'any', signal }, describe),
		makeFolder: (path, signal, makesParents) =>
			withRoom(path, { bytes: 0, isAdded: false }, () =>
				run(path, { access: 'write', of: 'any', signal }, (job) => makeFolder(job, makesParents)),
			),
		remove: (path, signal, isFolder) => run(path, { access: 'write', of: 'file', signal }, (job) => remove(job, isFolder)),
		writeFile: async (path, text, signal, { encoding, append } = {}) => {
			const bytes = Buffer.from(typeof text === 'string' ? text : '', encoding === 'base64' ? 'base64' : 'utf8');
			if (typeof text !== 'string') {
				return failed('ERR_INVALID_ARGUMENT', 'A plugin writes text.');
			}

			const replace = (job: Job): Promise<null> => replaceFile(job, bytes, { append: append === true });
			const write = async (): Promise<CapabilityOutcome> =>
				written.take(bytes.length) ?? (await run(path, { access: 'write', of: 'file', signal }, replace));
			return withRoom(path, { bytes: bytes.length, isAdded: append === true }, write);
		},
	};
}

async function readWhole({ path, forbidden }: Pick<Job, 'path' | 'forbidden'>, encoding: 'utf8' | 'base64'): Promise<string> {
	await using folder = await openFolder(path, { makeMissing: false, onFolder: forbidden.refuse });
	await using file = await openInFolder(folder, path.lastName, FLAGS.read);
	forbidden.refuse(await realPathOf(file, path.absolute), await file.stat());
	const { size } = await file.stat();
	if (size > MAXIMUM_READ_BYTES) {
		throw new WalkRefused(
			'failed',
			'ERR_TOO_LARGE',
			`${path.display} has ${size} bytes; a plugin reads at most ${MAXIMUM_READ_BYTES} at once.`,
		);
	}

	const bytes = await file.readFile();
	return bytes.toString(encoding);
}

/** Into a new file beside the target and then over it: never through a link, and whole or not at all. */
async function replaceFile({ path, forbidden }: Job, added: Buffer, { append }: { readonly append: boolean }): Promise<null> {
	await using folder = await openFolder(path, { makeMissing: true, onFolder: forbidden.refuse });
	await refuseIn(folder, { path, forbidden });
	const bytes = append ? Buffer.concat([await existing({ path, forbidden }), added]) : added;
	const temporary = insideFolder(folder, `.plugward-${randomUUID()}`);
	try {
		await using file = await openForWriting(temporary);
		await file.writeFile(bytes);
		await file.sync();
		await rename(temporary, insideFolder(folder, path.lastName));
	} catch (error) {
		await unlink(temporary).catch(() => undefined);
		throw error;
	}

	return null;
}

/** What stands there before something is added to it; nothing when it is not there. */
async function existing(job: Pick<Job, 'path' | 'forbidden'>): Promise<Buffer> {
	try {
		return Buffer.from(await readWhole(job, 'base64'), 'base64');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return Buffer.alloc(0);
		}

		throw error;
	}
}

async function makeFolder({ path, forbidden }: Job, makesParents: boolean): Promise<boolean> {
	await using folder = await openFolder(path, { makeMissing: makesParents, onFolder: forbidden.refuse });
	await refuseIn(folder, { path, forbidden });
	try {
		await mkdir(insideFolder(folder, path.lastName), { mode: 0o755 });
		return true;
	} catch (error) {
		if (makesParents && error instanceof Error && 'code' in error && error.code === 'EEXIST') {
			return false;
		}

		throw error;
	}
}

async function remove({ path, forbidden }: Job, isFolder: boolean): Promise<null> {
	await using folder = await openFolder(path, { makeMissing: false, onFolder: forbidden.refuse });
	await refuseIn(folder, { path, forbidden });
	await (isFolder ? rmdir : unlink)(insideFolder(folder, path.lastName));
	return null;
}

async function refuseIn(folder: Folder, { path, forbidden }: Pick<Job, 'path' | 'forbidden'>): Promise<void> {
	const parent = await realPathOf(folder.handle, path.parentAbsolute);
	forbidden.refuse(`${parent === '/' ? '' : parent}/${path.lastName}`, null);
}

async function listFolder({ path, forbidden, patterns }: Job): Promise<unknown> {
	await using folder = await openFolder(path.asFolder, { makeMissing: false, onFolder: forbidden.refuse });
	const real = await realPathOf(folder.handle, path.absolute);
	forbidden.refuse(real, null);
	const entries = await readdir(insideFolder(folder, '.'), { withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile() || entry.isDirectory())
		.filter((entry) => {
			const names = [...path.names, entry.name];
			const isVisible = patterns.some((pattern) => matchesPath(pattern, names) || (entry.isDirectory() && couldMatchBelow(pattern, names)));
			return isVisible && !forbidden.holds(`${real === '/' ? '' : real}/${entry.name}`);
		})
		.slice(0, MAXIMUM_ENTRIES)
		.map((entry) => ({ name: entry.name, type: entry.isDirectory() ? 'folder' : 'file' }))
		.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function describe({ path, forbidden, patterns }: Job): Promise<unknown> {
	if (path.names.length === path.rootLength) {
		await using root = await openFolder(path.asFolder, { makeMissing: false, onFolder: forbidden.refuse });
		return describeStat(await root.handle.stat());
	}

	await using folder = await openFolder(path, { makeMissing: false, onFolder: forbidden.refuse });
	await using entry = await openInFolder(folder, path.lastName, FLAGS.look);
	const stat = await entry.stat();
	forbidden.refuse(await realPathOf(entry, path.absolute), stat);
	if (!stat.isDirectory() && !patterns.some((pattern) => matchesPath(pattern, path.names))) {
		throw new WalkRefused('denied', 'not-granted', `Reading ${path.display} was not granted.`);
	}

	return describeStat(stat);
}

function describeStat(stat: { readonly isDirectory: () => boolean; readonly size: number; readonly mtime: Date }): unknown {
	return { type: stat.isDirectory() ? 'folder' : 'file', sizeBytes: stat.size, modifiedAt: stat.mtime.toISOString() };
}

function patternsOf(
	grants: readonly Permission[],
	{ access, roots }: { readonly access: Access; readonly roots: Roots },
): readonly { readonly grant: Permission; readonly pattern: PathPattern }[] {
	return grants.flatMap((grant) => {
		const pattern = grant.type === 'fs' && grant.access === access ? splitPath(grant.path) : null;
		const expanded = pattern === null ? null : roots.expand(pattern);
		return expanded === null ? [] : [{ grant, pattern: expanded }];
	});
}

function denied(
	path: RequestedPath,
	access: Access,
	{ rule, text }: { readonly rule: 'not-granted' | 'link' | 'forbidden-path'; readonly text: string },
): CapabilityOutcome {
	return { type: 'denied', permission: { type: 'fs', path: path.display, access, reason: '' }, rule, resource: path.display, text };
}

function explain(error: unknown, path: RequestedPath, access: Access): CapabilityOutcome {
	if (error instanceof WalkRefused) {
		return error.kind === 'failed'
			? failed(error.code, error.message)
			: denied(path, access, { rule: error.code as 'link', text: error.message });
	}

	const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'ERR_FILE';
	return failed(code, `${stripToLine(path.display)} could not be ${access === 'read' ? 'read' : 'written'} (${code}).`);
}
