import semver from 'semver';
import { EngineError } from '../../errors.ts';
import { parseLock } from '../../home/index.ts';
import type { Lock, LockPackage } from '../../lock.ts';
import { isPackageName } from '../../registry/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import { idOf } from './lock-queries.ts';
import { overrideText, parseOverride } from '../versions/override-text.ts';
import { parseSpec } from '../versions/parse-spec.ts';

/** What a lock file holds: everything that decides what is installed, for every platform, and nothing of the machine it was written on. */
export type LockFile = Lock & { readonly overrides: readonly string[] };

const KEYS = ['format', 'roots', 'overrides', 'packages'];
const LONGEST_FILE = 64 * 1024 * 1024;
const LONGEST_TEXT = 2048;
const MOST_PACKAGES = 100_000;
const MOST_EDGES = 2_000_000;

/** Equal locks are equal bytes. What is not ASCII is escaped, since reasons quote packages and the text may end on a terminal. */
export function lockFileText({ roots, overrides, packages }: LockFile): string {
	const text = JSON.stringify({ format: 1, roots, overrides, packages }, null, '\t');
	return `${text.replaceAll(/[\u007F-\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

/** Reads a lock file of any origin. Throws `lock-invalid`, naming the file and what is wrong with it. */
export function parseLockFile(text: string, file: string): LockFile {
	const refuse = (problem: string): never => {
		throw new EngineError('lock-invalid', `${stripToLine(file)} is not a lock to install from: ${stripToLine(problem)}.`, {
			hint: 'Write it again on the machine it comes from: plugward lock',
		});
	};
	if (text.length > LONGEST_FILE) {
		return refuse(`expected at most ${LONGEST_FILE} characters, got ${text.length}`);
	}

	const json = parseJson(text) ?? refuse('it is not JSON');
	const stray = Object.keys(json).find((key) => !KEYS.includes(key));
	if (stray !== undefined) {
		return refuse(`"${stray.slice(0, 40)}" is no part of a lock`);
	}

	const lock = readParts(json, refuse);
	const overrides = readOverrides(json['overrides'], refuse);
	checkSizes(lock, refuse);
	for (const [name, { spec }] of Object.entries(lock.roots)) {
		if (!isPackageName(name) || spec.length > LONGEST_TEXT || parsedName(`${name}@${spec}`) !== name) {
			refuse(`the root "${name.slice(0, 80)}" asks for something no registry has`);
		}
	}

	for (const [id, locked] of Object.entries(lock.packages)) {
		const problem = problemOf(id, locked);
		if (problem !== null) {
			refuse(`the package "${id.slice(0, 80)}" ${problem}`);
		}
	}

	const reached = reachable(lock);
	const loose = Object.keys(lock.packages).find((id) => !reached.has(id));
	return loose === undefined ? { ...lock, overrides } : refuse(`nothing leads to "${loose.slice(0, 80)}"`);
}

type Refuse = (problem: string) => never;

function parseJson(text: string): Readonly<Record<string, unknown>> | null {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
	} catch (error) {
		if (error instanceof SyntaxError) {
			return null;
		}

		throw error;
	}
}

/** The parser of a home's own locks checks the form; here it is another machine's, so its words are told as this file's. */
function readParts(json: unknown, refuse: Refuse): Lock {
	try {
		return parseLock(json, '');
	} catch (error) {
		if (error instanceof EngineError && error.code === 'home-damaged') {
			return refuse(/is not a lock: (.*?)\.?$/u.exec(error.message)?.[1] ?? error.message);
		}

		throw error;
	}
}

function readOverrides(value: unknown, refuse: Refuse): readonly string[] {
	if (!Array.isArray(value) || !value.every((text) => typeof text === 'string')) {
		return refuse('expected a list of overrides');
	}

	try {
		return value.map((text) => overrideText(parseOverride(text)));
	} catch (error) {
		if (error instanceof EngineError) {
			return refuse(error.message);
		}

		throw error;
	}
}

function checkSizes({ packages }: Lock, refuse: Refuse): void {
	const locked = Object.values(packages);
	const edges = locked.reduce((sum, { dependencies, dropped }) => sum + Object.keys(dependencies).length + Object.keys(dropped).length, 0);
	if (locked.length > MOST_PACKAGES || edges > MOST_EDGES) {
		refuse(`expected at most ${MOST_PACKAGES} packages and ${MOST_EDGES} edges, got ${locked.length} and ${edges}`);
	}
}

function problemOf(id: string, locked: LockPackage): string | null {
	const { name, version, dependencies, dropped, peers, os, cpu, libc, tarballPath } = locked;
	const texts = [...Object.values(dropped), ...os, ...cpu, ...libc, ...peers, tarballPath ?? '', version, id];
	if (texts.some((text) => text.length > LONGEST_TEXT)) {
		return `holds a text of more than ${LONGEST_TEXT} characters`;
	}

	if (!isPackageName(name) || semver.valid(version, { loose: true }) === null) {
		return 'has a name or a version that no registry has';
	}

	if (id !== idOf(locked) && !id.startsWith(`${idOf(locked)}(`)) {
		return `is ${idOf(locked)}`;
	}

	const names = [...Object.keys(dependencies), ...Object.keys(dropped)];
	if (!names.every((one) => isPackageName(one)) || !peers.every((peer) => Object.hasOwn(dependencies, peer))) {
		return 'has an edge without a name';
	}

	const isPath = tarballPath === null || (/^\/[^/\\]/u.test(tarballPath) && !tarballPath.split('/').includes('..'));
	return isPath ? null : 'names a host or a path outside its registry';
}

function parsedName(spec: string): string | null {
	try {
		return parseSpec(spec).name;
	} catch (error) {
		if (error instanceof EngineError) {
			return null;
		}

		throw error;
	}
}

function reachable({ roots, packages }: Lock): ReadonlySet<string> {
	const reached = new Set(Object.values(roots).map(({ instance }) => instance));
	for (const id of reached) {
		for (const target of Object.values(packages[id]?.dependencies ?? {})) {
			reached.add(target);
		}
	}

	return reached;
}
