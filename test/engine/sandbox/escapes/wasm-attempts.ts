import {
	assemble,
	grow,
	i32,
	i64,
	isNot,
	loopWhile,
	memorySize,
	need,
	print,
	store,
	load,
	wasi,
	exit,
	type Code,
	type ModuleParts,
} from '../wasm/assemble.ts';
import type { Attempt } from './attempts.ts';

const PATH = 256;
const BUFFER = 4096;

/** Runs a program of WASI in place and gives what it printed, or why it did not. */
function program(parts: ModuleParts): string {
	const module = Buffer.from(assemble(parts)).toString('base64');
	return `try { return plugwardModule.wasm('${module}', 'plain')(); } catch (error) { return error.code ?? String(error.message); }`;
}

/** Opens a file below the working folder and prints it. */
function reading(path: string): string {
	const open = wasi('path_open', i32(3), i32(0), i32(PATH), i32(path.length), i32(0), i64(-1n), i64(-1n), i32(0), i32(12));
	const read: Code = [...store(0, i32(BUFFER)), ...store(4, i32(200)), ...need(wasi('fd_read', load(12), i32(0), i32(1), i32(20)))];
	return program({ data: { [PATH]: path }, start: [...need(open), ...read, ...print(BUFFER, load(20))] });
}

function memory(name: string, expression: string): Attempt {
	return { area: 'language', name, body: `return typeof (${expression});`, stopped: ['failed'] };
}

/** What plugins of WebAssembly, and WebAssembly in plugins, try. */
export const WASM_LANGUAGE: readonly Attempt[] = [
	memory('WebAssembly for memory outside of the limit', 'new WebAssembly.Memory({ initial: 2000 })'),
	memory('The constructor of a memory, by its prototype', 'new (new WebAssembly.Memory({ initial: 1 }).constructor)({ initial: 2000 })'),
	memory('Shared memory of WebAssembly', 'new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })'),
	memory('Resizable buffer of a memory', 'new WebAssembly.Memory({ initial: 1, maximum: 9 }).toResizableBuffer()'),
	{
		area: 'language',
		name: 'A module that declares a memory outside of the limit',
		body: program({ memory: { initial: 2000 }, start: [] }).replace(/^try \{ (.*?;) \} catch.*$/s, '$1'),
		stopped: ['failed'],
	},
];

export const WASM_RESOURCES: readonly Attempt[] = [
	{
		area: 'resources',
		name: 'Memories of WebAssembly without end',
		body: 'const a = []; for (;;) { const m = new WebAssembly.Memory({ initial: 160 }); new Uint8Array(m.buffer).fill(1); a.push(m); }',
		stopped: ['limit'],
	},
	{
		area: 'resources',
		name: 'A module of WebAssembly that loops for ever',
		body: program({ start: loopWhile(i32(1)) }),
		stopped: ['limit'],
	},
	{
		area: 'resources',
		name: 'A module that grows its memory as far as it goes',
		body: program({ start: [...loopWhile(isNot(grow(1), -1)), ...exit([...memorySize, ...i32(1024), 0x47])] }),
		stopped: ['contained'],
	},
];

export const WASM_FILES: readonly Attempt[] = [
	{ area: 'files', name: 'WASI: a path above its folder', body: reading('../secret.txt'), stopped: ['failed'] },
	{ area: 'files', name: 'WASI: a link to a file', body: reading('open/link.txt'), stopped: ['denied link'] },
	{ area: 'files', name: 'WASI: a file that was not granted', body: reading('out/kept.txt'), stopped: ['denied not-granted'] },
	{
		area: 'files',
		name: 'WASI: pointers outside of the memory',
		body: program({ start: [...need(wasi('fd_write', i32(1), i32(-16), i32(1), i32(8)))] }),
		stopped: ['failed'],
	},
];
