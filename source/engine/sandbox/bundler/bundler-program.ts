/**
 * The program that bundles: a process of its own with an empty environment, since it reads files somebody else wrote. Request as JSON
 * on stdin, answer as JSON on stdout. esbuild itself resolves and reads nothing: every import is answered by our resolver and every
 * file is handed over as text under a made-up name, so that it never sees a real path.
 */
import { build, stop, type BuildFailure, type OnLoadResult, type OnResolveArgs, type OnResolveResult, type PluginBuild } from 'esbuild';
import { builtinModules, createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

import type { InstanceId } from '../../lock.ts';
import type { Bundle, BundleInstance, BundleTarget } from './bundle-request.ts';
import { BundleRefused } from './bundle-refused.ts';
import { adaptSource } from './adapt-source.ts';
import { mountPackages } from './mounts.ts';
import { PowerFinder } from './power-finder.ts';
import { writeOutWaiting } from './write-out-waiting.ts';
import { insteadOf } from './unavailable-modules.ts';
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
	readonly target: BundleTarget;
};

export type BundlerAnswer =
	| { readonly ok: true; readonly bundle: Bundle }
	| { readonly ok: false; readonly code: 'bundle-escape' | 'bundle-failed'; readonly message: string };

type Built = { readonly code: string; readonly map: string };
type Form = { readonly contents: string; readonly format: 'iife' | 'esm'; readonly globalName?: string };

const AT_ONCE: Form = { contents: `import * as entry from '${ENTRY}';\nexport { entry };`, format: 'iife', globalName: 'plugwardBundle' };
const LAZY: Form = { contents: `globalThis.plugwardBundle = { start: () => import('${ENTRY}') };`, format: 'iife' };
/** Every file is strict in this one, which old packages may not be. */
const WAITING: Form = { ...LAZY, format: 'esm' };

class Bundler {
	readonly #resolver: ImportResolver;
	readonly #entry: FileLocation;
	readonly #target: BundleTarget;
	readonly #mounts: ReadonlyMap<InstanceId, string>;
	readonly #needs = new Set<string>();
	readonly #missing = new Set<string>();
	readonly #powers: PowerFinder;
	readonly #used = new Set<InstanceId>();
	readonly #numbers = new Map<InstanceId, number>();
	/** Something keeps values that follow what it starts (AsyncLocalStorage). */
	#isFollowed = false;
	#inputBytes = 0;
	#refusal: BundleRefused | null = null;

	constructor(request: BundlerRequest, forBrowsers: ReadonlySet<InstanceId>) {
		const instances = new Map(request.instances);
		this.#target = request.target;
		this.#mounts = mountPackages(request.entry.instance, instances);
		this.#resolver = new ImportResolver(instances, { target: request.target, forBrowsers });
		this.#entry = this.#resolver.entry(request.entry.instance, request.entry.main);
		const read = ({ instance, path }: FileLocation): string => this.#resolver.tree(instance).read(path).toString('utf8');
		this.#powers = new PowerFinder({ instances, entry: this.#entry, read });
	}

