import { link, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { createFileBroker } from '../../../source/engine/sandbox/broker/files.ts';
import { createForbiddenPaths } from '../../../source/engine/sandbox/broker/forbidden-paths.ts';
import { createKeeping } from '../../../source/engine/sandbox/broker/keeping.ts';
import { DEFAULT_QUOTAS } from '../../../source/engine/sandbox/broker/quotas.ts';
import { parsePermission } from '../../../source/engine/permission.ts';
import { failureOf, folderOf, gateOf, observed, outputOf, pluginCode, run } from './plugin-run.ts';

const { signal } = new AbortController();

async function site(files: Readonly<Record<string, string>> = {}) {
	const folder = await folderOf({
		'project/logs/a.txt': 'A',
		'project/logs/deep/b.txt': 'B',
		'project/secret.txt': 'S',
		'project/logs/.env': 'E',
		...files,
	});
	const broker = (allow: readonly string[], forbiddenPaths: readonly string[] = []) =>
		createFileBroker({
			gate: gateOf(allow),
			roots: { project: join(folder.path, 'project'), data: null },
			forbiddenPaths,
			keeping: createKeeping({ storage: null, folder: null, quotas: DEFAULT_QUOTAS }),
			writtenBytes: DEFAULT_QUOTAS.writtenBytes,
		});
	return { ...folder, broker, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

test('a granted pattern opens what it matches and nothing beside it', async () => {
	await using place = await site();
	const { readFile: read } = place.broker(['fs.read:$project/logs/**']);
	expect(await read('$project/logs/a.txt', signal)).toEqual({ type: 'done', value: 'A' });
	expect(await read('logs/deep/b.txt', signal)).toEqual({ type: 'done', value: 'B' });
	expect(await read(join(place.path, 'project/logs/a.txt'), signal)).toEqual({ type: 'done', value: 'A' });
	expect(await read('$project/secret.txt', signal)).toMatchObject({ type: 'denied', rule: 'not-granted' });
	expect(await read('$project/logs/.env', signal)).toMatchObject({ type: 'denied', rule: 'not-granted' });
	expect(await read('/etc/passwd', signal)).toMatchObject({ type: 'denied', rule: 'not-granted' });
	expect(await read('$project/logs/none.txt', signal)).toMatchObject({ type: 'failed', code: 'ENOENT' });
	expect(await read('$project/logs/deep', signal)).toMatchObject({ type: 'failed', code: 'ERR_NOT_A_FILE' });
});

test.each(['$project/logs/../secret.txt', 'logs/./a.txt', '$home/x', '', 7, '$project/logs/a.txt\0.png'])(
	'the path %j is not a path',
	async (path) => {
		await using place = await site();
		expect((await place.broker(['fs.read:$project/logs/**']).readFile(path, signal)).type).toMatch(/^(?:failed|denied)$/);
	},
);

test('a symbolic link is never followed, wherever it stands', async () => {
	await using place = await site();
	await symlink('../secret.txt', join(place.path, 'project/logs/file-link.txt'));
	await symlink('/etc', join(place.path, 'project/logs/folder-link'));
	const { readFile: read, list, stat, writeFile: write } = place.broker(['fs.read:$project/logs/**', 'fs.write:$project/logs/**']);
	expect(await read('logs/file-link.txt', signal)).toMatchObject({ type: 'denied', rule: 'link' });
	expect(await read('logs/folder-link/passwd', signal)).toMatchObject({ type: 'denied', rule: 'link' });
	expect(await stat('logs/file-link.txt', signal)).toMatchObject({ type: 'denied', rule: 'link' });
	expect(await list('logs/folder-link', signal)).toMatchObject({ type: 'denied', rule: 'link' });
	expect(await write('logs/folder-link/x', 'x', signal)).toMatchObject({ type: 'denied', rule: 'link' });
	expect(await list('logs', signal)).toEqual({
		type: 'done',
		value: [
			{ name: 'a.txt', type: 'file' },
			{ name: 'deep', type: 'folder' },
		],
	});
});

test('writing over a symbolic link replaces the link and leaves its target alone', async () => {
	await using place = await site();
	await symlink('../secret.txt', join(place.path, 'project/logs/out.txt'));
	expect(await place.broker(['fs.write:$project/logs/**']).writeFile('logs/out.txt', 'new', signal)).toEqual({ type: 'done', value: null });
	expect(await readFile(join(place.path, 'project/secret.txt'), 'utf8')).toBe('S');
	expect(await readFile(join(place.path, 'project/logs/out.txt'), 'utf8')).toBe('new');
});

test('write makes missing folders, leaves no temporary file, and does not grant reading', async () => {
	await using place = await site();
	const { writeFile: write, readFile: read } = place.broker(['fs.write:$project/reports/**']);
	expect(await write('reports/2026/a.md', 'report', signal)).toEqual({ type: 'done', value: null });
	expect(await readdir(join(place.path, 'project/reports/2026'))).toEqual(['a.md']);
	expect(await read('reports/2026/a.md', signal)).toMatchObject({ type: 'denied', rule: 'not-granted' });
	expect(await write('logs/a.txt', 'x', signal)).toMatchObject({ type: 'denied', rule: 'not-granted' });
});

test('homes, settings and every .npmrc stay closed under any grant, also through a hard link', async () => {
	await using place = await site({ 'project/home/format.json': '{}', 'project/token': 'T', 'project/.npmrc': '//r/:_authToken=x' });
	await link(join(place.path, 'project/token'), join(place.path, 'project/logs/hard.txt'));
	const forbidden = [join(place.path, 'project/home'), join(place.path, 'project/token')];
	const all = ['fs.read:$project/**', 'fs.write:$project/**', 'fs.read:$project/.npmrc', 'fs.write:$project/.npmrc'];
	const { readFile: read, writeFile: write, list } = place.broker(all, forbidden);
	for (const path of ['home/format.json', 'token', '.npmrc', 'logs/hard.txt']) {
		expect(await read(path, signal)).toMatchObject({ type: 'denied', rule: 'forbidden-path' });
	}

	for (const path of ['home/new.json', 'home/deep/er.json', 'token', '.npmrc']) {
		expect(await write(path, 'x', signal)).toMatchObject({ type: 'denied', rule: 'forbidden-path' });
	}

	expect(await list('home', signal)).toMatchObject({ type: 'denied', rule: 'forbidden-path' });
	expect(await list('.', signal)).toMatchObject({ type: 'failed' });
	expect(await readFile(join(place.path, 'project/token'), 'utf8')).toBe('T');
});

test('a pipe or a device is not a file and never blocks', async () => {
	await using place = await site();
	execFileSync('mkfifo', [join(place.path, 'project/logs/pipe')]);
	expect(await place.broker(['fs.read:$project/logs/**']).readFile('logs/pipe', signal)).toMatchObject({
		type: 'failed',
		code: 'ERR_NOT_A_FILE',
	});
	expect(await place.broker(['fs.read:/dev/**']).readFile('/dev/zero', signal)).toMatchObject({ type: 'denied', rule: 'forbidden-path' });
});

test('processes, devices and the kernel are never opened, also not by a mount elsewhere', async () => {
	await using place = await site();
	const { readFile: read, list } = place.broker(['fs.read:/**']);
	for (const path of [`/proc/${process.pid}/environ`, '/proc/1/environ', '/proc/kcore', '/sys/kernel/notes', '/dev/mem']) {
		expect(await read(path, signal)).toMatchObject({ type: 'denied', rule: 'forbidden-path' });
	}

	expect(await list('/proc', signal)).toMatchObject({ type: 'denied', rule: 'forbidden-path' });
	const { refuse } = await createForbiddenPaths([join(place.path, 'project')]);
	const mounted = await stat('/proc/self/status');
	expect(() => refuse('/mnt/elsewhere/status', mounted)).toThrow('no grant opens it');
	const folder = await stat(join(place.path, 'project/logs'));
	expect(() => refuse('/mnt/logs', folder)).toThrow('no grant opens it');
	expect(() => refuse('/mnt/other', { dev: folder.dev, ino: 1 })).not.toThrow();
});

test('a folder swapped for a link between two reads is refused', async () => {
	await using place = await site();
	const { readFile: read } = place.broker(['fs.read:$project/logs/**']);
	expect((await read('logs/deep/b.txt', signal)).type).toBe('done');
	await rename(join(place.path, 'project/logs/deep'), join(place.path, 'moved'));
	await symlink(join(place.path, 'moved'), join(place.path, 'project/logs/deep'));
	expect(await read('logs/deep/b.txt', signal)).toMatchObject({ type: 'denied', rule: 'link' });
});

test('a list shows only what a grant covers or leads to', async () => {
	await using place = await site();
	await mkdir(join(place.path, 'project/other'));
	await writeFile(join(place.path, 'project/logs/c.log'), '');
	const { list, stat } = place.broker(['fs.read:$project/logs/*.log']);
	expect(await list('$project', signal)).toEqual({ type: 'done', value: [{ name: 'logs', type: 'folder' }] });
	expect(await list('logs', signal)).toEqual({ type: 'done', value: [{ name: 'c.log', type: 'file' }] });
	expect(await list('other', signal)).toMatchObject({ type: 'denied' });
	expect(await stat('logs', signal)).toMatchObject({ type: 'done', value: { type: 'folder' } });
	expect(await stat('logs/a.txt', signal)).toMatchObject({ type: 'denied' });
});

test('from inside the isolate: granted works, denied is an error with a hint, and the audit line comes first', async () => {
	await using place = await site();
	const seen = observed();
	const project = join(place.path, 'project');
	const body = `
		await context.fs.writeFile('out/r.txt', 'ü');
		try { await context.fs.readFile('$project/secret.txt'); } catch (error) {
			console.log(String(error instanceof Error), error.code, error.permission, error.hint);
		}
		return [await context.fs.readFile('logs/a.txt'), await context.fs.list('logs'), context.permissions];`;
	const result = await run(pluginCode(body), { observe: seen, project, allow: ['fs.read:$project/logs/*', 'fs.write:$project/out/*'] });
	expect(result.output).toEqual([
		'A',
		[
			{ name: 'a.txt', type: 'file' },
			{ name: 'deep', type: 'folder' },
		],
		['fs.read:$project/logs/*', 'fs.write:$project/out/*'],
	]);
	expect(await readFile(join(project, 'out/r.txt'), 'utf8')).toBe('ü');
	expect(seen.output).toEqual([
		"log: true ERR_PERMISSION_DENIED fs.read:$project/secret.txt The package.json of probe does not ask for it; to grant it to this run all the same: --allow 'probe=fs.read:$project/secret.txt'",
	]);
	expect(result.denied).toEqual([
		{ permission: 'fs.read:$project/secret.txt', count: 1, hint: expect.stringContaining("--allow 'probe=") as string },
	]);
	expect(seen.audit.filter(({ event }) => event === 'permission-used')).toMatchObject([
		{ permission: 'fs.write:$project/out/*' },
		{ permission: 'fs.read:$project/logs/*' },
	]);
	expect(seen.audit[2]).toMatchObject({
		event: 'permission-denied',
		permission: 'fs.read:$project/secret.txt',
		rule: 'not-granted',
		resource: '$project/secret.txt',
	});
});

test('a denial nobody catches ends the run as denied, naming what would have granted it', async () => {
	const failure = await failureOf(run(pluginCode('await context.env.get("HOME");'), { requested: [parsePermission('env:HOME')] }));
	expect(failure.code).toBe('plugin-denied');
	expect(failure.exitCode).toBe(126);
	expect(failure.hint).toBe("Grant it with: --allow 'probe=env:HOME'");
});

test('a plugin cannot make its own failure look like a denial', async () => {
	const body =
		'throw Object.assign(new Error("denied"), { code: "ERR_PERMISSION_DENIED", permission: "env:X", name: "PermissionDeniedError" });';
	expect((await failureOf(run(pluginCode(body)))).code).toBe('plugin-failed');
});

test('the environment is read by granted names only, and the process itself has none', async () => {
	const options = { allow: ['env:API_URL', 'env:UNSET'], environment: { API_URL: 'u', SECRET: 's' } };
	const body =
		'return [await context.env.get("API_URL"), await context.env.get("UNSET"), await context.env.get("SECRET").catch((e) => e.code), await context.env.get("__proto__").catch((e) => e.code), process.env];';
	expect(await outputOf(body, options)).toEqual(['u', null, 'ERR_PERMISSION_DENIED', 'ERR_PERMISSION_DENIED', {}]);
});

test('the same denied call is one audit line and a count', async () => {
	const seen = observed();
	const { denied } = await run(pluginCode('for (let i = 0; i < 20; i += 1) await context.env.get("X").catch(() => 0); return 1;'), {
		observe: seen,
	});
	expect(denied).toMatchObject([{ permission: 'env:X', count: 20 }]);
	expect(seen.audit.filter(({ event }) => event === 'permission-denied')).toHaveLength(1);
});

test('many calls at once are answered, through a window', async () => {
	const body = 'const all = await Promise.all(Array.from({ length: 200 }, () => context.env.get("A"))); return all.length;';
	expect(await outputOf(body, { allow: ['env:A'], environment: { A: 'a' } })).toBe(200);
});
