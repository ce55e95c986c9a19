import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { EngineError } from '../../../source/engine/errors.ts';
import { DEFAULT_LIMITS } from '../../../source/engine/manifest.ts';
import { parsePermission } from '../../../source/engine/permission.ts';
import { createGate, type Gate } from '../../../source/engine/sandbox/broker/gate.ts';
import {
	bundleForIsolate,
	runPlugin,
	type AuditEvent,
	type Bundle,
	type BundleInstance,
	type RunPluginRequest,
	type RunPluginResult,
} from '../../../source/engine/sandbox/index.ts';

export type Files = Readonly<Record<string, string>>;

/** A temporary folder with files in it; removed when the test's block ends. */
export async function folderOf(files: Files): Promise<{ readonly path: string; readonly [Symbol.asyncDispose]: () => Promise<void> }> {
	const path = await realpath(await mkdtemp(join(tmpdir(), 'plugward-sandbox-')));
	for (const [name, text] of Object.entries(files)) {
		await mkdir(dirname(join(path, name)), { recursive: true });
		await writeFile(join(path, name), text);
	}

	return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The script a bundle of `export default definePlugin({ execute })` would be. */
export function pluginCode(executeBody: string, more = ''): string {
	return `var plugwardBundle = { entry: { default: { execute: async ({ task, input }, context) => { ${executeBody} }, ${more} } } };`;
}

/** What asks for grants in a part of the broker, outside of a run. */
export function gateOf(allow: readonly string[], audit: AuditEvent[] = []): Gate {
	return createGate({
		plugin: 'probe',
		version: '1.0.0',
		grants: allow.map(parsePermission),
		audit: (event) => void audit.push(event),
		pid: () => 1,
	});
}

export type Observed = {
	readonly audit: AuditEvent[];
	readonly output: string[];
	readonly pids: number[];
};

export function observed(): Observed {
	return { audit: [], output: [], pids: [] };
}

export type RunOptions = {
	readonly input?: unknown;
	readonly allow?: readonly string[];
	readonly observe?: Observed;
	readonly project?: string;
} & Partial<Omit<RunPluginRequest, 'audit' | 'onOutput'>>;

/** Runs code in a real host. */
export function run(code: string, options: RunOptions = {}): Promise<RunPluginResult> {
	const { allow = [], observe = observed(), project = tmpdir(), input = null, ...rest } = options;
	return runPlugin({
		plugin: 'probe',
		version: '1.0.0',
		code,
		kind: 'plugin',
		task: 'go',
		input,
		manifest: {
			apiVersion: 1,
			main: './plugin.js',
			tasks: { go: { description: '', input: {}, output: {} } },
			permissions: [],
			limits: DEFAULT_LIMITS,
		},
		grants: allow.map(parsePermission),
		requested: [],
		limits: { wallMilliseconds: 10_000, cpuMilliseconds: 5000, memoryBytes: 64 * 1024 * 1024 },
		roots: { project, data: null },
		forbiddenPaths: [],
		environment: {},
		signal: new AbortController().signal,
		...rest,
		audit: (event) => void observe.audit.push(event),
		onOutput: (stream, text) => void observe.output.push(`${stream}: ${text}`),
		onStart: ({ pid }) => void observe.pids.push(pid),
	});
}

export async function outputOf(executeBody: string, options: RunOptions = {}): Promise<unknown> {
	return (await run(pluginCode(executeBody), options)).output;
}

/** The engine error that a promise rejects with. */
export async function failureOf(work: Promise<unknown>): Promise<EngineError> {
	try {
		await work;
	} catch (error) {
		if (error instanceof EngineError) {
			return error;
		}

		throw error;
	}

	throw new Error('it did not fail');
}

/** Bundles packages laid out as `<folder>/<name>/...`; the first is the entry, edges are by name. */
export function bundle(
	root: string,
	packages: Readonly<Record<string, Partial<BundleInstance>>>,
	options: { readonly main?: string | null; readonly target?: 'plugin' | 'plain' } = {},
): Promise<Bundle> {
	const [entry = ''] = Object.keys(packages);
	const instances = Object.entries(packages).map(
		([name, more]) =>
			[`${name}@1.0.0`, { name, version: '1.0.0', treePath: join(root, name), dependencies: {}, droppedOptional: [], ...more }] as const,
	);
	return bundleForIsolate(
		{ entry: { instance: `${entry}@1.0.0`, main: options.main ?? null }, instances: new Map(instances), target: options.target ?? 'plain' },
		{ signal: new AbortController().signal },
	);
}
