import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import type { Plugin, PluginContext, PluginResponse } from '../../source/engine/sdk/index.ts';

const EXAMPLES = path.resolve(import.meta.dirname, '../../examples');
const SDK = path.resolve(import.meta.dirname, '../../source/engine/sdk/index.ts');

export type PackageJson = {
	readonly name: string;
	readonly version: string;
	readonly description: string;
	readonly license: string;
	readonly keywords: readonly string[];
	readonly files: readonly string[];
	readonly plugward: { readonly main: string };
	readonly dependencies?: Readonly<Record<string, string>>;
};

export function exampleFolder(name: string): string {
	return path.join(EXAMPLES, name);
}

export async function readManifest(name: string): Promise<PackageJson> {
	return JSON.parse(await readFile(path.join(EXAMPLES, name, 'package.json'), 'utf8')) as PackageJson;
}

/** The plugin that the example's main module exports by default, bundled as the linker bundles it: `plugward/sdk` leads to the SDK. */
export async function loadExample(name: string): Promise<Plugin> {
	const { plugward } = await readManifest(name);
	const { outputFiles } = await build({
		entryPoints: [path.join(EXAMPLES, name, plugward.main)],
		alias: { 'plugward/sdk': SDK },
		bundle: true,
		write: false,
		format: 'esm',
		platform: 'neutral',
		mainFields: ['module', 'main'],
		tsconfigRaw: '{}',
	});
	const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
	const module = (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)) as { readonly default: Plugin };
	return module.default;
}

/** What a denied call rejects with. */
export function denied(permission: string): Error {
	return Object.assign(new Error(`${permission} was denied.`), {
		code: 'ERR_PERMISSION_DENIED',
		permission,
		hint: `--allow ${permission}`,
	});
}

export type StandIn = {
	readonly context: PluginContext;
	readonly logged: readonly string[];
	readonly files: Readonly<Record<string, string>>;
};

/** A context over some files and answers; what is not given is denied. */
export function standInContext(given: {
	readonly files?: Record<string, string>;
	readonly environment?: Readonly<Record<string, string>>;
	readonly answer?: (url: string, method: string) => { readonly status: number; readonly location?: string; readonly text?: string };
}): StandIn {
	const logged: string[] = [];
	const log = (...values: readonly unknown[]) => void logged.push(values.map(String).join(' '));
	const files = given.files ?? {};
	const granted = (kind: string, path: string) => {
		if (given.files === undefined) {
			throw denied(`${kind}:${path}`);
		}
	};
	const context: PluginContext = {
		log: { info: log, warn: log, error: log },
		progress: () => {},
		storage: { get: async () => null, set: async () => {}, delete: async () => {}, keys: async () => [] },
		exec: async (program, args = []) => {
			throw denied(`run:${[program, ...args].join(' ')}`);
		},
		fetch: async (url, init) => {
			if (given.answer === undefined) {
				throw denied(`net:${new URL(url).host}:443`);
			}

			return responseOf(String(url), given.answer(String(url), init?.method ?? 'GET'));
		},
		fs: {
			readFile: async (path) => {
				granted('fs.read', path);
				const text = files[path];
				if (text === undefined) {
					throw Object.assign(new Error(`${path} does not exist.`), { code: 'ENOENT' });
				}

				return text;
			},
			writeFile: async (path, text) => {
				granted('fs.write', path);
				files[path] = text;
			},
			list: async (path) => {
				granted('fs.read', path);
				return namesBelow(files, path);
			},
			stat: async (path) => ({ type: 'file', sizeBytes: (files[path] ?? '').length, modifiedAt: '2026-10-02T00:00:00Z' }),
		},
		env: {
			get: async (name) => {
				if (given.environment === undefined) {
					throw denied(`env:${name}`);
				}

				return given.environment[name] ?? null;
			},
		},
		messages: {
			send: async (to) => {
				throw denied(`message:${to}`);
			},
			request: async (to) => {
				throw denied(`message:${to}`);
			},
		},
		signal: new AbortController().signal,
		permissions: [],
	};
	return { context, logged, files };
}

function namesBelow(files: Readonly<Record<string, string>>, folder: string) {
	const below = Object.keys(files)
		.filter((path) => path.startsWith(`${folder}/`))
		.map((path) => path.slice(folder.length + 1).split('/'));
	const entries = new Map(below.map(([name = '', ...rest]) => [name, rest.length > 0 ? ('folder' as const) : ('file' as const)]));
	return [...entries].map(([name, type]) => ({ name, type })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function responseOf(
	url: string,
	{ status, location, text = '' }: { readonly status: number; readonly location?: string; readonly text?: string },
): PluginResponse {
	return {
		ok: status >= 200 && status < 300,
		status,
		statusText: '',
		url,
		redirected: false,
		headers: {
			get: (name) => (name === 'location' ? (location ?? null) : null),
			has: (name) => name === 'location' && location !== undefined,
		},
		text: async () => text,
		json: async () => JSON.parse(text) as unknown,
		bytes: async () => Buffer.from(text),
	};
}
