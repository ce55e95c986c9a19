import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EngineError, toEngineError } from '../errors.ts';
import type { Disk } from './disk.ts';
import { FILE_MODE, temporaryName } from './disk.ts';
import { isMissing, systemCode, writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';

type Place = { readonly disk: Disk; readonly layout: Layout };

const KEY_BYTES = 32;
const MAC_BYTES = 32;
const BUNDLE_KEY = /^[0-9a-f]{16,128}$/;

/** The cached bundle, or null when it is absent, cannot be read or was not written with this home's own key: what a cache says is never believed. */
export async function readBundle({ layout }: Pick<Place, 'layout'>, bundleKey: string): Promise<Uint8Array | null> {
	const path = pathOf(layout, bundleKey);
	try {
		return await readAuthenticated({ layout }, { path, name: bundleKey });
	} catch {
		// A folder in its place, or a disk that does not give it back: it is made again.
		return null;
	}
}

/** What this home wrote for this name, or null. `path` is where it lies. */
export async function readAuthenticated(
	{ layout }: Pick<Place, 'layout'>,
	{ path, name }: { readonly path: string; readonly name: string },
): Promise<Uint8Array | null> {
	const [stored, secret] = await Promise.all([readOrNull(path), readOrNull(layout.key)]);
	if (stored === null || secret === null || secret.length !== KEY_BYTES || stored.length < MAC_BYTES) {
		return null;
	}

	const bytes = stored.subarray(MAC_BYTES);
	return timingSafeEqual(stored.subarray(0, MAC_BYTES), authenticate(secret, name, bytes)) ? bytes : null;
}

/** A cache entry is not made durable: one that a power cut tore does not authenticate. */
export async function writeBundle({ disk, layout }: Place, bundleKey: string, bytes: Uint8Array): Promise<void> {
	try {
		await writeAuthenticated({ disk, layout }, { path: pathOf(layout, bundleKey), name: bundleKey, bytes });
	} catch (error) {
		throw writeError(error, 'keep a bundle');
	}
}

/** Not durable; throws what the disk throws. */
export async function writeAuthenticated(
	{ disk, layout }: Place,
	{ path, name, bytes }: { readonly path: string; readonly name: string; readonly bytes: Uint8Array },
): Promise<void> {
	const temporary = temporaryName(path);
	try {
		const secret = await homeKey({ disk, layout });
		await writeInFolder(disk, temporary, Buffer.concat([authenticate(secret, name, bytes), bytes]));
		await replace(disk, temporary, path);
	} catch (error) {
		// The first error is the one to report; a temporary file that stays is removed by `recover`.
		await disk.removeFile(temporary).catch(() => undefined);
		throw error;
	}
}

/** A folder of a cache that somebody removed is made again. */
async function writeInFolder(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
	try {
		await disk.writeFile(path, bytes, FILE_MODE);
	} catch (error) {
		if (!isMissing(error)) {
			throw error;
		}

		await disk.makeFolder(dirname(path));
		await disk.writeFile(path, bytes, FILE_MODE);
	}
}

/** Whatever else lies where an entry of a cache belongs gives way to it. */
async function replace(disk: Disk, temporary: string, path: string): Promise<void> {
	try {
		await disk.rename(temporary, path);
	} catch (error) {
		if (systemCode(error) !== 'EISDIR' && systemCode(error) !== 'ENOTEMPTY') {
			throw error;
		}

		await disk.removeTree(path);
		await disk.rename(temporary, path);
	}
}

/** Keys of all bundles, whoever wrote them. */
export async function listBundles({ layout }: Pick<Place, 'layout'>): Promise<readonly string[]> {
	try {
		return (await readdir(layout.bundles)).filter((name) => BUNDLE_KEY.test(name));
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw toEngineError(error, { code: 'home-damaged', message: 'The bundle cache cannot be listed.' });
	}
}

export async function removeBundle({ disk, layout }: Place, bundleKey: string): Promise<void> {
	try {
		await disk.removeTree(pathOf(layout, bundleKey));
	} catch (error) {
		throw writeError(error, 'remove a bundle');
	}
}

// The key of the entry is part of what is authenticated, so that one bundle cannot be put in the place of another.
function authenticate(secret: Buffer, bundleKey: string, bytes: Uint8Array): Buffer {
	return createHmac('sha256', secret).update(`${bundleKey}\n`).update(bytes).digest();
}

async function homeKey({ disk, layout }: Place): Promise<Buffer> {
	const known = await readOrNull(layout.key);
	if (known?.length === KEY_BYTES) {
		return known;
	}

	const secret = randomBytes(KEY_BYTES);
	const temporary = temporaryName(layout.key);
	await disk.writeFile(temporary, secret, FILE_MODE);
	try {
		if (known === null) {
			// A link does not replace: of two processes that make a key at once, one wins and both use it.
			await disk.link(temporary, layout.key);
		} else {
			await disk.rename(temporary, layout.key);
		}
	} catch (error) {
		if (systemCode(error) !== 'EEXIST') {
			throw error;
		}
	} finally {
		await disk.removeFile(temporary);
	}

	return readFile(layout.key);
}

function pathOf(layout: Layout, bundleKey: string): string {
	if (!BUNDLE_KEY.test(bundleKey)) {
		throw new EngineError('internal', `"${bundleKey.slice(0, 40)}" is not the key of a bundle: expected lower-case hex.`);
	}

	return layout.bundle(bundleKey);
}

async function readOrNull(path: string): Promise<Buffer | null> {
	try {
		return await readFile(path);
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw toEngineError(error, { code: 'home-damaged', message: 'A file of the bundle cache cannot be read.' });
	}
}
