import { lstat, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

test('names every registry, who names it, what it answers and whether one is signed in, and never the token', async () => {
	await using registry = await startFakeRegistry({ search: true });
	await using temporary = await openTemporaryEngine(registry.url);
	const file = join(temporary.folder, 'npmrc');
	const place = registry.url.replace('http:', '');
	await writeFile(file, `registry=${registry.url}\n@acme:registry=http://127.0.0.1:1/\n${place}:_authToken=npm_secret\n`);
	await writeFile(join(temporary.project, '.npmrc'), `@team:registry=${registry.url}\n`);
	const engine = await temporary.reopen();
	const found = await engine.registries.list(temporary.call);
	expect(found.map(({ scope, url, source, hasCredentials, answer }) => [scope, url, source, hasCredentials, answer.type])).toEqual([
		[null, registry.url, 'user', true, 'answered'],
		['@acme', 'http://127.0.0.1:1/', 'user', false, 'silent'],
		['@team', registry.url, 'project', true, 'answered'],
	]);
	expect(found[0]?.answer).toMatchObject({ hasSearch: true, hasKeys: false });
	expect(JSON.stringify(found)).not.toContain('npm_secret');
	const offline = await temporary.reopen({ offline: true });
	expect((await offline.registries.list(temporary.call)).map(({ answer }) => answer.type)).toEqual(['not-asked', 'not-asked', 'not-asked']);
});

test('changes single lines of the own .npmrc, leaves the others, and is asked there at once', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('@acme/tool', '1.0.0');
	await using temporary = await openTemporaryEngine('http://127.0.0.1:1/');
	const file = join(temporary.folder, 'npmrc');
	const { engine, call } = temporary;
	await writeFile(file, '# mine\nregistry=http://127.0.0.1:1/\n; also mine\nsave-exact=true', { mode: 0o644 });
	await engine.registries.set({ scope: '@acme', url: registry.url }, call);
	expect(await readFile(file, 'utf8')).toBe(
		`# mine\nregistry=http://127.0.0.1:1/\n; also mine\nsave-exact=true\n@acme:registry=${registry.url}\n`,
	);
	expect((await stat(file)).mode & 0o777).toBe(0o600);
	expect((await engine.info('@acme/tool', call)).version).toBe('1.0.0');
	await engine.registries.set({ scope: null, url: 'https://r.example' }, call);
	await engine.registries.remove('@acme', call);
	expect(await readFile(file, 'utf8')).toBe('# mine\nregistry=https://r.example/\n; also mine\nsave-exact=true\n');
	await expect(engine.registries.remove('@acme', call)).rejects.toMatchObject({ code: 'usage' });
});

test('keeps a token bound to its registry, sends it, and takes it away again', async () => {
	await using registry = await startFakeRegistry({ token: 'npm_secret' });
	registry.serve('tool', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call } = temporary;
	const file = join(temporary.folder, 'npmrc');
	const place = registry.url.replace('http:', '');
	await expect(engine.info('tool', call)).rejects.toMatchObject({ code: 'authentication-required' });
	await writeFile(file, `registry=${registry.url}\n${place}:_auth=b2xkOm9sZA==\n`);
	expect(await engine.registries.signIn({ registry: null, token: 'npm_secret' }, call)).toBe(registry.url);
	expect(await readFile(file, 'utf8')).toBe(`registry=${registry.url}\n${place}:_authToken=npm_secret\n`);
	expect((await engine.info('tool', call)).version).toBe('1.0.0');
	await engine.registries.signOut(null, call);
	expect(await readFile(file, 'utf8')).toBe(`registry=${registry.url}\n`);
	await expect(engine.registries.signOut(null, call)).rejects.toMatchObject({ code: 'usage' });
});

test('a link to the file stays a link, and what would begin another line is refused', async () => {
	await using temporary = await openTemporaryEngine('http://127.0.0.1:1/');
	const { engine, call, folder } = temporary;
	const file = join(folder, 'npmrc');
	await rename(file, join(folder, 'dotfiles-npmrc'));
	await symlink(join(folder, 'dotfiles-npmrc'), file);
	await engine.registries.set({ scope: '@acme', url: 'https://r.example/' }, call);
	expect((await lstat(file)).isSymbolicLink()).toBe(true);
	expect(await readFile(join(folder, 'dotfiles-npmrc'), 'utf8')).toContain('@acme:registry=https://r.example/\n');
	const before = await readFile(file, 'utf8');
	for (const token of ['', 'a b', 'a\nregistry=https://evil.example/', 'a\u0000']) {
		await expect(engine.registries.signIn({ registry: null, token }, call)).rejects.toMatchObject({ code: 'usage' });
	}

	for (const scope of ['acme', '@acme\nregistry', '@', '']) {
		await expect(engine.registries.set({ scope, url: 'https://r.example/' }, call)).rejects.toMatchObject({ code: 'usage' });
	}

	await expect(engine.registries.set({ scope: '@b', url: 'https://me:pw@r.example/' }, call)).rejects.toMatchObject({
		code: 'settings-invalid',
	});
	expect(await readFile(file, 'utf8')).toBe(before);
});
