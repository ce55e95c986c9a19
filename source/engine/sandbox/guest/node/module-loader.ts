import { askNow } from '../capabilities.ts';
import { pathModule } from '../modules/path.ts';
import { insteadOf } from '../../bundler/unavailable-modules.ts';
import { exists, facts, readBytes } from './fs-files.ts';
import { isPackagePath, PACKAGES_ROOT, toPath } from './paths.ts';

type Loaded = { exports: unknown; readonly id: string; readonly filename: string; loaded: boolean };
type Require = ((specifier: unknown) => unknown) & {
	readonly resolve: (specifier: unknown) => string;
	readonly cache: object;
	readonly extensions: object;
};

const dirname = pathModule['dirname'] as (path: string) => string;
const join = pathModule['join'] as (...paths: string[]) => string;
const ENDINGS = ['', '.js', '.cjs', '.mjs', '.json', '/index.js', '/index.cjs', '/index.mjs', '/index.json'];
const PREFIX_ONLY = new Set(['test']);
const cache = new Map<string, Loaded>();

/**
 * `require` of what could not be known when the package was bundled: a file by a computed path, read and run in place. Files of the
 * packages themselves are always there; others, like the settings of a project, as far as reading them was granted.
 */
export function makeRequire(from: string, builtin: (name: string) => unknown): Require {
	const folder = dirname(from);
	const resolve = (specifier: unknown): string => {
		const text = String(specifier);
		const base = /^\.{1,2}(?:\/|$)/.test(text)
			? join(folder, text)
			: text.startsWith('/')
				? text
				: join(PACKAGES_ROOT, 'node_modules', text);
		const found = text.startsWith('node:') ? null : resolveFile(base);
		if (found === null) {
			throw missingBuiltin(text) ?? Object.assign(new Error(`Cannot find module '${text}'`), { code: 'MODULE_NOT_FOUND' });
		}

		return found;
	};
	const load = (specifier: unknown): unknown => builtinOf(String(specifier), builtin) ?? loadFile(resolve(specifier), builtin);
	return Object.assign(load, {
		resolve: (specifier: unknown) => (builtinOf(String(specifier), builtin) === undefined ? resolve(specifier) : String(specifier)),
		cache: {},
		extensions: { '.js': null, '.json': null },
		main: undefined,
	});
}

function builtinOf(specifier: string, builtin: (name: string) => unknown): unknown {
	// Of these, npm may have a package of the same name.
	return PREFIX_ONLY.has(specifier) ? undefined : builtin(specifier.replace(/^node:/, ''));
}

/** Null for what is no module of node's. */
function missingBuiltin(text: string): Error | null {
	const instead = insteadOf(text.replace(/^node:/, ''));
	if (instead !== null) {
		const message = `"${text}" is a Node module, which plugins do not have.${instead === '' ? '' : ` ${instead}`}`;
		return Object.assign(new Error(message), { code: 'ERR_UNAVAILABLE_IN_SANDBOX' });
	}

	return text.startsWith('node:')
		? Object.assign(new Error(`No such built-in module: ${text}`), { code: 'ERR_UNKNOWN_BUILTIN_MODULE' })
		: null;
}

function resolveFile(base: string): string | null {
	for (const ending of ENDINGS) {
		const path = base + ending;
		if (exists(path) && facts(path).type === 'file') {
			return path;
		}
	}

	const manifest = join(base, 'package.json');
	if (exists(manifest)) {
		const { main } = JSON.parse(readBytes(manifest).toString()) as { readonly main?: unknown };
		return typeof main === 'string' && main !== '' && main !== '.' ? resolveFile(join(base, main)) : null;
	}

	return null;
}

function loadFile(path: string, builtin: (name: string) => unknown): unknown {
	const known = cache.get(path);
	if (known !== undefined) {
		return known.exports;
	}

	const module: Loaded = { exports: {}, id: path, filename: path, loaded: false };
	cache.set(path, module);
	const text = readBytes(path).toString();
	if (path.endsWith('.json')) {
		module.exports = JSON.parse(text);
		return module.exports;
	}

	try {
		// oxlint-disable-next-line typescript/no-implied-eval -- it is the package's own code, in the package's own isolate.
		const run = new Function(
			'exports',
			'require',
			'module',
			'__filename',
			'__dirname',
			`${text.replace(/^#!.*/, '')}\n//# sourceURL=${path}`,
		);
		Reflect.apply(run, module.exports, [module.exports, makeRequire(path, builtin), module, path, dirname(path)]);
	} catch (error) {
		cache.delete(path);
		throw error;
	}

	module.loaded = true;
	return module.exports;
}

/** `import()` of a computed path: a file of a package becomes a script of its own, which runs here. */
export async function importFile(specifier: string, from: string, builtin: (name: string) => unknown): Promise<unknown> {
	// A query only makes the address a new one.
	const text = decodeURIComponent(specifier.replace(/^file:\/\//, '').replace(/[?#].*$/s, ''));
	const known = builtinOf(text, builtin);
	if (known !== undefined) {
		return Object.defineProperties({ default: known }, Object.getOwnPropertyDescriptors(known));
	}

	const path = makeRequire(from, builtin).resolve(text);
	return isPackagePath(path) ? imported.getOrInsertComputed(path, () => importNow(path)) : namespaceOf(loadFile(path, builtin));
}

/** What `import` of a CommonJS module gives. */
function namespaceOf(exports: unknown): object {
	return { ...(typeof exports === 'object' ? exports : {}), default: exports, 'module.exports': exports };
}

const imported = new Map<string, Promise<unknown>>();

async function importNow(path: string): Promise<unknown> {
	const inside = path.slice(`${PACKAGES_ROOT}/node_modules/`.length);
	const names = inside.split('/');
	const count = inside.startsWith('@') ? 2 : 1;
	const script = askNow('package.bundle', { name: names.slice(0, count).join('/'), path: names.slice(count).join('/') });
	// oxlint-disable-next-line typescript/no-implied-eval -- it is the package's own code, in the package's own isolate.
	new Function(String(script))();
	return (Reflect.get(globalThis, 'plugwardBundle') as { readonly start: () => Promise<unknown> }).start();
}

/** The `module` built-in. */
export function moduleModule(builtin: (name: string) => unknown, names: readonly string[]): unknown {
	const createRequire = (from: unknown): Require => makeRequire(toPath(String(from).replace(/^file:\/\//, '')), builtin);
	function Module(): void {}
	return Object.assign(Module, {
		Module,
		createRequire,
		builtinModules: names,
		isBuiltin: (name: unknown) => names.includes(String(name).replace(/^node:/, '')),
		_extensions: {},
		_cache: {},
		register: () => undefined,
		enableCompileCache: () => undefined,
		findPackageJSON: () => undefined,
		syncBuiltinESMExports: () => undefined,
	});
}
