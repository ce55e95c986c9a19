import { link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { DEFAULT_LIMITS, type PluginManifest } from '../../../source/engine/manifest.ts';
import { parsePermission } from '../../../source/engine/permission.ts';
import { bundleForIsolate } from '../../../source/engine/sandbox/index.ts';
import { nativeOpenings } from '../../../source/engine/sandbox/native-openings.ts';
import { canMakeNamespaces, fakeBubblewrap } from '../../helpers/fake-bubblewrap.ts';
import { failureOf, folderOf, observed, run, type RunOptions } from './plugin-run.ts';

const NATIVE: PluginManifest = {
	apiVersion: 1,
	main: './plugin.js',
	tasks: { go: { description: '', input: {}, output: {} } },
	permissions: [],
	limits: DEFAULT_LIMITS,
	runtime: 'native',
};

/** Bundles a module as a native plugin, and runs it with `body` as its `execute`. */
async function runNative(body: string, { head = '', ...options }: RunOptions & { readonly head?: string } = {}) {
	await using folder = await folderOf({
		'app/package.json': '{"name":"app","type":"module"}',
		'app/plugin.js': `import fs from 'node:fs';\n${head}\nexport default { execute: async ({ input }, context) => { ${body} } };`,
	});
	const instance = { name: 'app', version: '1.0.0', treePath: join(folder.path, 'app'), dependencies: {}, droppedOptional: [] };
	const { code } = await bundleForIsolate(
		{ entry: { instance: 'app@1.0.0', main: './plugin.js' }, instances: new Map([['app@1.0.0', instance]]), target: 'native' },
		{ signal: new AbortController().signal },
	);
	return run(code, { manifest: NATIVE, ...options });
}

/** What each attempt gives, or the code of what it throws. */
const ATTEMPT = 'const attempt = async (work) => { try { return await work(); } catch (error) { return error.code ?? error.message; } };';

async function project() {
	const folder = await folderOf({
		'project/logs/a.txt': 'a',
		'project/logs/deep/b.txt': 'b',
		'project/one.txt': 'one',
		'project/other.txt': 'other',
		'project/.env': 'SECRET=1',
		'outside.txt': 'outside',
	});
	return { ...folder, project: join(folder.path, 'project'), [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

test('a native plugin has node itself, opens exactly what was granted, and nothing else of the machine', async () => {
	await using place = await project();
	const observe = observed();
	const { output } = await runNative(
		`${ATTEMPT}
		return {
			version: process.versions.node,
			folder: nodeProcess.cwd(),
			granted: await attempt(() => fs.readFileSync('one.txt', 'utf8')),
			deep: await attempt(() => fs.readFileSync('logs/deep/b.txt', 'utf8')),
			names: await attempt(() => fs.readdirSync('logs')),
			other: await attempt(() => fs.readFileSync('other.txt', 'utf8')),
			hidden: await attempt(() => fs.readFileSync('.env', 'utf8')),
			outside: await attempt(() => fs.readFileSync('../outside.txt', 'utf8')),
			write: await attempt(() => fs.writeFileSync('one.txt', 'x')),
			made: await attempt(() => { fs.writeFileSync('new.txt', 'made'); return 'made'; }),
			link: await attempt(() => fs.symlinkSync('/etc/passwd', 'logs/link')),
			program: await attempt(() => childProcess.spawnSync('ls')),
			worker: await attempt(() => new workers.Worker('1', { eval: true })),
			addon: await attempt(() => nodeProcess.dlopen({ exports: {} }, '/x.node')),
			own: await attempt(() => fs.readFileSync(nodeProcess.argv[1], 'utf8')),
			environment: Object.keys(nodeProcess.env),
		};`,
		{
			head: "import nodeProcess from 'node:process';\nimport childProcess from 'node:child_process';\nimport workers from 'node:worker_threads';",
			project: place.project,
			allow: ['fs.read:$project/one.txt', 'fs.read:$project/logs/**', 'fs.write:$project/new.txt'],
			observe,
		},
	);
	expect(output).toEqual({
		version: process.versions.node,
		folder: place.project,
		granted: 'one',
		deep: 'b',
		names: ['a.txt', 'deep'],
		other: 'ERR_ACCESS_DENIED',
		hidden: 'ERR_ACCESS_DENIED',
		outside: 'ERR_ACCESS_DENIED',
		write: 'ERR_ACCESS_DENIED',
		made: 'made',
		link: 'ERR_ACCESS_DENIED',
		program: 'ERR_ACCESS_DENIED',
		worker: 'ERR_ACCESS_DENIED',
		addon: 'ERR_DLOPEN_DISABLED',
		own: 'ERR_ACCESS_DENIED',
		environment: [],
	});
	expect(await readFile(join(place.project, 'new.txt'), 'utf8')).toBe('made');
	expect(observe.audit.find(({ event }) => event === 'plugin-started')).toMatchObject({ runtime: 'native' });
});

test('a native plugin has no network of its own, and the rest is asked of the broker as ever', async () => {
	let asked = 0;
	const server = createServer((_, response) => {
		asked += 1;
		response.end('hello');
	}).listen(0, '127.0.0.1');
	await new Promise((resolve) => void server.once('listening', resolve));
	const { port } = server.address() as AddressInfo;
	try {
		const observe = observed();
		const { output, denied } = await runNative(
			`${ATTEMPT}
			return {
				socket: await attempt(() => new Promise((done, fail) => net.connect(${port}, '127.0.0.1').once('connect', () => done('in')).once('error', fail))),
				listen: await attempt(() => new Promise((done, fail) => net.createServer().listen(0, () => done('up')).once('error', fail))),
				name: await attempt(() => dns.lookup('localhost')),
				fetched: await attempt(async () => (await context.fetch('http://127.0.0.1:${port}/')).text()),
				refused: await attempt(async () => (await context.fetch('https://example.com/')).text()),
				variable: await attempt(() => context.env.get('GIVEN')),
				other: await attempt(() => context.env.get('OTHER')),
			};`,
			{
				head: "import net from 'node:net';\nimport dns from 'node:dns/promises';",
				allow: [`net:127.0.0.1:${port}`, 'env:GIVEN'],
				environment: { GIVEN: 'value', OTHER: 'secret' },
				observe,
			},
		);
		expect(output).toEqual({
			socket: 'ERR_ACCESS_DENIED',
			listen: 'ERR_ACCESS_DENIED',
			name: 'ERR_ACCESS_DENIED',
			fetched: 'hello',
			refused: 'ERR_PERMISSION_DENIED',
			variable: 'value',
			other: 'ERR_PERMISSION_DENIED',
		});
		expect(asked).toBe(1);
		expect(denied.map(({ permission }) => permission).toSorted()).toEqual(['env:OTHER', 'net:example.com:443']);
	} finally {
		server.close();
	}
});

test('errors, bytes and addresses of node are what the plugin takes them for', async () => {
	await using place = await project();
	const { output } = await runNative(
		`let error = null;
		try { fs.readFileSync('gone.txt'); } catch (thrown) { error = thrown; }
		const bytes = fs.readFileSync('one.txt');
		return [error instanceof Error, error instanceof TypeError, new TypeError('x') instanceof Error, bytes instanceof Buffer,
			fs.readFileSync(new URL('file://' + process.cwd() + '/one.txt'), 'utf8'), new TextDecoder().decode(bytes)];`,
		{ project: place.project, allow: ['fs.read:$project/one.txt'] },
	);
	expect(output).toEqual([true, false, true, true, 'one', 'one']);
	await expect(runNative('fs.readFileSync("/etc/passwd");')).rejects.toMatchObject({
		code: 'plugin-failed',
		message: expect.stringContaining('Access to this API has been restricted'),
	});
});

test('its limits are those of any other plugin', async () => {
	const limits = { wallMilliseconds: 10_000, cpuMilliseconds: 400, memoryBytes: 64 * 1024 * 1024 };
	expect(await failureOf(runNative('for (;;);', { limits }))).toMatchObject({ code: 'plugin-limit' });
	const grown = runNative('const all = []; for (;;) all.push(Buffer.alloc(1e6, 1));', { limits: { ...limits, cpuMilliseconds: 8000 } });
	expect(await failureOf(grown)).toMatchObject({ code: 'plugin-limit', details: { limit: 'memory' } });
	expect(await failureOf(runNative('throw new Error("mine");'))).toMatchObject({
		code: 'plugin-failed',
		message: expect.stringContaining('mine'),
	});
	const ended = runNative('nodeProcess.exit(0);', { head: "import nodeProcess from 'node:process';" });
	expect(await failureOf(ended)).toMatchObject({ code: 'sandbox-breach' });
});

test('only what node can say exactly is opened to node; patterns, links, hidden names and forbidden paths stay with the broker', async () => {
	await using place = await project();
	const root = place.project;
	await mkdir(join(root, 'linked'));
	await symlink('/etc/passwd', join(root, 'linked/passwd'));
	await mkdir(join(root, 'hidden'));
	await writeFile(join(root, 'hidden/.token'), 'x');
	await mkdir(join(root, 'hard'));
	await link(join(place.path, 'outside.txt'), join(root, 'hard/outside.txt'));
	await symlink(join(root, 'one.txt'), join(root, 'alias.txt'));
	await symlink(join(root, 'logs'), join(root, 'folder-alias'));
	await mkdir(join(root, 'home/inner'), { recursive: true });
	await writeFile(join(root, '.npmrc'), 'x');
	const openings = async (...grants: readonly string[]) =>
		nativeOpenings({ grants: grants.map(parsePermission), roots: { project: root, data: null }, forbiddenPaths: [join(root, 'home')] });
	expect(
		await openings('fs.read:$project/one.txt', 'fs.write:$project/logs/**', 'fs.write:$project/not-yet.txt', 'net:example.com'),
	).toEqual({
		reads: [join(root, 'one.txt')],
		writes: [join(root, 'logs'), join(root, 'not-yet.txt')],
		workingFolder: root,
		byBroker: [],
	});
	for (const grant of [
		'fs.read:$project/**',
		'fs.read:$project/*.txt',
		'fs.read:$project/logs/**/b.txt',
		'fs.read:$project/linked/**',
		'fs.read:$project/hidden/**',
		'fs.read:$project/hard/**',
		'fs.read:$project/hard/outside.txt',
		'fs.read:$project/alias.txt',
		'fs.read:$project/folder-alias/**',
		'fs.read:$project/folder-alias/a.txt',
		'fs.read:$project/home/inner/**',
		'fs.read:$project/.npmrc',
		'fs.read:$project/missing/**',
		'fs.read:/proc/**',
		'fs.read:$data/x',
	]) {
		expect(await openings(grant), grant).toEqual({ reads: [], writes: [], workingFolder: '/', byBroker: [grant] });
	}
});

test.skipIf(!canMakeNamespaces())('inside of bubblewrap it sees what was granted and nothing else', async () => {
	await using place = await project();
	await using walling = await fakeBubblewrap('walling');
	const { output } = await runNative(
		`${ATTEMPT} return [fs.readFileSync('one.txt', 'utf8'), await attempt(() => fs.existsSync('/etc/passwd'))];`,
		{
			project: place.project,
			allow: ['fs.read:$project/one.txt'],
			rules: { isStrict: true, isJitless: false, searchPath: walling.folder },
		},
	);
	expect(output).toEqual(['one', 'ERR_ACCESS_DENIED']);
});
