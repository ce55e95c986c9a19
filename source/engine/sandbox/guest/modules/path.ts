import { compute } from '../compute.ts';

type Parsed = { readonly root: string; readonly dir: string; readonly base: string; readonly ext: string; readonly name: string };

function normalizeNames(path: string, { isAbsolute }: { readonly isAbsolute: boolean }): string {
	const names: string[] = [];
	for (const name of path.split('/')) {
		if (name === '..' && names.length > 0 && names.at(-1) !== '..') {
			names.pop();
		} else if (name === '..' ? !isAbsolute : name !== '' && name !== '.') {
			names.push(name);
		}
	}

	return names.join('/');
}

function requireText(path: unknown): asserts path is string {
	if (typeof path !== 'string') {
		throw Object.assign(new TypeError(`The "path" argument must be of type string. Received ${typeof path}`), {
			code: 'ERR_INVALID_ARG_TYPE',
		});
	}
}

function normalize(path: string): string {
	requireText(path);
	const isAbsolute = path.startsWith('/');
	const inner = normalizeNames(path, { isAbsolute });
	const slashed = inner !== '' && path.endsWith('/') ? `${inner}/` : inner;
	return isAbsolute ? `/${slashed}` : slashed === '' ? (path.endsWith('/') && path !== '' ? './' : '.') : slashed;
}

function join(...paths: string[]): string {
	paths.forEach(requireText);
	const joined = paths.filter((path) => path !== '').join('/');
	return joined === '' ? '.' : normalize(joined);
}

let workingFolder = '/';

/** What relative paths start from; an absolute path. */
export function setWorkingFolder(path: string): void {
	workingFolder = path;
}

export function currentFolder(): string {
	return workingFolder;
}

function resolve(...paths: string[]): string {
	let resolved = '';
	for (const path of paths.toReversed()) {
		requireText(path);
		resolved = resolved === '' ? path : path === '' ? resolved : `${path}/${resolved}`;
		if (resolved.startsWith('/')) {
			break;
		}
	}

	if (!resolved.startsWith('/')) {
		resolved = resolved === '' ? workingFolder : `${workingFolder}/${resolved}`;
	}

	return `/${normalizeNames(resolved, { isAbsolute: true })}`;
}

function relative(from: string, to: string): string {
	const fromNames = resolve(from).split('/').filter(Boolean);
	const toNames = resolve(to).split('/').filter(Boolean);
	let shared = 0;
	while (shared < fromNames.length && fromNames[shared] === toNames[shared]) {
		shared += 1;
	}

	return [...fromNames.slice(shared).map(() => '..'), ...toNames.slice(shared)].join('/');
}

function dirname(path: string): string {
	requireText(path);
	const clean = path.replace(/(?<=.)\/+$/, '');
	const slash = clean.lastIndexOf('/');
	return slash === -1 ? '.' : slash === 0 ? '/' : clean.slice(0, slash).replace(/(?<=.)\/+$/, '');
}

function basename(path: string, suffix = ''): string {
	requireText(path);
	const base = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
	return suffix !== '' && base !== suffix && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base;
}

function extname(path: string): string {
	const base = basename(path);
	const dot = base.lastIndexOf('.');
	return dot <= 0 || base === '..' ? '' : base.slice(dot);
}

function parse(path: string): Parsed {
	const base = basename(path);
	const ext = extname(path);
	const root = path.startsWith('/') ? '/' : '';
	const dir = path.includes('/') ? dirname(path) : '';
	return { root, dir: base === '' ? root : dir, base, ext, name: ext === '' ? base : base.slice(0, -ext.length) };
}

function format({ root = '', dir, base, name = '', ext = '' }: Partial<Parsed>): string {
	const last = base ?? `${name}${ext === '' || ext.startsWith('.') ? ext : `.${ext}`}`;
	const folder = dir ?? root;
	return folder === '' ? last : folder === root ? `${folder}${last}` : `${folder}/${last}`;
}

const posix = {
	sep: '/',
	delimiter: ':',
	normalize,
	join,
	resolve,
	relative,
	dirname,
	basename,
	extname,
	parse,
	format,
	isAbsolute: (path: string) => {
		requireText(path);
		return path.startsWith('/');
	},
	toNamespacedPath: (path: string) => path,
	matchesGlob: (path: string, pattern: string) => {
		requireText(path);
		requireText(pattern);
		return compute('matchesGlob', { text: path, glob: pattern });
	},
};

export const pathModule: Readonly<Record<string, unknown>> = Object.assign(posix, { posix, win32: posix });
