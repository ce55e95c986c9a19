/**
 * The program that bundles: a process of its own with an empty environment, since it reads files somebody else wrote. Request as JSON
 * on stdin, answer as JSON on stdout. esbuild itself resolves and reads nothing: every import is answered by our resolver and every
 * file is handed over as text under a made-up name, so that it never sees a real path.
 */
import { build, stop, type BuildFailure, type OnLoadResult, type OnResolveArgs, type OnResolveResult, type PluginBuild } from 'esbuild';
import { builtinModules, createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

import type { InstanceId } from '../../lock.ts';
import type { Bundle, BundleInstance } from './bundle-request.ts';
import { BundleRefused } from './bundle-refused.ts';
import { hideDynamicPatterns } from './dynamic-patterns.ts';
import { ImportResolver, type FileLocation, type Resolution } from './resolve-import.ts';

const MAXIMUM_INPUT_BYTES = 64 * 1024 * 1024;
const MAXIMUM_CODE_CHARACTERS = 32 * 1024 * 1024;
const LOADERS: Readonly<Record<string, 'js' | 'json'>> = { js: 'js', cjs: 'js', mjs: 'js', json: 'json' };
/** Plain data of built-ins that packages read while they load. */
const CONSTANTS: ReadonlySet<string> = new Set(['constants', 'METHODS', 'STATUS_CODES']);
const FILES = 'package';
const STUBS = 'plugward';
const ENTRY = 'plugward:entry';

export type BundlerRequest = {
	readonly entry: { readonly instance: InstanceId; readonly main: string | null };
	readonly instances: readonly (readonly [InstanceId, BundleInstance])[];
};

export type BundlerAnswer =
	| { readonly ok: true; readonly bundle: Bundle }
	| { readonly ok: false; readonly code: 'bundle-escape' | 'bundle-failed'; readonly message: string };

class Bundler {
	readonly #resolver: ImportResolver;
	readonly #entry: FileLocation;
	readonly #needs = new Set<string>();
	readonly #missing = new Set<string>();
	readonly #used = new Set<InstanceId>();
	readonly #numbers = new Map<InstanceId, number>();
	#inputBytes = 0;
	#refusal: BundleRefused | null = null;

	constructor(request: BundlerRequest) {
		this.#resolver = new ImportResolver(new Map(request.instances));
		this.#entry = this.#resolver.entry(request.entry.instance, request.entry.main);
	}

	async run(): Promise<Bundle> {
		const code = await this.#build();
		if (this.#refusal !== null) {
			throw this.#refusal;
		}

		if (code.length > MAXIMUM_CODE_CHARACTERS) {
			throw new BundleRefused(
				'bundle-failed',
				`The bundle has ${code.length} characters; at most ${MAXIMUM_CODE_CHARACTERS} fit into a host.`,
			);
		}

		return {
			code,
			needs: [...this.#needs].sort(),
			missing: [...this.#missing].sort(),
			instances: [...this.#used].sort(),
			inputBytes: this.#inputBytes,
		};
	}

	async #build(): Promise<string> {
		try {
			const result = await build({
				stdin: { contents: `import * as entry from '${ENTRY}';\nexport { entry };`, loader: 'js' },
				bundle: true,
				write: false,
				format: 'iife',
				globalName: 'plugwardBundle',
				platform: 'neutral',
				target: 'esnext',
				tsconfigRaw: '{}',
				sourcemap: false,
				legalComments: 'none',
				charset: 'utf8',
				logLevel: 'silent',
				absWorkingDir: '/',
				define: {
					'process.env.NODE_ENV': '"production"',
					'import.meta.url': '"file:///plugin.js"',
					'import.meta.dirname': '"/"',
					'import.meta.filename': '"/plugin.js"',
					__dirname: '"/"',
					__filename: '"/plugin.js"',
				},
				plugins: [{ name: 'plugward', setup: (setup) => this.#setUp(setup) }],
			});
			return result.outputFiles[0]?.text ?? '';
		} catch (error) {
			throw this.#refusal ?? new BundleRefused('bundle-failed', describeFailure(error));
		}
	}

	#setUp(setup: PluginBuild): void {
		// Each answers everything, so that nothing is left to esbuild's own resolver and file reader.
		setup.onResolve({ filter: /.*/ }, (args) => this.#guard(() => this.#resolve(args)));
		setup.onLoad({ filter: /.*/ }, (args) => this.#guard(() => this.#load(args.pluginData)));
	}

	/** The first refusal is kept: an import inside of try/catch would otherwise only be a warning. */
	#guard<T extends object>(work: () => T): T | { readonly errors: { readonly text: string }[] } {
		try {
			return work();
		} catch (error) {
			this.#refusal ??=
				error instanceof BundleRefused ? error : new BundleRefused('bundle-failed', error instanceof Error ? error.message : String(error));
			return { errors: [{ text: this.#refusal.message }] };
		}
	}

	#resolve(args: OnResolveArgs): OnResolveResult {
		if (args.kind === 'entry-point' || args.importer === '<stdin>') {
			return this.#name({ type: 'file', location: this.#entry });
		}

		const importer = args.pluginData as Resolution | undefined;
		if (importer?.type !== 'file') {
			throw new BundleRefused('bundle-failed', `"${args.path}" is imported by a module that has no imports.`);
		}

		const attributes = Object.entries(args.with).filter(([name, value]) => name !== 'type' || value !== 'json');
		if (attributes.length > 0 || !['import-statement', 'dynamic-import', 'require-call', 'require-resolve'].includes(args.kind)) {
			throw new BundleRefused(
				'bundle-failed',
				`${importer.location.instance} imports "${args.path}" in a way plugins cannot use (${args.kind}).`,
			);
		}

		const kind = args.kind === 'require-call' || args.kind === 'require-resolve' ? 'require' : 'import';
		const resolution = this.#resolver.resolve(args.path, importer.location, kind);
		this.#refuseIncomplete(args, { importer: importer.location, resolution });
		return this.#name(resolution);
	}

	/** A plugin that imports a file its own archive does not hold can never load; better said before it is installed than when it runs. */
	#refuseIncomplete(
		args: OnResolveArgs,
		{ importer, resolution }: { readonly importer: FileLocation; readonly resolution: Resolution },
	): void {
		const isOwnFile = importer.instance === this.#entry.instance && args.path.startsWith('.');
		if (resolution.type === 'missing' && args.kind === 'import-statement' && isOwnFile) {
			throw new BundleRefused('bundle-failed', `${importer.path} imports "${args.path}", which the package does not hold.`);
		}
	}

	/** The made-up name: the number of the package and its own path. The ending tells esbuild whether node would see an ES module. */
	#name(resolution: Resolution): OnResolveResult {
		if (resolution.type !== 'file') {
			return { path: labelOf(resolution), namespace: STUBS, pluginData: resolution };
		}

		const { instance, path } = resolution.location;
		const number = this.#numbers.get(instance) ?? this.#numbers.size;
		this.#numbers.set(instance, number);
		const isModule = path.endsWith('.js') && this.#resolver.tree(instance).isModule(path);
		return { path: `${number}/${path}${isModule ? '?.mjs' : ''}`, namespace: FILES, pluginData: resolution };
	}

	#load(data: unknown): OnLoadResult {
		const resolution = data as Resolution;
		switch (resolution.type) {
			case 'file':
				return this.#loadFile(resolution);
			case 'sdk':
				return { contents: 'export const definePlugin = (plugin) => plugin;', loader: 'js' };
			case 'builtin':
				if (!resolution.isProvided) {
					this.#needs.add(resolution.name);
				}

				return { contents: builtinSource(resolution.name, resolution.isProvided), loader: 'js' };
			case 'missing':
				this.#missing.add(resolution.specifier);
				return { contents: `module.exports = {}; throw plugwardModule.missing(${JSON.stringify(resolution.specifier)});`, loader: 'js' };
			case 'empty':
				return { contents: 'module.exports = {};', loader: 'js' };
		}
	}

	#loadFile(resolution: Extract<Resolution, { type: 'file' }>): OnLoadResult {
		const { instance, path } = resolution.location;
		if (path.endsWith('.node')) {
			this.#missing.add(`${instance}/${path}`);
			return { contents: `module.exports = {}; throw plugwardModule.missing(${JSON.stringify(path)});`, loader: 'js' };
		}

		const loader = LOADERS[path.split('.').at(-1) ?? ''];
		if (loader === undefined) {
			throw new BundleRefused('bundle-failed', `${instance} imports "${path}"; only js, cjs, mjs and json files can be bundled.`);
		}

		const bytes = this.#resolver.tree(instance).read(path);
		this.#used.add(instance);
		this.#inputBytes += bytes.length;
		if (this.#inputBytes > MAXIMUM_INPUT_BYTES) {
			throw new BundleRefused('bundle-failed', `The bundle would read more than ${MAXIMUM_INPUT_BYTES} bytes.`);
		}

		const contents = bytes.toString('utf8');
		return { contents: loader === 'js' ? hideDynamicPatterns(contents) : contents, loader, pluginData: resolution };
	}
}

function labelOf(resolution: Exclude<Resolution, { type: 'file' }>): string {
	switch (resolution.type) {
		case 'builtin':
			return `node:${resolution.name}`;
		case 'missing':
			return `missing:${resolution.specifier}`;
		case 'sdk':
		case 'empty':
			return resolution.type;
	}
}

function builtinSource(name: string, isProvided: boolean): string {
	if (isProvided) {
		return `module.exports = plugwardModule(${JSON.stringify(name)});`;
	}

	// Only names and constants are taken from the real module: `import { readFile } from 'fs'` finds something that throws when called.
	const real: unknown = builtinModules.includes(name) ? createRequire(import.meta.url)(`node:${name}`) : {};
	const names = (typeof real === 'object' && real !== null) || typeof real === 'function' ? Object.keys(real) : [];
	const constants = Object.fromEntries(
		names.filter((key) => CONSTANTS.has(key)).map((key) => [key, Reflect.get(Object(real), key) as unknown]),
	);
	return `module.exports = plugwardModule.stub(${JSON.stringify(name)}, ${JSON.stringify(names)}, ${JSON.stringify(constants)});`;
}

function describeFailure(error: unknown): string {
	const errors = (error as Partial<BuildFailure>).errors ?? [];
	const [first] = errors;
	if (first === undefined) {
		return error instanceof Error ? error.message : String(error);
	}

	const place =
		first.location === null ? '' : `${first.location.file.replace(/^package:\d+\//, '').replace(/\?\.mjs$/, '')}:${first.location.line}: `;
	return `esbuild cannot bundle it: ${place}${first.text}${errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''}`;
}

async function answer(): Promise<BundlerAnswer> {
	try {
		const request = JSON.parse(await text(process.stdin)) as BundlerRequest;
		return { ok: true, bundle: await new Bundler(request).run() };
	} catch (error) {
		const refusal =
			error instanceof BundleRefused ? error : new BundleRefused('bundle-failed', error instanceof Error ? error.message : String(error));
		return { ok: false, code: refusal.code, message: refusal.message };
	} finally {
		await stop();
	}
}

process.stdout.write(JSON.stringify(await answer()));