	async run(): Promise<Bundle> {
		const { code, map } = await this.#buildEither();
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
			map: this.#nameSources(map),
			mounts: Object.fromEntries([...this.#mounts].map(([instance, mount]) => [mount, instance])),
			entry: this.#entry.path,
			needs: [...this.#needs].sort(),
			powers: this.#powers.found(),
			missing: [...this.#missing].sort(),
			instances: [...this.#used].sort(),
			inputBytes: this.#inputBytes,
		};
	}

	/** Packages on the way to what no isolate has, which bring another build for browsers. */
	betterForBrowsers(): readonly InstanceId[] {
		return [...this.#powers.instancesInNeed()].filter((instance) => this.#resolver.hasBrowserBuild(instance));
	}

	/** A program starts when it is told to. A module that waits while it loads cannot be bundled to load at once, so it does as well. */
	async #buildEither(): Promise<Built> {
		const form = this.#target === 'tool' ? LAZY : AT_ONCE;
		try {
			return await this.#buildFollowed(form);
		} catch (error) {
			if (error instanceof BundleRefused && this.#refusal === null && error.message.includes('Top-level await')) {
				return this.#buildFollowed(WAITING);
			}

			throw error;
		}
	}

	async #buildFollowed(form: Form): Promise<Built> {
		const built = await this.#build(form);
		return this.#isFollowed ? writeOutWaiting(built) : built;
	}

	async #build(form: Form): Promise<Built> {
		try {
			const result = await build({
				stdin: { contents: form.contents, loader: 'js' },
				bundle: true,
				write: false,
				outfile: '/plugin.js',
				format: form.format,
				...(form.globalName === undefined ? {} : { globalName: form.globalName }),
				platform: 'neutral',
				target: 'esnext',
				// Names of classes and functions stay theirs where two files have the same.
				keepNames: true,
				tsconfigRaw: '{}',
				sourcemap: 'external',
				sourcesContent: false,
				legalComments: 'none',
				charset: 'utf8',
				logLevel: 'silent',
				absWorkingDir: '/',
				define: { 'process.env.NODE_ENV': '"production"', 'import.meta': 'plugwardMeta' },
				plugins: [{ name: 'plugward', setup: (setup) => this.#setUp(setup) }],
			});
			const textOf = (ending: string): string => result.outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
			return { code: textOf('.js'), map: textOf('.map') };
		} catch (error) {
			throw this.#refusal ?? new BundleRefused('bundle-failed', describeFailure(error));
		}
	}

	/** The made-up names become those of packages. */
	#nameSources(map: string): string {
		const names = new Map([...this.#numbers].map(([instance, number]) => [String(number), instance]));
		const parsed = JSON.parse(map) as { readonly sources: readonly string[] };
		const sources = parsed.sources.map((source) => {
			const [, number = '', path = source] = /^(?:\.\.\/)*package:(\d+)\/(.*?)(?:\?\.mjs)?$/.exec(source) ?? [];
			const instance = names.get(number);
			// The instance of a folder is its path, which is nobody's business.
			return instance === undefined || instance === this.#entry.instance ? path : `${this.#mounts.get(instance) ?? ''}/${path}`;
		});
		return JSON.stringify({ ...parsed, sources });
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
		if (args.kind !== 'require-resolve') {
			this.#powers.notice(resolution, {
				specifier: args.path,
				importer: importer.location,
				isDynamic: args.kind === 'dynamic-import',
			});
		}

		return this.#name(resolution);
	}

	/** A plugin that imports a file its own archive does not hold can never load; better said before it is installed than when it runs. */
	#refuseIncomplete(
		args: OnResolveArgs,
		{ importer, resolution }: { readonly importer: FileLocation; readonly resolution: Resolution },
	): void {
		const isOwnFile = importer.instance === this.#entry.instance && args.path.startsWith('.');
		// Of machine code the user is told something else.
		if (resolution.type === 'missing' && args.kind === 'import-statement' && isOwnFile && !args.path.endsWith('.node')) {
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
				if (this.#target === 'native') {
					return { contents: `module.exports = plugwardNative(${JSON.stringify(`node:${resolution.name}`)});`, loader: 'js' };
				}

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

		const isEntry = instance === this.#entry.instance && path === this.#entry.path;
		if (path.endsWith('.wasm')) {
			const role = isEntry ? this.#target : 'import';
			return {
				contents: `module.exports = plugwardModule.wasm(${JSON.stringify(this.#read(resolution.location).toString('base64'))}, ${JSON.stringify(role)});`,
				loader: 'js',
			};
		}

		// The program behind a bin may have any name.
		const loader = LOADERS[path.split('.').at(-1) ?? ''] ?? (isEntry && this.#target === 'tool' ? 'js' : undefined);
		if (loader === undefined) {
			throw new BundleRefused('bundle-failed', `${instance} imports "${path}"; only js, cjs, mjs, json and wasm files can be bundled.`);
		}

		const contents = this.#read(resolution.location).toString('utf8');
		if (loader === 'json') {
			return { contents, loader, pluginData: resolution };
		}

		this.#isFollowed ||= this.#target !== 'native' && contents.includes('AsyncLocalStorage') && contents.includes('async_hooks');
		const isModule = looksLikeModule(contents, this.#resolver.tree(instance).isModule(path), path);
		const mount = this.#mounts.get(instance) ?? '';
		return { contents: adaptSource(contents, { mount, path, isModule, isEntry }), loader, pluginData: resolution };
	}

	#read({ instance, path }: FileLocation): Buffer {
		const bytes = this.#resolver.tree(instance).read(path);
		this.#used.add(instance);
		this.#inputBytes += bytes.length;
		if (this.#inputBytes > MAXIMUM_INPUT_BYTES) {
			throw new BundleRefused('bundle-failed', `The bundle would read more than ${MAXIMUM_INPUT_BYTES} bytes.`);
		}

		return bytes;
	}
}

/** By its ending or package.json; else by what it holds, as node guesses when nothing is said. */
function looksLikeModule(source: string, isDeclared: boolean, path: string): boolean {
	return (
		isDeclared ||
		(!path.endsWith('.cjs') && /^(?:import|export)[\s{*"']/m.test(source) && !/\b(?:module\.exports|exports\.\w+ =)/.test(source))
	);
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
	return `module.exports = plugwardModule.stub(${JSON.stringify(name)}, ${JSON.stringify(names)}, ${JSON.stringify(constants)}, ${JSON.stringify(insteadOf(name) ?? '')});`;
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

/**
 * As node would load it first. What cannot run that way is tried with the builds for browsers of those packages that stand in the way:
 * they do the same with `fetch` instead of sockets.
 */
async function bundleBest(request: BundlerRequest): Promise<Bundle> {
	const isForNodeAlone = request.target === 'tool' || request.target === 'native';
	const forBrowsers = new Set<InstanceId>();
	for (;;) {
		const bundler = new Bundler(request, forBrowsers);
		const bundle = await bundler.run();
		const more = isForNodeAlone ? [] : bundler.betterForBrowsers().filter((instance) => !forBrowsers.has(instance));
		if (more.length === 0) {
			return bundle;
		}

		more.forEach((instance) => forBrowsers.add(instance));
	}
}

async function answer(): Promise<BundlerAnswer> {
	try {
		const request = JSON.parse(await text(process.stdin)) as BundlerRequest;
		return { ok: true, bundle: await bundleBest(request) };
	} catch (error) {
		const refusal =
			error instanceof BundleRefused ? error : new BundleRefused('bundle-failed', error instanceof Error ? error.message : String(error));
		return { ok: false, code: refusal.code, message: refusal.message };
	} finally {
		await stop();
	}
}

process.stdout.write(JSON.stringify(await answer()));
