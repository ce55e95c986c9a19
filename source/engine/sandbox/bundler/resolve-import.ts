import { isBuiltin } from 'node:module';
import { posix } from 'node:path';

import type { InstanceId } from '../../lock.ts';
import type { BundleInstance, BundleTarget } from './bundle-request.ts';
import { BundleRefused } from './bundle-refused.ts';
import { resolveExports, resolveImports, type TargetResult } from './package-exports.ts';
import { PackageTree } from './package-tree.ts';
import { isProvided } from './provided-modules.ts';

export type FileLocation = { readonly instance: InstanceId; /** Relative to the package's root. */ readonly path: string };

export type Resolution =
	| { readonly type: 'file'; readonly location: FileLocation }
	| { readonly type: 'sdk' }
	/** A Node built-in: the isolate's own, or one that throws when used. */
	| { readonly type: 'builtin'; readonly name: string; readonly isProvided: boolean }
	/** Not on any lock edge: throws when loaded, as in node. */
	| { readonly type: 'missing'; readonly specifier: string }
	/** Switched off by a `browser` map. */
	| { readonly type: 'empty' };

/** `import` and `import()`, or `require`. */
export type ImportKind = 'import' | 'require';

const SDK = 'plugward/sdk';
const URL_LIKE = /^[a-z][a-z0-9+.-]*:/i;

/** Answers every import of a closure from the lock's exact edges; there is no lookup in any folder above. */
export class ImportResolver {
	readonly #instances: ReadonlyMap<InstanceId, BundleInstance>;
	readonly #target: BundleTarget;
	readonly #forBrowsers: ReadonlySet<InstanceId>;
	readonly #trees = new Map<InstanceId, PackageTree>();

	/** Packages are taken as node takes them, but for those named: they are taken in the build they have for browsers. */
	constructor(
		instances: ReadonlyMap<InstanceId, BundleInstance>,
		{ target, forBrowsers }: { readonly target: BundleTarget; readonly forBrowsers: ReadonlySet<InstanceId> },
	) {
		this.#instances = instances;
		this.#target = target;
		this.#forBrowsers = forBrowsers;
	}

	tree(instance: InstanceId): PackageTree {
		const known = this.#trees.get(instance);
		if (known !== undefined) {
			return known;
		}

		const tree = new PackageTree(this.#instance(instance).treePath, instance);
		this.#trees.set(instance, tree);
		return tree;
	}

	/** The module a bundle starts with. Throws `bundle-failed` when there is none. */
	entry(instance: InstanceId, main: string | null): FileLocation {
		const resolution =
			main === null ? this.#packageEntry(instance, '.', 'import') : this.#own(instance, this.tree(instance).resolveExact(main));
		if (resolution?.type !== 'file') {
			throw new BundleRefused(
				'bundle-failed',
				main === null ? `${instance} has no main module.` : `${instance} has no file ${main}, which its manifest names as main.`,
			);
		}

		return resolution.location;
	}

	resolve(specifier: string, importer: FileLocation, kind: ImportKind): Resolution {
		if (specifier === SDK) {
			return { type: 'sdk' };
		}

		if (specifier.startsWith('#')) {
			return this.#internal(specifier, importer.instance, kind);
		}

		if (/^\.\.?(?:\/|$)/.test(specifier)) {
			return this.#relative(specifier, importer);
		}

		if (specifier.startsWith('node:')) {
			return builtin(specifier.slice('node:'.length));
		}

		if (specifier.startsWith('/') || specifier.startsWith('\\') || URL_LIKE.test(specifier)) {
			throw new BundleRefused(
				'bundle-escape',
				`${importer.instance} imports "${specifier.slice(0, 200)}"; only files of packages on a lock edge can be imported.`,
			);
		}

		return this.#bare(specifier, importer.instance, kind);
	}

	#relative(specifier: string, importer: FileLocation): Resolution {
		const path = this.tree(importer.instance).resolve(posix.join(posix.dirname(importer.path), specifier));
		return this.#own(importer.instance, path) ?? { type: 'missing', specifier };
	}

	#internal(specifier: string, instance: InstanceId, kind: ImportKind): Resolution {
		const { imports } = this.tree(instance).packageJson;
		const target = firstMatch((conditions) => resolveImports(imports, specifier, conditions), this.#conditions(instance)[kind]);
		if (target.type === 'package') {
			return target.specifier.startsWith('node:')
				? builtin(target.specifier.slice('node:'.length))
				: this.#bare(target.specifier, instance, kind);
		}

		return this.#targetOf(instance, target) ?? { type: 'missing', specifier };
	}

	#bare(specifier: string, instance: InstanceId, kind: ImportKind): Resolution {
		const mapped = this.#browserMap(instance)[specifier];
		if (mapped === false) {
			// Switched off for browsers, and here after all.
			return isProvided(specifier) ? builtin(specifier) : { type: 'empty' };
		}

		if (typeof mapped === 'string' && mapped !== specifier) {
			return mapped.startsWith('./')
				? (this.#own(instance, this.tree(instance).resolve(mapped)) ?? { type: 'missing', specifier })
				: this.#package(mapped, instance, kind);
		}

		return this.#package(specifier, instance, kind);
	}

	#package(specifier: string, instance: InstanceId, kind: ImportKind): Resolution {
		const { name, subpath } = splitSpecifier(specifier);
		const edge = this.#edge(name, instance);
		if (isBuiltin(specifier) && (isProvided(specifier) || edge === null)) {
			return builtin(specifier);
		}

		if (edge === null) {
			return { type: 'missing', specifier };
		}

