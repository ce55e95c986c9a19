import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { bundleForIsolate } from '../../../../source/engine/sandbox/index.ts';
import { failureOf, folderOf, observed, run, type RunOptions } from '../plugin-run.ts';
import { tool, type RanTool, type ToolOptions } from '../tool-run.ts';
import {
	assemble,
	exit,
	grow,
	i32,
	i64,
	isNot,
	load,
	loopWhile,
	memorySize,
	need,
	print,
	store,
	unreachable,
	wasi,
	type Code,
	type ModuleParts,
} from './assemble.ts';

const ENOENT = 44;
const EACCES = 2;
const EFAULT = 21;
const ENOTCAPABLE = 76;
const ENOTSUP = 58;
const PATH = 256;
const BUFFER = 4096;
const WORKING_FOLDER = i32(3);
const ROOT = i32(4);
const RIGHTS = i64(-1n);

/** Opens the path at 256 into address 12. */
function open(path: string, flags = 0, folder: Code = WORKING_FOLDER): Code {
	return wasi('path_open', folder, i32(0), i32(PATH), i32(path.length), i32(flags), RIGHTS, RIGHTS, i32(0), i32(12));
}

/** Runs a module as the program of a package. */
async function program(parts: ModuleParts, options: ToolOptions = {}): Promise<RanTool> {
	return tool({ 'cli.js': "require('./program.wasm')();" }, { ...options, modules: { 'program.wasm': assemble(parts) } });
}

async function bin(parts: ModuleParts, options: ToolOptions = {}): Promise<RanTool> {
	return tool({}, { ...options, main: './program.wasm', modules: { 'program.wasm': assemble(parts) } });
}

async function task(parts: ModuleParts | Uint8Array, options: RunOptions & { readonly kind?: 'plugin' | 'plain' } = {}): Promise<unknown> {
	await using folder = await folderOf({ 'package.json': '{"name":"probe","version":"1.0.0"}' });
	await writeFile(join(folder.path, 'plugin.wasm'), parts instanceof Uint8Array ? parts : assemble(parts));
	const instance = { name: 'probe', version: '1.0.0', treePath: folder.path, dependencies: {}, droppedOptional: [] };
	const { kind = 'plugin' } = options;
	const { code } = await bundleForIsolate(
		{ entry: { instance: 'probe@1.0.0', main: './plugin.wasm' }, instances: new Map([['probe@1.0.0', instance]]), target: kind },
		{ signal: new AbortController().signal },
	);
	return (await run(code, { ...options, kind, ...(kind === 'plain' ? { manifest: null } : {}) })).output;
}

const HELLO = 'hello\n';

