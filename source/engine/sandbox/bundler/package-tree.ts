import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, posix, sep } from 'node:path';

import { BundleRefused } from './bundle-refused.ts';

export type PackageJson = Readonly<Record<string, unknown>>;

const MAXIMUM_FILE_BYTES = 16 * 1024 * 1024;
const EXTENSIONS = ['', '.js', '.cjs', '.mjs', '.json'];
const INDEX_FILES = ['index.js', 'index.cjs', 'index.mjs', 'index.json'];

/** The unpacked files of one package. Every question is answered with a path relative to its root, or refused when it leads out. */
export class PackageTree {
	readonly #realRoot: string;
	readonly #label: string;
	readonly #packageJsons = new Map<string, PackageJson | null>();

	constructor(treePath: string, label: string) {
		this.#realRoot = realpathSync.native(treePath);
		this.#label = label;
	}

	get packageJson(): PackageJson {
		return this.#packageJsonIn('') ?? {};
	}

	/** The file a relative specifier means, with node's guesses for extensions and folders; null when there is none. */
	resolve(path: string): string | null {
		const clean = this.#contain(path);
		for (const extension of EXTENSIONS) {
			if (clean !== '' && this.#kindOf(clean + extension) === 'file') {
				return clean + extension;
			}
		}

		return this.#kindOf(clean) === 'folder' ? this.#resolveFolder(clean) : null;
	}

	/** The file at exactly this path, or null. */
	resolveExact(path: string): string | null {
		const clean = this.#contain(path);
		return this.#kindOf(clean) === 'file' ? clean : null;
	}

	read(path: string): Buffer {
		const real = this.#realPath(path);
		if (real === null || statSync(real).size > MAXIMUM_FILE_BYTES) {
			throw new BundleRefused('bundle-failed', `${this.#label}/${path} is missing or larger than ${MAXIMUM_FILE_BYTES} bytes.`);
		}

		return readFileSync(real);
	}

	/** Whether node would read this file as an ES module. */
	isModule(path: string): boolean {
		if (path.endsWith('.mjs') || path.endsWith('.cjs')) {
			return path.endsWith('.mjs');
		}

		for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
			const found = this.#packageJsonIn(folder === '.' ? '' : folder);
			if (found !== null || folder === '.') {
				return found?.['type'] === 'module';
			}
		}
	}

	#resolveFolder(folder: string): string | null {
		const main = this.#packageJsonIn(folder)?.['main'];
		const target = typeof main === 'string' && main !== '' ? posix.join(folder, main).replace(/\/$/, '') : folder;
		// A folder whose main is itself has none.
		const fromMain = target === folder || target === '.' ? null : this.resolve(target);
		return fromMain ?? INDEX_FILES.map((name) => posix.join(folder, name)).find((path) => this.#kindOf(path) === 'file') ?? null;
	}

	#packageJsonIn(folder: string): PackageJson | null {
		const known = this.#packageJsons.get(folder);
		if (known !== undefined) {
			return known;
		}

		const path = posix.join(folder, 'package.json');
		const found = this.#kindOf(path) === 'file' ? this.#parse(path) : null;
		this.#packageJsons.set(folder, found);
		return found;
	}

	#parse(path: string): PackageJson {
		try {
			const value: unknown = JSON.parse(
				this.read(path)
					.toString('utf8')
					.replace(/^\uFEFF/, ''),
			);
			return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as PackageJson) : {};
		} catch (error) {
			throw error instanceof BundleRefused ? error : new BundleRefused('bundle-failed', `${this.#label}/${path} is not JSON.`);
		}
	}

	/** The path without `.` and `..`; leaving the root is refused before anything is looked at. */
	#contain(path: string): string {
		const clean = posix.normalize(path).replace(/\/$/, '');
		if (path.includes('\0') || posix.isAbsolute(clean) || clean === '..' || clean.startsWith('../')) {
			throw this.#escape(path);
		}

		return clean === '.' ? '' : clean;
	}

	#kindOf(path: string): 'file' | 'folder' | 'none' {
		const real = this.#realPath(path);
		if (real === null) {
			return 'none';
		}

		const stat = statSync(real);
		return stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'none';
	}

	/** Where a path really is, links followed; null when nothing is there. Throws `bundle-escape` when that is outside of the root. */
	#realPath(path: string): string | null {
		let real: string;
		try {
			real = realpathSync.native(join(this.#realRoot, path));
		} catch (error) {
			if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
				return null;
			}

			throw this.#escape(path);
		}

		if (real !== this.#realRoot && !real.startsWith(this.#realRoot + sep)) {
			throw this.#escape(path);
		}

		return real;
	}

	#escape(path: string): BundleRefused {
		return new BundleRefused('bundle-escape', `${this.#label} reaches for "${path}", which lies outside of its own files.`);
	}
}
