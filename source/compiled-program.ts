import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Script } from 'node:vm';
import { fileVersion } from './engine/home/file-version.ts';

type Kept = { readonly words: readonly string[]; readonly code: Buffer | undefined };
type Loaded = { readonly file: string; readonly kept: Kept; readonly script: Script };

const HEAD = '(function (exports, require, module, __filename, __dirname) { ';
const TAIL = '\n})';
const NEWLINE = 0x0a;
const NOTHING_KEPT: Kept = { words: [], code: undefined };
/** Scripts can import ES modules only by what node calls an experiment, and warns of on the screen; this file does, and is left to node. */
const IMPORTS_MODULES = 'opening.cjs';
/** So that not every start writes when somebody types ever new words. */
const MOST_WORDS = 16;
/** Of several plugwards that one user has, and of several Nodes. */
const MOST_FILES = 8;

/**
 * Keeps the files of the command compiled, with all functions that some start has run: node's own cache has only what is compiled before
 * the first of them runs, and compiling the others takes a quarter of a `list`. `word` says what is started: the first start of
 * each kind adds what it ran. `folder` must be one that nobody else can write to, since V8 runs what lies there.
 */
export function keepCompiled({ folder, own, word }: { readonly folder: string; readonly own: string; readonly word: string }): void {
	const { extensions } = createRequire(import.meta.url);
	const { Script: Compiled } = process.getBuiltinModule('node:vm');
	const usual = extensions['.js'];
	const loaded: Loaded[] = [];
	extensions['.cjs'] = (module, path) => {
		if (dirname(path) !== own || basename(path) === IMPORTS_MODULES) {
			usual(module, path);
			return;
		}

		const file = join(folder, nameOf(path));
		const kept = readKept(file);
		const script = new Compiled(HEAD + readFileSync(path, 'utf8') + TAIL, {
			filename: path,
			columnOffset: -HEAD.length,
			cachedData: kept.code,
		});
		loaded.push({ file, kept: script.cachedDataRejected === true ? NOTHING_KEPT : kept, script });
		script.runInThisContext().call(module.exports, module.exports, createRequire(path), module, path, own);
	};
	process.once('exit', () => {
		for (const one of loaded) {
			keep(one, word);
		}
	});
}

/** Tells each state of the file from every other, and each Node. */
function nameOf(path: string): string {
	return `${basename(path)}-${process.version}-${process.arch}-${fileVersion(path)?.replaceAll(/[^\d]/g, '-') ?? ''}`;
}

function readKept(file: string): Kept {
	try {
		const bytes = readFileSync(file);
		const end = bytes.indexOf(NEWLINE);
		return { words: bytes.toString('latin1', 0, end).split(' '), code: bytes.subarray(end + 1) };
	} catch {
		// Not there yet, or not to be read: then it is compiled, as without the folder.
		return NOTHING_KEPT;
	}
}

function keep({ file, kept, script }: Loaded, word: string): void {
	if (kept.words.includes(word) || kept.words.length >= MOST_WORDS) {
		return;
	}

	const temporary = `${file}.${process.pid}`;
	try {
		writeDurably(temporary, Buffer.concat([Buffer.from(`${[...kept.words, word].join(' ')}\n`), script.createCachedData()]));
		renameSync(temporary, file);
		removeOthers(file);
	} catch {
		// A full disk or a folder that went away: the next start compiles.
		rmSync(temporary, { force: true });
	}
}

// V8 believes what it reads: a file that a power cut tore must never have this name.
function writeDurably(path: string, bytes: Uint8Array): void {
	const descriptor = openSync(path, 'w', 0o600);
	try {
		for (let written = 0; written < bytes.length;) {
			written += writeSync(descriptor, bytes, written);
		}

		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}

function removeOthers(file: string): void {
	const folder = dirname(file);
	const kind = basename(file).slice(0, basename(file).indexOf('-') + 1);
	const files = readdirSync(folder).filter((name) => name.startsWith(kind));
	for (const name of files.length > MOST_FILES ? files : []) {
		if (name !== basename(file)) {
			rmSync(join(folder, name), { force: true });
		}
	}
}