describe('a program of WASI', () => {
	test('prints', async () => {
		const ran = await bin({ data: { 16: HELLO }, start: print(16, i32(HELLO.length)) });
		expect(ran).toMatchObject({ stdout: HELLO, stderr: '', exitCode: 0 });
	});

	test('ends with its own code', async () => {
		expect((await bin({ start: [...exit(i32(7)), ...unreachable] })).exitCode).toBe(7);
	});

	test('gets its arguments and its environment', async () => {
		const start = [
			...need(wasi('args_sizes_get', i32(16), i32(20))),
			...need(wasi('args_get', i32(1024), i32(BUFFER))),
			...print(BUFFER, load(20)),
			...need(wasi('environ_sizes_get', i32(16), i32(20))),
			...need(wasi('environ_get', i32(1024), i32(BUFFER))),
			...print(BUFFER, load(20)),
		];
		const ran = await bin({ start }, { arguments: ['one', 'zwö'], environment: { NAME: 'value' }, allow: ['env:NAME'] });
		expect(ran.stdout.split('\0')).toEqual([expect.stringContaining('program.wasm'), 'one', 'zwö', 'NAME=value', '']);
	});

	test('reads standard input to its end', async () => {
		const readPiece = [...store(0, i32(BUFFER)), ...store(4, i32(5)), ...need(wasi('fd_read', i32(0), i32(0), i32(1), i32(20)))];
		const start = loopWhile(load(20), [...readPiece, ...print(BUFFER, load(20))]);
		expect((await bin({ start }, { input: 'a longer text' })).stdout).toBe('a longer text');
	});

	test('has random numbers and a clock, and can wait', async () => {
		const start = [
			...need(wasi('random_get', i32(16), i32(8))),
			...need(wasi('clock_time_get', i32(0), i64(1n), i32(24))),
			// A subscription at 256: clock 1, ten milliseconds.
			...store(256 + 24, i32(10_000_000)),
			...need(wasi('poll_oneoff', i32(256), i32(512), i32(1), i32(600))),
			...exit(load(600)),
		];
		expect((await bin({ start })).exitCode).toBe(1);
	});

	test('reads a file that was granted', async () => {
		await using project = await folderOf({ 'in.txt': 'from the file' });
		const readAll = [...store(0, i32(BUFFER)), ...store(4, i32(100)), ...need(wasi('fd_read', load(12), i32(0), i32(1), i32(20)))];
		const parts = {
			data: { [PATH]: 'in.txt' },
			start: [...need(open('in.txt')), ...readAll, ...print(BUFFER, load(20)), ...need(wasi('fd_close', load(12)))],
		};
		expect((await bin(parts, { project: project.path, allow: ['fs.read:$project/**'] })).stdout).toBe('from the file');
		expect((await bin(parts, { project: project.path })).exitCode).toBe(ENOENT);
	});

	test('makes, writes, renames and removes what was granted', async () => {
		await using project = await folderOf({});
		const write = [...store(0, i32(16)), ...store(4, i32(5)), ...need(wasi('fd_write', load(12), i32(0), i32(1), i32(20)))];
		const parts = {
			data: { 16: 'words', [PATH]: 'out.txt', 300: 'folder', 320: 'folder/moved', 340: 'gone' },
			start: [
				...need(wasi('path_create_directory', WORKING_FOLDER, i32(300), i32(6))),
				...need(wasi('path_create_directory', WORKING_FOLDER, i32(340), i32(4))),
				...need(wasi('path_remove_directory', WORKING_FOLDER, i32(340), i32(4))),
				...need(open('out.txt', 1)),
				...write,
				...need(wasi('fd_close', load(12))),
				...need(wasi('path_rename', WORKING_FOLDER, i32(PATH), i32(7), ...[WORKING_FOLDER, i32(320), i32(12)])),
			],
		};
		const allow = ['fs.read:$project/**', 'fs.write:$project/**'];
		expect(await bin(parts, { project: project.path, allow })).toMatchObject({ exitCode: 0 });
		expect(await readdir(project.path)).toEqual(['folder']);
		expect(await readFile(join(project.path, 'folder/moved'), 'utf8')).toBe('words');
		await using other = await folderOf({});
		expect((await bin(parts, { project: other.path, allow: allow.slice(0, 1) })).exitCode).toBe(EACCES);
	});

	test('lists a folder', async () => {
		await using project = await folderOf({ 'b.txt': '', 'a.txt': '' });
		await mkdir(join(project.path, 'c'));
		const start = [...need(wasi('fd_readdir', WORKING_FOLDER, i32(BUFFER), i32(2000), i64(0n), i32(20))), ...print(BUFFER, load(20))];
		const { stdout } = await bin({ start }, { project: project.path, allow: ['fs.read:$project/**'] });
		// oxlint-disable-next-line no-control-regex -- the fields of each entry stand between the names.
		expect(stdout.replaceAll(/[\0-\x1f\ufffd]+/g, ' ').trim()).toBe('. .. a.txt b.txt c');
	});

	test('cannot name what lies above its folder, nor link', async () => {
		await using project = await folderOf({ 'inside/x': '' });
		const allow = ['fs.read:/**'];
		for (const path of ['../secret', 'inside/../../secret', '/etc/passwd']) {
			expect((await bin({ data: { [PATH]: path }, start: need(open(path)) }, { project: project.path, allow })).exitCode).toBe(ENOTCAPABLE);
		}

		const link = need(wasi('path_symlink', i32(PATH), i32(1), WORKING_FOLDER, ...[i32(PATH), i32(1)]));
		expect((await bin({ data: { [PATH]: 'x' }, start: link }, { project: project.path, allow })).exitCode).toBe(ENOTSUP);
	});

	test('reaches the root only as far as it was granted', async () => {
		const parts = { data: { [PATH]: 'etc/hostname' }, start: need(open('etc/hostname', 0, ROOT)) };
		expect((await bin(parts)).exitCode).toBe(ENOENT);
	});

	test('is told of pointers that lead out of its memory', async () => {
		const far = i32(0xffff_fff0);
		for (const call of [
			wasi('fd_write', i32(1), far, i32(1), i32(8)),
			wasi('random_get', far, i32(64)),
			wasi('args_get', far, far),
			wasi('fd_readdir', WORKING_FOLDER, far, i32(-1), i64(0n), ...[i32(8)]),
			wasi('path_open', WORKING_FOLDER, i32(0), far, i32(4), i32(0), RIGHTS, ...[RIGHTS, i32(0), i32(12)]),
			wasi('fd_prestat_get', WORKING_FOLDER, far),
			wasi('poll_oneoff', far, far, i32(2), i32(8)),
		]) {
			expect((await bin({ start: need(call) })).exitCode).toBe(EFAULT);
		}
	});

	test('that traps is an error', async () => {
		expect(await bin({ start: unreachable })).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('unreachable') });
	});
});

