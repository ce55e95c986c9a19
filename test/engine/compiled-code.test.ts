import { chmod, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compiledCodeFolder, openCompiledCodeFolder } from '../../source/engine/compiled-code.ts';

let cache: string;

beforeEach(async () => {
	cache = await mkdtemp(join(tmpdir(), 'plugward-compiled-'));
});

afterEach(async () => {
	await rm(cache, { recursive: true, force: true });
});

test('the folder for compiled code is made for its user alone', async () => {
	const folder = openCompiledCodeFolder({ XDG_CACHE_HOME: cache });
	expect(folder).toBe(join(cache, 'plugward', 'compiled'));
	expect((await stat(join(cache, 'plugward', 'compiled'))).mode & 0o777).toBe(0o700);
});

test('it is not used where others could write to it or put another in its place', async () => {
	await mkdir(join(cache, 'plugward', 'compiled'), { recursive: true });
	for (const folder of [cache, join(cache, 'plugward'), join(cache, 'plugward', 'compiled')]) {
		await chmod(folder, 0o777);
		expect(openCompiledCodeFolder({ XDG_CACHE_HOME: cache })).toBeNull();
		await chmod(folder, 0o700);
	}

	expect(openCompiledCodeFolder({ XDG_CACHE_HOME: cache })).not.toBeNull();
});

test('it is not used through a link', async () => {
	await mkdir(join(cache, 'elsewhere'));
	await mkdir(join(cache, 'plugward'));
	await symlink(join(cache, 'elsewhere'), join(cache, 'plugward', 'compiled'));
	expect(openCompiledCodeFolder({ XDG_CACHE_HOME: cache })).toBeNull();
});

test('a relative cache folder counts as unset, and one that cannot be made is no error', () => {
	expect(compiledCodeFolder({ XDG_CACHE_HOME: 'here', HOME: '/home/somebody' })).toBe('/home/somebody/.cache/plugward/compiled');
	expect(openCompiledCodeFolder({ XDG_CACHE_HOME: '/proc/nowhere' })).toBeNull();
});