		return this.#packageEntry(edge, subpath, kind) ?? { type: 'missing', specifier };
	}

	/** Own-property look-ups only: a package may be imported as `constructor`. */
	#edge(name: string, instance: InstanceId): InstanceId | null {
		const { dependencies, droppedOptional, name: ownName } = this.#instance(instance);
		if (droppedOptional.includes(name)) {
			return null;
		}

		if (Object.hasOwn(dependencies, name)) {
			return dependencies[name] ?? null;
		}

		return name === ownName && this.tree(instance).packageJson['exports'] !== undefined ? instance : null;
	}

	#packageEntry(instance: InstanceId, subpath: string, kind: ImportKind): Resolution | null {
		const tree = this.tree(instance);
		const { exports } = tree.packageJson;
		if (exports !== undefined && exports !== null) {
			return this.#targetOf(
				instance,
				firstMatch((conditions) => resolveExports(exports, subpath, conditions), this.#conditions(instance)[kind]),
			);
		}

		if (subpath !== '.') {
			return this.#own(instance, tree.resolve(subpath));
		}

		const { module, main, browser } = tree.packageJson;
		const candidates = this.#forBrowsers.has(instance) ? [browser, kind === 'import' ? module : undefined, main] : [main];
		const others = this.#isForNodeAlone() ? [] : [module, browser];
		for (const candidate of [...candidates, '.', ...others]) {
			const path = typeof candidate === 'string' && candidate !== '' ? tree.resolve(candidate) : null;
			if (path !== null) {
				return this.#own(instance, path);
			}
		}

		return null;
	}

	#targetOf(instance: InstanceId, target: TargetResult): Resolution | null {
		switch (target.type) {
			case 'file':
				return this.#own(instance, this.tree(instance).resolveExact(target.path));
			case 'escape':
				throw new BundleRefused(
					'bundle-escape',
					`The package.json of ${instance} points to "${target.target}", which lies outside of its own files.`,
				);
			case 'package':
			case 'none':
				return null;
		}
	}

	/** A file of a package, unless its `browser` map replaces it. */
	#own(instance: InstanceId, path: string | null): Resolution | null {
		if (path === null) {
			return null;
		}

		const map = this.#browserMap(instance);
		const mapped = map[`./${path}`] ?? map[`./${path.replace(/\.(?:js|cjs|mjs|json)$/, '')}`];
		if (mapped === false) {
			return { type: 'empty' };
		}

		const replaced = typeof mapped === 'string' && mapped.startsWith('./') ? this.tree(instance).resolve(mapped) : null;
		return { type: 'file', location: { instance, path: replaced ?? path } };
	}

	#browserMap(instance: InstanceId): Readonly<Record<string, unknown>> {
		if (!this.#forBrowsers.has(instance)) {
			return {};
		}

		const { browser } = this.tree(instance).packageJson;
		return typeof browser === 'object' && browser !== null && !Array.isArray(browser) ? (browser as Readonly<Record<string, unknown>>) : {};
	}

	/** By `browser` in its package.json, or such a condition in its `exports` or `imports`. */
	hasBrowserBuild(instance: InstanceId): boolean {
		const { browser, exports, imports } = this.tree(instance).packageJson;
		return browser !== undefined || [exports, imports].some((map) => /"browser":/.test(JSON.stringify(map) ?? ''));
	}

	/** A tool is a program for node, and a native plugin runs in it. */
	#isForNodeAlone(): boolean {
		return this.#target === 'tool' || this.#target === 'native';
	}

	#conditions(instance: InstanceId): ConditionSets {
		return this.#isForNodeAlone() ? NODE_CONDITIONS : this.#forBrowsers.has(instance) ? BROWSER_CONDITIONS : NODE_FIRST;
	}

	#instance(instance: InstanceId): BundleInstance {
		const found = this.#instances.get(instance);
		if (found === undefined) {
			throw new BundleRefused('bundle-failed', `The lock names ${instance}, which is not part of the closure.`);
		}

		return found;
	}
}

type ConditionSets = Readonly<Record<ImportKind, readonly ReadonlySet<string>[]>>;
const NODE_CONDITIONS: ConditionSets = {
	import: [new Set(['import', 'node', 'module-sync'])],
	require: [new Set(['require', 'node', 'module-sync']), new Set(['import', 'node'])],
};

const BROWSER_CONDITIONS: ConditionSets = {
	import: [new Set(['import', 'browser']), new Set(['import', 'node', 'module']), new Set(['require', 'browser', 'node'])],
	require: [new Set(['require', 'browser']), new Set(['require', 'node']), new Set(['import', 'module', 'browser', 'node'])],
};

/** What a package offers for browsers alone is better than nothing. */
const NODE_FIRST: ConditionSets = {
	import: [...NODE_CONDITIONS.import, ...BROWSER_CONDITIONS.import],
	require: [...NODE_CONDITIONS.require, ...BROWSER_CONDITIONS.require],
};

function firstMatch(resolve: (conditions: ReadonlySet<string>) => TargetResult, sets: readonly ReadonlySet<string>[]): TargetResult {
	let result: TargetResult = { type: 'none' };
	for (const conditions of sets) {
		result = resolve(conditions);
		if (result.type !== 'none') {
			break;
		}
	}

	return result;
}

function builtin(name: string): Resolution {
	return { type: 'builtin', name, isProvided: isProvided(name) };
}

function splitSpecifier(specifier: string): { readonly name: string; readonly subpath: string } {
	const parts = specifier.split('/');
	const count = specifier.startsWith('@') ? 2 : 1;
	const rest = parts.slice(count).join('/');
	return { name: parts.slice(0, count).join('/'), subpath: rest === '' ? '.' : `./${rest}` };
}
