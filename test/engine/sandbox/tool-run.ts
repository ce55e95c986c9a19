import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { parsePermission } from '../../../source/engine/permission.ts';
import {
	type AuditEvent,
	bundleForIsolate,
	type BundleInstance,
	type PackageFiles,
	runTool,
	type RunToolRequest,
	type RunToolResult,
	type StreamFacts,
} from '../../../source/engine/sandbox/index.ts';
import { type Files, folderOf } from './plugin-run.ts';

export type ToolOptions = {
	readonly arguments?: readonly string[];
	readonly input?: string;
	readonly allow?: readonly string[];
	readonly project?: string;
	readonly environment?: Readonly<Record<string, string>>;
	readonly terminal?: Partial<StreamFacts>;
	readonly limits?: RunToolRequest['limits'];
	readonly signal?: AbortSignal;
	readonly audit?: AuditEvent[];
	/** Files that are no text. */
	readonly modules?: Readonly<Record<string, Uint8Array>>;
	/** The program, when it is not `cli.js`. */
	readonly main?: string;
	/** Called with each piece of output; false: nobody reads any more. */
	readonly onWrite?: (stream: 'stdout' | 'stderr', text: string) => boolean;
};

export type RanTool = RunToolResult & { readonly stdout: string; readonly stderr: string; readonly needs: readonly string[] };

/** Bundles and runs `cli.js` of a package made of these files; folders below `node_modules` are its dependencies. */
export async function tool(files: Files, options: ToolOptions = {}): Promise<RanTool> {
	await using folder = await folderOf({ 'package.json': '{"name":"probe","version":"1.0.0"}', ...files });
	for (const [name, bytes] of Object.entries(options.modules ?? {})) {
		await writeFile(join(folder.path, name), bytes);
	}

	const { instances, roots } = await instancesOf(folder.path);
	const signal = options.signal ?? new AbortController().signal;
	const bundle = await bundleForIsolate(
		{ entry: { instance: 'probe@1.0.0', main: options.main ?? './cli.js' }, instances, target: 'tool' },
		{ signal },
	);
	const written = { stdout: '', stderr: '' };
	const facts: StreamFacts = { isTTY: false, columns: 80, rows: 24, colourDepth: 1, ...options.terminal };
	let left: string | null = options.input ?? null;
	const result = await runTool({
		plugin: 'probe',
		version: '1.0.0',
		bin: 'probe',
		code: bundle.code,
		map: bundle.map,
		program: `/plugward-package/node_modules/probe/${bundle.entry}`,
		arguments: options.arguments ?? [],
		files: filesOf(bundle.mounts, roots),
		bundleMore: async (name, path) =>
			bundleForIsolate({ entry: { instance: bundle.mounts[name] ?? '', main: `./${path}` }, instances, target: 'tool' }, { signal }),
		streams: {
			stdin: facts,
			stdout: facts,
			stderr: facts,
			read: async () => {
				const text = left;
				left = null;
				return text === null ? null : Buffer.from(text);
			},
			write: async (stream, bytes) => {
				const text = Buffer.from(bytes).toString('utf8');
				written[stream] += text;
				return options.onWrite?.(stream, text) ?? true;
			},
		},
		grants: (options.allow ?? []).map(parsePermission),
		limits: options.limits ?? { wallMilliseconds: 20_000, cpuMilliseconds: 10_000, memoryBytes: 128 * 1024 * 1024 },
		roots: { project: options.project ?? folder.path, data: null },
		forbiddenPaths: [],
		environment: options.environment ?? {},
		audit: (event) => void options.audit?.push(event),
		signal,
	});
	return { ...result, ...written, needs: bundle.needs };
}

/** What the tool printed. */
export async function stdoutOf(code: string, options: ToolOptions = {}): Promise<string> {
	const ran = await tool({ 'cli.js': code }, options);
	if (ran.exitCode !== 0) {
		throw new Error(`exit ${ran.exitCode}: ${ran.stderr}`);
	}

	return ran.stdout;
}

async function instancesOf(folder: string) {
	const names = await readdir(join(folder, 'node_modules')).catch(() => []);
	const dependencies = Object.fromEntries(names.map((name) => [name, `${name}@1.0.0`]));
	const roots = new Map([['probe@1.0.0', folder], ...names.map((name) => [`${name}@1.0.0`, join(folder, 'node_modules', name)] as const)]);
	const instances = new Map<string, BundleInstance>(
		[...roots].map(([id, treePath]) => [
			id,
			{
				name: id.replace('@1.0.0', ''),
				version: '1.0.0',
				treePath,
				dependencies: id === 'probe@1.0.0' ? dependencies : {},
				droppedOptional: [],
			},
		]),
	);
	return { instances, roots };
}

function filesOf(mounts: Readonly<Record<string, string>>, roots: ReadonlyMap<string, string>): PackageFiles {
	const folderOfMount = (name: string): string => roots.get(mounts[name] ?? '') ?? '';
	return {
		names: Object.keys(mounts),
		list: async (name) => {
			const all = await readdir(folderOfMount(name), { recursive: true, withFileTypes: true });
			const paths = all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
			return Promise.all(paths.map(async (path) => ({ path: relative(folderOfMount(name), path), sizeBytes: (await stat(path)).size })));
		},
		read: async (name, path) => readFile(join(folderOfMount(name), path)),
	};
}
