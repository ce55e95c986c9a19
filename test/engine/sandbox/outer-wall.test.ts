import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { bubblewrapArguments } from '../../../source/engine/sandbox/bubblewrap.ts';
import { startHost } from '../../../source/engine/sandbox/host-process.ts';
import { sandboxSupport, type SandboxRules } from '../../../source/engine/sandbox/index.ts';
import { findOuterWall, nodeLibraries } from '../../../source/engine/sandbox/outer-wall.ts';
import { canMakeNamespaces, fakeBubblewrap } from '../../helpers/fake-bubblewrap.ts';
import { failureOf, folderOf, pluginCode, run } from './plugin-run.ts';

const rules = (searchPath: string | undefined, more: Partial<SandboxRules> = {}): SandboxRules => ({
	isStrict: false,
	isJitless: false,
	searchPath,
	...more,
});

test('bubblewrap is asked for namespaces of every kind, no rights, no environment and only the files that are named, read-only', () => {
	expect(
		bubblewrapArguments({ program: '/opt/node', arguments: ['--permission', '/lib/host.cjs'], files: ['/lib/z.so', '/lib/host.cjs'] }),
	).toEqual([
		'--unshare-all',
		'--die-with-parent',
		'--cap-drop',
		'ALL',
		'--clearenv',
		'--hostname',
		'plugward',
		'--ro-bind',
		'/lib/host.cjs',
		'/lib/host.cjs',
		'--ro-bind',
		'/lib/z.so',
		'/lib/z.so',
		'--ro-bind',
		'/opt/node',
		'/opt/node',
		'--remount-ro',
		'/',
		'--chdir',
		'/',
		'--',
		'/opt/node',
		'--permission',
		'/lib/host.cjs',
	]);
});

test('a file that is named twice is bound once, and a file that looks like an option is none', () => {
	const words = bubblewrapArguments({ program: '/n', arguments: ['--bind', '/', '/'], files: ['/a', '/a', '/n'] });
	expect(words.filter((word) => word === '--ro-bind')).toHaveLength(2);
	expect(words.indexOf('--bind')).toBeGreaterThan(words.indexOf('--'));
});

test('the libraries of node are files that are there, and no folder of the machine', () => {
	const libraries = nodeLibraries();
	expect(libraries.some((path) => /libc[.-]/.test(path) || path.includes('musl'))).toBe(true);
	expect(libraries.every((path) => path.startsWith('/') && existsSync(path))).toBe(true);
});

test('bubblewrap is found in absolute folders of PATH, and only where it can start node', async () => {
	await using folder = await folderOf({ 'plain/bwrap': '#!/bin/sh\n' });
	await mkdir(join(folder.path, 'dir/bwrap'), { recursive: true });
	expect(await findOuterWall(undefined)).toEqual({ type: 'none', reason: 'there is no bwrap in PATH' });
	expect(await findOuterWall(`${folder.path}/plain:${folder.path}/dir:.:plain`)).toMatchObject({ type: 'none' });
	await using recording = await fakeBubblewrap('recording');
	expect(await findOuterWall(`${folder.path}/plain:${recording.folder}`)).toEqual({
		type: 'bubblewrap',
		path: join(recording.folder, 'bwrap'),
		version: '0.11.0',
	});
	await using failing = await fakeBubblewrap('failing');
	expect(await findOuterWall(failing.folder)).toMatchObject({
		type: 'none',
		reason: expect.stringContaining('cannot start node here (bwrap: No permissions to create new namespace)'),
	});
	await writeFile(join(folder.path, 'plain/bwrap'), '#!/bin/sh\necho v1.0.0\n');
	await chmod(join(folder.path, 'plain/bwrap'), 0o755);
	expect(await findOuterWall(join(folder.path, 'plain')), 'a program that only says yes').toMatchObject({ type: 'none' });
});

test('a plugin runs inside of bubblewrap where that is in PATH, with the arguments it is meant to have', async () => {
	await using bubblewrap = await fakeBubblewrap('recording');
	const { output } = await run(pluginCode('return 6 * 7;'), { rules: rules(bubblewrap.folder) });
	expect(output).toBe(42);
	const [trial = [], host = []] = await bubblewrap.calls();
	expect(trial.slice(trial.indexOf('--') + 1)).toEqual([process.execPath, '--version']);
	const inner = host.slice(host.indexOf('--') + 1);
	expect(inner[0]).toBe(process.execPath);
	expect(inner).toEqual(expect.arrayContaining(['--permission', '--allow-addons', '--disable-sigusr1']));
	expect(inner.at(-1), 'bubblewrap ends it with the core').toBe('direct');
	const bound = host.flatMap((word, index) => (word === '--ro-bind' ? [host[index + 1]] : []));
	expect(bound).toEqual(expect.arrayContaining([process.execPath, ...inner.slice(-4, -1)]));
	expect(bound.every((path) => path !== '/' && path?.includes('..') === false)).toBe(true);
	expect(host.filter((word) => word.startsWith('--bind') || word === '--share-net' || word.startsWith('--dev'))).toEqual([]);
});

