import { Buffer } from '../modules/buffer.ts';
import { currentFolder, pathModule } from '../modules/path.ts';
import { URL } from '../url.ts';

const resolvePath = pathModule['resolve'] as (...paths: string[]) => string;

/** Where the files of packages lie, as far as the guest can tell; only they are read without a grant. */
export const PACKAGES_ROOT = '/plugward-package';

/** The path as text, absolute. */
export function toPath(value: unknown): string {
	const text = Buffer.isBuffer(value) ? value.toString() : value instanceof URL ? decodeURIComponent(value.pathname) : value;
	if (typeof text !== 'string') {
		throw Object.assign(new TypeError('The "path" argument must be of type string or an instance of Buffer or URL.'), {
			code: 'ERR_INVALID_ARG_TYPE',
		});
	}

	return text.startsWith('$project') || text.startsWith('$data') ? text : resolvePath(text);
}

/** What the broker is asked for: below the working folder as `$project`, which is what grants are written with. */
export function toBrokerPath(path: string): string {
	const workingFolder = currentFolder();
	if (path === workingFolder) {
		return '$project';
	}

	return path.startsWith(workingFolder === '/' ? '/' : `${workingFolder}/`)
		? `$project/${path.slice(workingFolder === '/' ? 1 : workingFolder.length + 1)}`
		: path;
}

export function isPackagePath(path: string): boolean {
	return path === PACKAGES_ROOT || path.startsWith(`${PACKAGES_ROOT}/`);
}
