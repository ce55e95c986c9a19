import { askNow } from '../capabilities.ts';
import { writeLine } from '../console.ts';
import { encodeUtf8 } from '../encoding.ts';
import { currentFolder } from '../modules/path.ts';
import { guestProcess } from '../modules/process.ts';
import type { NativeWebAssembly, WasmMemory, WasmModule } from '../native-webassembly.ts';
import { nodeModule } from '../node-modules.ts';
import { decodeUtf8 } from '../text-decoder.ts';
import { boundedWebAssembly } from './bounded-webassembly.ts';
import { type Surroundings, Wasi, WasiExit } from './wasi/wasi.ts';

/** What a module is in the bundle. */
export type Role = 'plugin' | 'plain' | 'tool' | 'import';
type Ended = { readonly exitCode: number; readonly output: Uint8Array };
type Call = { readonly task: string; readonly input: unknown };
type Exports = Readonly<Record<string, unknown>>;

const MAXIMUM_OUTPUT_BYTES = 4 * 1024 * 1024;

let webAssembly: ReturnType<typeof boundedWebAssembly> | null = null;

/** The one bounded WebAssembly of the isolate. */
export function sharedWebAssembly(): ReturnType<typeof boundedWebAssembly> {
	webAssembly ??= boundedWebAssembly();
	return webAssembly;
}

/** What an import of a .wasm file gives: a plugin, a program that has run, or what the module exports. */
export function loadModule(base64: string, role: Role): unknown {
	const { Module } = sharedWebAssembly() as unknown as NativeWebAssembly;
	const module = new Module(Uint8Array.fromBase64(base64));
	const isCommand = Module.exports(module).some(({ name, kind }) => name === '_start' && kind === 'function');
	switch (role) {
		case 'plugin':
			return { execute: (call: Call) => runTask(module, call) };
		case 'tool':
			return runAsTool(module);
		case 'plain':
		case 'import':
			return isCommand ? (...args: unknown[]) => textOf(runCommand(module, args.map(String), null)) : exportsOf(module);
	}
}

/** The input is standard input, the task the first argument, and what it prints the result: JSON when it is JSON, else text. */
function runTask(module: WasmModule, { task, input }: Call): unknown {
	const text = textOf(runCommand(module, [task], JSON.stringify(input ?? null)));
	try {
		return text === '' ? null : (JSON.parse(text) as unknown);
	} catch {
		// Text is a result too.
		return text;
	}
}

function textOf({ exitCode, output }: Ended): string {
	if (exitCode !== 0) {
		throw Object.assign(new Error(`The program ended with exit code ${exitCode}.`), { code: 'ERR_EXIT_CODE' });
	}

	return decodeUtf8(output);
}

function runCommand(module: WasmModule, args: readonly string[], input: string | null): Ended {
	const parts: Uint8Array[] = [];
	let size = 0;
	let left = input === null ? null : encodeUtf8(input);
	const ended = run(module, {
		args: ['plugin', ...args],
		environment: {},
		folders: folders(),
		streams: {
			read: () => {
				const bytes = left;
				left = null;
				return bytes;
			},
			write: (descriptor, bytes) => {
				if (descriptor === 2) {
					writeLine('error', decodeUtf8(bytes).replace(/\n$/, ''));
					return;
				}

				size += bytes.length;
				if (size > MAXIMUM_OUTPUT_BYTES) {
					throw new Error(`The program printed more than ${MAXIMUM_OUTPUT_BYTES} bytes.`);
				}

				parts.push(bytes);
			},
		},
	});
	const output = new Uint8Array(size);
	let at = 0;
	for (const part of parts) {
		output.set(part, at);
		at += part.length;
	}

	return { exitCode: ended, output };
}

function runAsTool(module: WasmModule): unknown {
	const { argv, env, exit } = guestProcess as unknown as {
		readonly argv: readonly string[];
		readonly env: Readonly<Record<string, string>>;
		readonly exit: (code: number) => never;
	};
	const fs = nodeModule('fs') as { readonly writeSync: (descriptor: number, bytes: Uint8Array) => void };
	const exitCode = run(module, {
		args: argv.slice(1),
		environment: { ...env },
		folders: folders(),
		streams: {
			read: () => {
				const data = askNow('tool.read', {});
				return typeof data === 'string' ? Uint8Array.fromBase64(data) : null;
			},
			write: (descriptor, bytes) => fs.writeSync(descriptor, bytes),
		},
	});
	return exit(exitCode);
}

/** The working folder for what is relative, the root for the rest; what is granted decides in both. */
function folders(): Surroundings['folders'] {
	return [
		{ name: '.', path: currentFolder() },
		{ name: '/', path: '/' },
	];
}

/** Runs `_start`; the exit code. What traps is thrown. */
function run(module: WasmModule, surroundings: Surroundings): number {
	const wasi = new Wasi(surroundings);
	const instance = instantiate(module, wasi);
	try {
		(instance['_start'] as () => void)();
		return 0;
	} catch (error) {
		if (error instanceof WasiExit) {
			return error.exitCode;
		}

		throw error;
	} finally {
		wasi.descriptors.flushAll();
	}
}

function instantiate(module: WasmModule, wasi: Wasi): Exports {
	const { Instance, Module } = sharedWebAssembly() as unknown as NativeWebAssembly;
	const foreign = Module.imports(module).find(({ module: from }) => from !== 'wasi_snapshot_preview1' && from !== 'wasi_unstable');
	if (foreign !== undefined) {
		throw new TypeError(`The module needs "${foreign.name}" of "${foreign.module}"; only WASI preview 1 is there.`);
	}

	const { exports } = new Instance(module, { wasi_snapshot_preview1: wasi.imports, wasi_unstable: wasi.imports });
	const { memory } = exports;
	if (memory !== undefined) {
		wasi.memory.attach(memory as WasmMemory);
	}

	return exports;
}

/** A library: what it exports, started once. */
function exportsOf(module: WasmModule): Exports {
	const wasi = new Wasi({ args: ['plugin'], environment: {}, folders: folders(), streams: { read: () => null, write: logged } });
	const exports = instantiate(module, wasi);
	const { _initialize: initialize, ...rest } = exports;
	if (typeof initialize === 'function') {
		Reflect.apply(initialize, undefined, []);
	}

	return { ...rest };
}

function logged(descriptor: 1 | 2, bytes: Uint8Array): void {
	writeLine(descriptor === 1 ? 'log' : 'error', decodeUtf8(bytes).replace(/\n$/, ''));
}
