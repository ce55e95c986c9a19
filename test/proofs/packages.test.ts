import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';

import { bundleForIsolate } from '../../source/engine/sandbox/index.ts';
import { folderOf, run } from '../engine/sandbox/plugin-run.ts';
import { closureOf, isFolder } from './packages/installed.ts';
import { isSameJson, nameOf, pluginFiles, readList, type SmokeRow } from './packages/smoke.ts';

const MODULES = join(import.meta.dirname, '../../node_modules');

const list = await readList();

// A plugin sees no environment, so node is asked without one too: packages that colour look for `CI`, `TERM` and the like when they are loaded.
for (const name of Object.keys(process.env)) {
	vi.stubEnv(name, undefined);
}

/** Those of the list that lie here, with what node says: the version may be another, and the call not exist in it. */
const rows = (await Promise.all(list.map(async (row) => [row, await answerOfNode(row)] as const))).flatMap(([row, answer]) =>
	answer === null ? [] : [{ row, ...answer }],
);

vi.unstubAllEnvs();

test('at least 25 packages of the list lie here, so that no registry is needed', () => {
	expect(rows.length).toBeGreaterThanOrEqual(25);
});

test('the list holds at least 150 packages, each once and with its version', () => {
	expect(list.length).toBeGreaterThanOrEqual(150);
	expect(new Set(list.map(nameOf)).size).toBe(list.length);
	expect(list.filter((row) => !/^@?[^@]+@\d+\.\d+\.\d+$/.test(row.package))).toEqual([]);
});

describe('packages bundle and answer in the sandbox as in node', () => {
	test.concurrent.each(rows.map((one) => [nameOf(one.row), one] as const))('%s', { timeout: 60_000 }, async (_, { row, expected }) => {
		const output = await inSandbox(row);
		expect(isSameJson(output, expected), `expected ${JSON.stringify(expected)}, got ${JSON.stringify(output)}`).toBe(true);
	});
});

async function inSandbox(row: SmokeRow): Promise<unknown> {
	await using plugin = await folderOf(pluginFiles(row));
	const home = join(MODULES, nameOf(row));
	const entry = { name: 'smoke', version: '1.0.0', treePath: plugin.path, dependencies: { [nameOf(row)]: home }, droppedOptional: [] };
	const instances = new Map([[plugin.path, entry], ...(await closureOf(home))]);
	const { code } = await bundleForIsolate(
		{ entry: { instance: plugin.path, main: './plugin.js' }, instances, target: 'plugin' },
		{ signal: new AbortController().signal },
	);
	const limits = { wallMilliseconds: 20_000, cpuMilliseconds: 10_000, memoryBytes: 256 * 1024 * 1024 };
	return (await run(code, { limits, project: plugin.path })).output;
}

async function answerOfNode(row: SmokeRow): Promise<{ readonly expected: unknown } | null> {
	if (!(await isFolder(join(MODULES, nameOf(row))))) {
		return null;
	}

	try {
		const ns = (await import(nameOf(row))) as { readonly default?: unknown };
		// oxlint-disable-next-line typescript/no-implied-eval -- expressions of a list of our own.
		const call = new Function('ns', 'm', `return (${row.expression});`) as (...values: unknown[]) => unknown;
		return { expected: await call(ns, ns.default ?? ns) };
	} catch {
		return null;
	}
}
