import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** A way to run code elsewhere: how long until it answers the first time, and how long a round trip then takes. */
export type Rival = { readonly name: string; readonly start: () => Promise<RivalProcess> };
export type RivalProcess = { readonly ask: (text: string) => Promise<unknown>; readonly end: () => Promise<void> };

const ECHO_LINES = `
	let rest = '';
	process.stdin.on('data', (part) => {
		const lines = (rest + part).split('\\n');
		rest = lines.pop();
		for (const line of lines) process.stdout.write(JSON.stringify(JSON.parse(line)) + '\\n');
	});`;

const ECHO_DENO = `
	const decoder = new TextDecoder(), encoder = new TextEncoder();
	let rest = '';
	for await (const part of Deno.stdin.readable) {
		const lines = (rest + decoder.decode(part, { stream: true })).split('\\n');
		rest = lines.pop();
		for (const line of lines) await Deno.stdout.write(encoder.encode(JSON.stringify(JSON.parse(line)) + '\\n'));
	}`;

/** `deno` counts only where its package lies ready in node_modules; nothing is fetched for it. */
export function rivals(): readonly Rival[] {
	const deno = join(import.meta.dirname, '../../node_modules/deno/bin.cjs');
	return [
		{ name: 'node -e', start: () => startProcess(process.execPath, ['-e', ECHO_LINES]) },
		{ name: 'worker thread', start: startWorker },
		...(existsSync(deno) ? [{ name: 'deno run', start: () => startProcess(process.execPath, [deno, 'eval', ECHO_DENO]) }] : []),
	];
}

async function startProcess(program: string, parameters: readonly string[]): Promise<RivalProcess> {
	const child = spawn(program, [...parameters], { stdio: ['pipe', 'pipe', 'inherit'] });
	const waiting: ((line: string) => void)[] = [];
	let rest = '';
	child.stdout.setEncoding('utf8').on('data', (part: string) => {
		const lines = (rest + part).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) {
			waiting.shift()?.(line);
		}
	});
	const ended = new Promise<void>((resolve) => {
		child.once('exit', () => resolve());
	});
	return {
		ask: (text) =>
			new Promise((resolve) => {
				waiting.push(resolve);
				child.stdin.write(`${JSON.stringify(text)}\n`);
			}),
		end: () => {
			child.kill('SIGKILL');
			return ended;
		},
	};
}

async function startWorker(): Promise<RivalProcess> {
	const worker = new Worker("require('node:worker_threads').parentPort.on('message', function (text) { this.postMessage(text); })", {
		eval: true,
	});
	return {
		ask: (text) =>
			new Promise((resolve) => {
				worker.once('message', resolve);
				// A thread has no origin.
				// oxlint-disable-next-line unicorn/require-post-message-target-origin
				worker.postMessage(text);
			}),
		end: async () => {
			await worker.terminate();
		},
	};
}
