import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';

let registry: FakeRegistry;

beforeAll(async () => {
	registry = await startFakeRegistry();
});

afterAll(() => registry.close());

const BODY = `
	const seen = [];
	const attempt = async (work) => { try { seen.push(await work()); } catch (error) { seen.push(error.code); } };
	for (const name of ['a', 'b', 'c']) await attempt(() => context.fs.readFile('texts/' + name + '.txt'));
	await attempt(() => context.fs.list('$project'));
	await attempt(() => context.fs.readFile('.env'));
	await attempt(() => context.fs.readFile('/etc/hostname'));
	await attempt(() => context.fs.writeFile('out.txt', 'x'));
	await attempt(() => context.env.get('LANG'));
	await attempt(() => context.env.get('API_TOKEN'));
	await attempt(() => context.fetch('http://127.0.0.1:9/'));
	if (input === 'throw') await context.env.get('API_TOKEN');
	return seen;`;

async function folderPlugin(scene: TemporaryEngine, permissions: readonly object[] = []): Promise<string> {
	const folder = join(scene.project, 'mine');
	await mkdir(folder);
	await mkdir(join(scene.project, 'texts'));
	for (const name of ['a', 'b', 'c']) {
		await writeFile(join(scene.project, 'texts', `${name}.txt`), name);
	}

	await writeFile(join(scene.project, '.env'), 'SECRET');
	const plugward = { apiVersion: 1, main: './p.js', tasks: { go: {} }, permissions };
	await writeFile(
		join(folder, 'package.json'),
		`${JSON.stringify({ name: 'mine', version: '1.0.0', type: 'module', plugward }, null, 2)}\n`,
	);
	await writeFile(join(folder, 'p.js'), `export default { async execute({ input }, context) { ${BODY} } };\n`);
	return folder;
}

test('a watched folder is let through what only looks, and everything it wanted is told', async () => {
	await using scene = await openTemporaryEngine(registry.url);
	await folderPlugin(scene, [
		{ type: 'env', name: 'LANG', reason: 'To speak' },
		{ type: 'env', name: 'NEVER', reason: 'For nothing' },
	]);
	const result = await scene.engine.runTask({ target: './mine', task: 'go', input: null, allow: [], observe: 'report' }, scene.call);
	const denied = 'ERR_PERMISSION_DENIED';
	expect(result.output).toEqual([
		'a',
		'b',
		'c',
		[
			{ name: 'mine', type: 'folder' },
			{ name: 'texts', type: 'folder' },
		],
		denied,
		denied,
		denied,
		null,
		denied,
		denied,
	]);
	const answers = Object.fromEntries(result.observed?.accesses.map(({ permission, answer }) => [permission, answer]) ?? []);
	expect(answers).toEqual({
		'fs.read:$project/texts/a.txt': 'let-through',
		'fs.read:$project/texts/b.txt': 'let-through',
		'fs.read:$project/texts/c.txt': 'let-through',
		'fs.read:$project/*': 'let-through',
		'fs.read:$project/.env': 'denied',
		'fs.read:/etc/hostname': 'denied',
		'fs.write:$project/out.txt': 'denied',
		'env:LANG': 'let-through',
		'env:API_TOKEN': 'denied',
		'net:127.0.0.1:9': 'denied',
	});
	expect(result.observed?.proposal).toMatchObject(
		[
			{ type: 'env', name: 'LANG', reason: 'To speak' },
			{ type: 'env', name: 'API_TOKEN', reason: '' },
			{ path: '$project/*', access: 'read' },
			{ path: '$project/.env', access: 'read' },
			{ path: '$project/texts/*.txt', access: 'read' },
			{ path: '/etc/hostname', access: 'read' },
			{ path: '$project/out.txt', access: 'write' },
			{ host: '127.0.0.1', port: 9 },
		].toSorted((a, b) => (a.name === 'LANG' ? -1 : b.name === 'LANG' ? 1 : 0)),
	);
	expect(result.observed).toMatchObject({ unneeded: ['env:NEVER'], writtenTo: null });
	expect(scene.events).toContainEqual(expect.objectContaining({ type: 'notice', code: 'observing' }));
});

test('what was seen until a failure counts, and write adds it to the package.json', async () => {
	await using scene = await openTemporaryEngine(registry.url);
	const folder = await folderPlugin(scene, [{ type: 'env', name: 'NEVER', reason: 'For nothing' }]);
	const result = await scene.engine.runTask({ target: './mine', task: 'go', input: 'throw', allow: [], observe: 'write' }, scene.call);
	expect(result.failure).toMatchObject({ code: 'plugin-denied', exitCode: 126 });
	expect(result.observed?.writtenTo).toBe(join(folder, 'package.json'));
	const text = await readFile(join(folder, 'package.json'), 'utf8');
	expect(text).toMatch(/^\{\n {2}"name": "mine"/);
	const { plugward } = JSON.parse(text) as { readonly plugward: { readonly permissions: readonly object[] } };
	expect(plugward.permissions).toContainEqual({ type: 'env', name: 'NEVER', reason: 'For nothing' });
	expect(plugward.permissions).toContainEqual({
		type: 'fs',
		path: '$project/texts/*.txt',
		access: 'read',
		reason: 'Why the user should allow this',
	});
	// Once more: nothing is left to add, and with what is granted now nothing of it is denied.
	const allow = result.observed?.proposal ?? [];
	const again = await scene.engine.runTask({ target: './mine', task: 'go', input: null, allow, observe: 'write' }, scene.call);
	expect(again.observed?.writtenTo).toBeNull();
	expect(again.observed?.accesses.filter(({ answer }) => answer !== 'granted')).toEqual([]);
});

test('the ceiling of the policy holds for a watched run', async () => {
	await using scene = await openTemporaryEngine(registry.url);
	await folderPlugin(scene);
	const policy = { version: 1, permissionCeilings: { unknown: { fs: 'deny' } } };
	await writeFile(join(scene.home, 'trust-policy.json'), JSON.stringify(policy), { mode: 0o600 });
	const engine = await scene.reopen();
	const { output } = await engine.runTask({ target: './mine', task: 'go', input: null, allow: [], observe: 'report' }, scene.call);
	const denied = 'ERR_PERMISSION_DENIED';
	expect(output).toEqual([denied, denied, denied, denied, denied, denied, denied, null, denied, denied]);
});

test('an installed plugin that is watched gets nothing it was not granted, and has no file to write to', async () => {
	registry.serve(
		'reader',
		'1.0.0',
		{
			type: 'module',
			plugward: { apiVersion: 1, main: './p.js', tasks: { go: {} }, permissions: [{ type: 'env', name: 'LANG', reason: 'x' }] },
		},
		{ 'p.js': 'export default { execute: (call, context) => context.env.get("LANG") };\n' },
	);
	await using scene = await openTemporaryEngine(registry.url);
	await scene.install(['reader@1.0.0']);
	const request = { target: 'reader', task: 'go', input: null, allow: [] };
	const { failure, observed } = await scene.engine.runTask({ ...request, observe: 'report' }, scene.call);
	expect(failure?.code).toBe('plugin-denied');
	expect(observed?.accesses).toEqual([{ permission: 'env:LANG', answer: 'denied', count: 1 }]);
	await expect(scene.engine.runTask({ ...request, observe: 'write' }, scene.call)).rejects.toMatchObject({ code: 'usage' });
});
