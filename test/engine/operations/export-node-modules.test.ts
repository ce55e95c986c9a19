import { execFileSync } from 'node:child_process';
import { access, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

async function exported() {
	const registry = await startFakeRegistry();
	registry.serve(
		'app',
		'1.0.0',
		{ dependencies: { '@s/part': '1.0.0', shared: '2.0.0' }, bin: { app: './cli.js', '../evil': 'cli.js', away: '../../x' } },
		{
			'index.js': "module.exports = [require('@s/part'), require('shared')];",
			'cli.js': '#!/usr/bin/env node\nconsole.log(require("./index.js").join());',
			'lib/deep/note.txt': 'hello',
		},
	);
	registry.serve(
		'@s/part',
		'1.0.0',
		{ dependencies: { shared: '1.0.0' } },
		{ 'index.js': "module.exports = 'part+' + require('shared');" },
	);
	registry.serve('shared', '1.0.0', {}, { 'index.js': "module.exports = 'shared1';" });
	registry.serve('shared', '2.0.0', {}, { 'index.js': "module.exports = 'shared2';" });
	const temporary = await openTemporaryEngine(registry.url);
	await temporary.install(['app']);
	const folder = join(temporary.project, 'node_modules');
	return {
		...temporary,
		folder,
		registry,
		async [Symbol.asyncDispose]() {
			await temporary[Symbol.asyncDispose]();
			await registry[Symbol.asyncDispose]();
		},
	};
}

describe('export --node-modules', () => {
	it('makes a tree in which node finds each version where the lock says', async () => {
		await using given = await exported();
		const result = await given.engine.exportNodeModules('node_modules', given.call);
		expect(result).toMatchObject({ folder: given.folder, generation: 1, folders: 4, copiedFiles: 1, unchanged: false });
		const said = execFileSync(process.execPath, ['-e', "console.log(require('app').join())"], { cwd: given.project, encoding: 'utf8' });
		expect(said).toBe('part+shared1,shared2\n');
	});

	it('links files out of the store, and copies only the command that has to become executable', async () => {
		await using given = await exported();
		await given.engine.exportNodeModules('node_modules', given.call);
		expect((await stat(join(given.folder, 'app/lib/deep/note.txt'))).nlink).toBeGreaterThan(1);
		expect((await stat(join(given.folder, 'app/cli.js'))).nlink).toBe(1);
		expect(execFileSync(join(given.folder, '.bin/app'), { encoding: 'utf8', env: { PATH: join(process.execPath, '..') } })).toBe(
			'part+shared1,shared2\n',
		);
		expect((await given.engine.verify([], given.call)).findings).toEqual([]);
	});

	it('leaves out commands whose file lies outside the package', async () => {
		await using given = await exported();
		await given.engine.exportNodeModules('node_modules', given.call);
		expect(await readdir(join(given.folder, '.bin'))).toEqual(['app', 'evil']);
	});

	it('does nothing the second time, and follows a new generation', async () => {
		await using given = await exported();
		await given.engine.exportNodeModules('node_modules', given.call);
		expect((await given.engine.exportNodeModules('node_modules', given.call)).unchanged).toBe(true);
		given.registry.serve('more', '1.0.0');
		await given.install(['more']);
		expect((await given.engine.exportNodeModules('node_modules', given.call)).unchanged).toBe(false);
		await access(join(given.folder, 'more/package.json'));
		expect(await readdir(given.project)).toEqual(['node_modules']);
	});

	it('refuses a folder that somebody else filled, and leaves it as it is', async () => {
		await using given = await exported();
		await mkdir(given.folder);
		await writeFile(join(given.folder, 'mine.txt'), 'mine');
		await expect(given.engine.exportNodeModules('node_modules', given.call)).rejects.toMatchObject({ code: 'usage' });
		expect(await readdir(given.folder)).toEqual(['mine.txt']);
		expect(await readFile(join(given.folder, 'mine.txt'), 'utf8')).toBe('mine');
	});

	it('refuses to go through a symbolic link', async () => {
		await using given = await exported();
		await mkdir(join(given.folder, '../elsewhere'));
		await symlink('elsewhere', given.folder);
		await expect(given.engine.exportNodeModules('node_modules', given.call)).rejects.toMatchObject({ code: 'usage' });
	});

	it('leaves nothing behind when it is cancelled', async () => {
		await using given = await exported();
		const controller = new AbortController();
		const call = { signal: controller.signal, onEvent: () => controller.abort() };
		await expect(given.engine.exportNodeModules('node_modules', call)).rejects.toMatchObject({ code: 'cancelled' });
		expect(await readdir(given.project)).toEqual([]);
	});
});
