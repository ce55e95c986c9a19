import { readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import * as v from 'valibot';
import type { TestReport, TestRequest } from '../../task-runs.ts';
import { EngineError } from '../../errors.ts';
import { type CallOptions, runStep } from '../../events.ts';
import { runPlugin } from '../../sandbox/index.ts';
import { stripControls, stripToLine } from '../../strip-controls.ts';
import type { EngineContext } from '../engine-context.ts';
import { bundleFile, isFolderTarget, readPackageJson, realFolder, textField } from './folder-plugin.ts';
import { sandboxRules } from './sandbox-rules.ts';
import { forbiddenPaths } from './forbidden-paths.ts';

const TEST_FILE = /\.test\.(?:js|mjs|cjs)$/;
const RUN_TESTS = 'node:test';
const LIMITS = { wallMilliseconds: 60_000, cpuMilliseconds: 30_000, memoryBytes: 256 * 1024 * 1024 };

const cases = v.array(
	v.object({
		name: v.pipe(v.string(), v.transform(stripToLine)),
		state: v.picklist(['passed', 'failed', 'skipped', 'todo']),
		message: v.nullable(v.pipe(v.string(), v.transform(stripControls))),
		milliseconds: v.number(),
	}),
);

type TestedFile = TestReport['files'][number];

/** Each file runs in a process of its own, without any right: what a test needs of the outside it stands in for. */
export async function testPlugin(context: EngineContext, { target, only }: TestRequest, options: CallOptions): Promise<TestReport> {
	if (!isFolderTarget(target)) {
		throw new EngineError('usage', `"${stripToLine(target)}" is no folder: expected one that starts with ./, ../ or /.`, {
			hint: 'For example: plugward test ./my-plugin',
		});
	}

	const folder = await realFolder(resolve(context.options.cwd, target), target);
	const packageJson = await readPackageJson(folder);
	const plugin = textField(packageJson, 'name') ?? target;
	const version = textField(packageJson, 'version') ?? '0.0.0';
	const names = (await testFilesIn(folder)).filter((name) => only.length === 0 || only.some((part) => name.includes(part)));
	if (names.length === 0) {
		throw new EngineError('usage', `${target} has no file *.test.js${only.length === 0 ? '' : ` with ${only.join(' or ')} in its name`}.`, {
			hint: 'Write one with: import { test } from "node:test"',
		});
	}

	const files: TestedFile[] = [];
	for (const file of names) {
		files.push(
			await runStep({ name: 'run', detail: file, onEvent: options.onEvent }, () =>
				testFile(context, { folder, file, plugin, version }, options),
			),
		);
	}

	const count = (...states: readonly string[]): number =>
		files.flatMap(({ tests }) => tests).filter(({ state }) => states.includes(state)).length;
	const failed = count('failed') + files.filter(({ problem }) => problem !== null).length;
	return { plugin, version, files, passed: count('passed'), failed, skipped: count('skipped', 'todo') };
}

async function testFilesIn(folder: string): Promise<readonly string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile() && TEST_FILE.test(entry.name))
		.map((entry) => relative(folder, join(entry.parentPath, entry.name)))
		.filter((name) => !name.split('/').some((part) => part === 'node_modules' || part.startsWith('.')))
		.toSorted();
}

async function testFile(
	context: EngineContext,
	{ folder, file, plugin, version }: { readonly folder: string; readonly file: string; readonly plugin: string; readonly version: string },
	{ signal, onEvent }: CallOptions,
): Promise<TestedFile> {
	try {
		const { output } = await runPlugin({
			plugin,
			version,
			code: await bundleFile(folder, `./${file}`, { signal }),
			kind: 'plain',
			task: RUN_TESTS,
			input: [],
			manifest: null,
			grants: [],
			requested: [],
			limits: LIMITS,
			roots: { project: context.options.cwd, data: null },
			forbiddenPaths: forbiddenPaths(context),
			environment: {},
			rules: sandboxRules(context),
			audit: (event) => context.home.appendAuditSync({ ts: context.clock().toISOString(), ...event }),
			onOutput: (stream, text) => onEvent({ type: 'plugin-output', plugin: file, stream, text }),
			signal,
		});
		return { file, problem: null, tests: v.parse(cases, output) };
	} catch (error) {
		if (signal.aborted || !(error instanceof EngineError) || error.code === 'sandbox-unavailable') {
			throw error;
		}

		return { file, problem: error.message, tests: [] };
	}
}