describe('a program of WASI that is called by a module', () => {
	test('is a function of its arguments that gives what it printed', async () => {
		const start = [
			...need(wasi('args_sizes_get', i32(16), i32(20))),
			...need(wasi('args_get', i32(1024), i32(BUFFER))),
			...print(BUFFER, load(20)),
		];
		const code = "console.log(JSON.stringify(require('./program.wasm')('a', 1)));";
		const ran = await tool({ 'cli.js': code }, { modules: { 'program.wasm': assemble({ start }) } });
		expect(JSON.parse(ran.stdout)).toBe('plugin\0a\x001\0');
	});

	test('throws when it fails', async () => {
		expect(await program({ start: exit(i32(3)) })).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('exit code 3') });
	});
});

describe('a module as a plugin', () => {
	const echo = [
		...store(0, i32(BUFFER)),
		...store(4, i32(1000)),
		...need(wasi('fd_read', i32(0), i32(0), i32(1), i32(20))),
		...print(BUFFER, load(20)),
	];

	test('takes its input on standard input and gives what it prints', async () => {
		expect(await task({ start: echo }, { input: { a: [1, 'ä'] } })).toEqual({ a: [1, 'ä'] });
		expect(await task({ data: { 16: 'plain text' }, start: print(16, i32(10)) })).toBe('plain text');
		expect(await task({ start: [] })).toBeNull();
	});

	test('fails with its exit code', async () => {
		expect(await failureOf(task({ start: exit(i32(9)) }))).toMatchObject({
			code: 'plugin-failed',
			message: expect.stringContaining('exit code 9'),
		});
	});

	test('logs what it writes to standard error', async () => {
		const observe = observed();
		const start = [...store(0, i32(16)), ...store(4, i32(4)), ...need(wasi('fd_write', i32(2), i32(0), i32(1), i32(8)))];
		await task({ data: { 16: 'help' }, start }, { observe });
		expect(observe.output).toEqual(['error: help']);
	});

	test('of functions alone is called by their names', async () => {
		const functions = { add: { parameters: ['i32', 'i32'], results: ['i32'], code: [0x20, 0, 0x20, 1, 0x6a] } } as const;
		expect(await task({ functions }, { kind: 'plain', task: 'add', input: [2, 40] })).toBe(42);
	});

	test('that loops for ever is stopped', async () => {
		const limits = { wallMilliseconds: 5000, cpuMilliseconds: 300, memoryBytes: 64 * 1024 * 1024 };
		expect(await failureOf(task({ start: loopWhile(i32(1)) }, { limits }))).toMatchObject({ code: 'plugin-limit' });
	});

	test('cannot grow beyond its memory bound', async () => {
		const limits = { wallMilliseconds: 5000, cpuMilliseconds: 4000, memoryBytes: 32 * 1024 * 1024 };
		const start = [...loopWhile(isNot(grow(1), -1)), ...exit([...memorySize, ...i32(512), 0x47])];
		expect(await task({ start }, { limits })).toBeNull();
		for (const memory of [{ initial: 1000 }, { initial: 1, maximum: 2, isShared: true }]) {
			expect(await failureOf(task({ start: [], memory }, { limits }))).toMatchObject({ code: 'plugin-failed' });
		}
	});

	test('that touches more than its bound is killed', async () => {
		const limits = { wallMilliseconds: 10_000, cpuMilliseconds: 8000, memoryBytes: 32 * 1024 * 1024 };
		// Three memories of 30 MiB each, every page of them written.
		const module = JSON.stringify(Buffer.from(assemble({ memory: { initial: 480 } })).toString('base64'));
		const body = `const module = new WebAssembly.Module(Uint8Array.fromBase64(${module})); const names = WebAssembly.Module.imports(module); const imports = { wasi_snapshot_preview1: Object.fromEntries(names.map(({ name }) => [name, () => 0])) }; const kept = []; for (let i = 0; i < 3; i += 1) { const { exports } = new WebAssembly.Instance(module, imports); new Uint8Array(exports.memory.buffer).fill(1); kept.push(exports); } return kept.length;`;
		expect(
			await failureOf(run(`var plugwardBundle = { entry: { default: { execute: async () => { ${body} } } } };`, { limits })),
		).toMatchObject({ code: 'plugin-limit' });
	});

	test('that is no module, or needs other imports, says so', async () => {
		expect(await failureOf(task(Uint8Array.from([1, 2, 3])))).toMatchObject({ code: 'plugin-failed' });
		const foreign = Buffer.from(assemble({ start: [] }))
			.toString('latin1')
			.replaceAll('wasi_snapshot_preview1', 'wasi_snapshot_preview9');
		expect(await failureOf(task(Uint8Array.from(Buffer.from(foreign, 'latin1'))))).toMatchObject({
			code: 'plugin-failed',
			message: expect.stringContaining('wasi_snapshot_preview9'),
		});
	});
});