test('a strict run without bubblewrap, or with one that cannot make namespaces, is refused with the reason', async () => {
	const nothing = await failureOf(run(pluginCode('return 1;'), { rules: rules('/nonexistent', { isStrict: true }) }));
	expect(nothing).toMatchObject({
		code: 'sandbox-unavailable',
		exitCode: 125,
		message: expect.stringContaining('there is no bwrap in PATH'),
	});
	await using failing = await fakeBubblewrap('failing');
	const unable = await failureOf(run(pluginCode('return 1;'), { rules: rules(failing.folder, { isStrict: true }) }));
	expect(unable.message).toContain('No permissions to create new namespace');
	expect(unable.hint).toContain('--strict');
	expect((await run(pluginCode('return 1;'), { rules: rules(failing.folder) })).output, 'without strict it runs').toBe(1);
	await using recording = await fakeBubblewrap('recording');
	expect((await run(pluginCode('return 2;'), { rules: rules(recording.folder, { isStrict: true }) })).output).toBe(2);
});

test('a jitless run makes no machine code and still does what the plugin says', async () => {
	const jitless = rules(undefined, { isJitless: true });
	const body = 'return [typeof WebAssembly, /^(a+)+b$/.test("aaab"), JSON.parse("[1]")[0], new Function("return 3")()];';
	expect((await run(pluginCode(body), { rules: jitless })).output).toEqual(['undefined', true, 1, 3]);
	const host = await startHost({ rules: jitless, signal: new AbortController().signal });
	expect(readFileSync(`/proc/${host.pid}/cmdline`, 'utf8').split('\0')).toContain('--jitless');
	host.kill();
	await host.exited;
});

test('each wall is told with its state, and strict makes bubblewrap one that plugins need', async () => {
	await using failing = await fakeBubblewrap('failing');
	const usual = await sandboxSupport(rules(failing.folder));
	expect(Object.fromEntries(usual.walls.map(({ name, state }) => [name, state]))).toMatchObject({
		isolate: 'on',
		'permission-model': 'on',
		'memory-watch': 'on',
		debugger: 'on',
		bubblewrap: 'off',
		jitless: 'off',
		seccomp: 'off',
	});
	expect(usual.canRun).toBe(true);
	expect(usual.walls.find(({ name }) => name === 'isolate')?.text).toMatch(/isolated-vm \d+\.\d+\.\d+/);
	const strict = await sandboxSupport(rules(failing.folder, { isStrict: true }));
	expect(strict).toMatchObject({ canRun: false, text: expect.stringContaining('No permissions to create new namespace') });
	await using recording = await fakeBubblewrap('recording');
	const { walls, canRun } = await sandboxSupport(rules(recording.folder, { isStrict: true, isJitless: true }));
	expect(canRun).toBe(true);
	expect(walls.filter(({ name }) => name === 'bubblewrap' || name === 'jitless').map(({ state }) => state)).toEqual(['on', 'on']);
});

// The real one is not to be had everywhere; namespaces made by other means show that the host needs nothing but the files that are bound.
test.skipIf(!canMakeNamespaces())(
	'inside of real namespaces the host is found, bounded and killed, and sees only what is bound',
	async () => {
		await using walling = await fakeBubblewrap('walling');
		const wanted = rules(walling.folder, { isStrict: true });
		const { output } = await run(pluginCode('return "inside";'), { rules: wanted });
		expect(output).toBe('inside');
		const host = await startHost({ rules: wanted, signal: new AbortController().signal });
		expect(readFileSync(`/proc/${host.pid}/cmdline`, 'utf8')).toContain('sandbox-host.cjs');
		for (const namespace of ['net', 'pid', 'mnt', 'ipc', 'uts']) {
			expect(readlinkSync(`/proc/${host.pid}/ns/${namespace}`)).not.toBe(readlinkSync(`/proc/self/ns/${namespace}`));
		}

		expect(existsSync(`/proc/${host.pid}/root/etc/passwd`)).toBe(false);
		host.kill();
		await host.exited;
		await expect.poll(() => existsSync(`/proc/${host.pid}`)).toBe(false);
		const grown = await failureOf(
			run(pluginCode('const all = []; for (;;) all.push(new Array(1e5).fill(Math.random()));'), { rules: wanted }),
		);
		expect(grown).toMatchObject({ code: 'plugin-limit', details: { limit: 'memory' } });
	},
);
