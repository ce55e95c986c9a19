import { expect, test } from 'vitest';

import { run } from '../plugin-run.ts';

/** Name of what is tried, and the body of an async function that returns JSON. */
export type Snippets = Readonly<Record<string, string>>;

type Outcome = { readonly value: unknown } | { readonly error: string };

/**
 * What both sides do with a snippet: an answer, or the name of the error. `tell` gives name and code of what a promise or function
 * rejects with or throws, so that errors can be part of an answer.
 */
const RUNNER = `
const AsyncFunction = (async () => {}).constructor;
const nameOf = (error) => error instanceof Error ? error.name + (typeof error.code === 'string' ? ' ' + error.code : '') : 'thrown: ' + JSON.stringify(error);
const tell = async (work) => { try { await (typeof work === 'function' ? work() : work); return 'no error'; } catch (error) { return nameOf(error); } };
const hex = (bytes) => bytes === undefined ? 'none' : [...(ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const collect = async (stream) => { const all = []; for await (const chunk of stream) all.push(chunk); return all; };
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const attempt = async (body) => {
	try {
		return { value: JSON.parse(JSON.stringify((await new AsyncFunction('tell', 'hex', 'collect', 'sleep', 'require', body)(tell, hex, collect, sleep, load)) ?? null)) };
	} catch (error) {
		return { error: nameOf(error) + ': ' + (error && error.message) };
	}
};
`;
const LOOP =
	'const outcomes = {}; for (const [name, body] of Object.entries(input)) outcomes[name] = await attempt(body); return outcomes;';

/** Each snippet must do in the isolate what it does in node; one that fails in node is wrong itself. */
export function sameAsNode(snippets: Snippets): void {
	const inNode = runInNode(snippets);
	const inIsolate = runInIsolate(snippets);
	// Whoever waits below hears of a failure.
	inIsolate.catch(() => undefined);
	test.each(Object.keys(snippets))('%s', async (name) => {
		const expected = (await inNode)[name];
		expect(expected, `node itself fails: ${JSON.stringify(expected)}`).toHaveProperty('value');
		expect((await inIsolate)[name]).toEqual(expected);
	});
}

async function runInNode(snippets: Snippets): Promise<Readonly<Record<string, Outcome>>> {
	const AsyncFunction = (async () => undefined).constructor as new (...names: string[]) => (...args: unknown[]) => Promise<never>;
	const load = (name: string): unknown => process.getBuiltinModule(name);
	return new AsyncFunction('input', 'load', `${RUNNER}${LOOP}`)(snippets, load);
}

async function runInIsolate(snippets: Snippets): Promise<Readonly<Record<string, Outcome>>> {
	const code = `var plugwardBundle = { entry: { default: { execute: async ({ input }) => { const load = require; ${RUNNER}${LOOP} } } } };`;
	const { output } = await run(code, {
		input: snippets,
		limits: { wallMilliseconds: 20_000, cpuMilliseconds: 15_000, memoryBytes: 256 * 1024 * 1024 },
	});
	return output as Readonly<Record<string, Outcome>>;
}
