import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

import { EngineError } from '../errors.ts';
import { stripToLine } from '../strip-controls.ts';
import { bubblewrapArguments } from './bubblewrap.ts';
import type { SandboxRules } from './sandbox-rules.ts';

const PROGRAM = 'bwrap';
const TRIAL_MILLISECONDS = 10_000;
/** Which library is where; the loader finds those in the usual folders without it. */
const LOADER_CACHE = '/etc/ld.so.cache';

/** A wall of the system around a host: namespaces of its own, made by bubblewrap. */
export type OuterWall =
	| { readonly type: 'bubblewrap'; readonly path: string; readonly version: string }
	| { readonly type: 'none'; readonly reason: string };

const trials = new Map<string, Promise<OuterWall>>();

/** What stands here, found by starting node inside of it once. Never rejects. */
export async function findOuterWall(searchPath: string | undefined): Promise<OuterWall> {
	if (process.platform !== 'linux') {
		return { type: 'none', reason: 'bubblewrap is for Linux' };
	}

	const path = findInPath(searchPath ?? '');
	if (path === null) {
		return { type: 'none', reason: 'there is no bwrap in PATH' };
	}

	return trials.getOrInsertComputed(path, () => tryOut(path));
}

/** The wall to start a host in; null for none. Throws `sandbox-unavailable` where the rules want one and there is none. */
export async function outerWallFor({ isStrict, searchPath }: SandboxRules): Promise<Extract<OuterWall, { type: 'bubblewrap' }> | null> {
	const wall = searchPath === undefined && !isStrict ? null : await findOuterWall(searchPath);
	if (wall?.type === 'none' && isStrict) {
		throw new EngineError('sandbox-unavailable', `Strict runs want bubblewrap around each plugin, and ${wall.reason}.`, {
			hint: 'Install bubblewrap and let it make namespaces (plugward doctor tells whether it can), or run without --strict.',
		});
	}

	return wall?.type === 'bubblewrap' ? wall : null;
}

/** What node itself has to load before it can start: the program's own libraries and nothing else of the machine. */
export function nodeLibraries(): readonly string[] {
	const { report } = process;
	const before: unknown = Reflect.get(report, 'excludeNetwork');
	// It would otherwise look up the names of peers.
	Reflect.set(report, 'excludeNetwork', true);
	const { sharedObjects } = report.getReport() as { readonly sharedObjects?: readonly string[] };
	Reflect.set(report, 'excludeNetwork', before);
	return [...(sharedObjects ?? []), LOADER_CACHE].filter((path) => isAbsolute(path) && !path.endsWith('.node') && existsSync(path));
}

async function tryOut(path: string): Promise<OuterWall> {
	const version = /\d[\w.]*/.exec((await output(path, ['--version'])).text)?.[0] ?? 'of an unknown version';
	const node = bubblewrapArguments({ program: process.execPath, arguments: ['--version'], files: nodeLibraries() });
	const { text, failure } = await output(path, node);
	return text.trim() === process.version
		? { type: 'bubblewrap', path, version }
		: { type: 'none', reason: `bubblewrap ${version} cannot start node here (${failure ?? 'it said nothing'})` };
}

function output(program: string, words: readonly string[]): Promise<{ readonly text: string; readonly failure: string | null }> {
	const { promise, resolve } = Promise.withResolvers<{ readonly text: string; readonly failure: string | null }>();
	execFile(program, words, { env: {}, cwd: '/', timeout: TRIAL_MILLISECONDS, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
		const [first = ''] = stderr.trim().split('\n', 1);
		resolve({ text: stdout, failure: error === null ? null : stripToLine(first === '' ? error.message : first).slice(0, 200) });
	});
	return promise;
}

function findInPath(searchPath: string): string | null {
	const folders = searchPath.split(delimiter).filter((folder) => isAbsolute(folder));
	return folders.map((folder) => join(folder, PROGRAM)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		// Not there, or not for this user: then it is none.
		return false;
	}
}
