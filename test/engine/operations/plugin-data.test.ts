import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';

let registry: FakeRegistry;
const BODY = `export default { async execute({ input: [call, ...args] }, context) {
	try { return await (call in context.storage ? context.storage[call](...args) : context.fs[call](...args)) ?? null; }
	catch (error) { return error.code + ' ' + error.message; }
} };\n`;
const DATA = [
	{ type: 'fs', path: '$data/**', access: 'read', reason: 'to keep' },
	{ type: 'fs', path: '$data/**', access: 'write', reason: 'to keep' },
];

function serve(name: string, version: string, limits: object = {}): void {
	const plugward = { apiVersion: 1, main: './p.js', tasks: { go: {} }, permissions: DATA, limits };
	registry.serve(name, version, { type: 'module', plugward }, { 'p.js': BODY });
}

beforeAll(async () => {
	registry = await startFakeRegistry();
	serve('@a/keeper', '1.0.0');
	serve('@a/keeper', '1.1.0', { storageBytes: 4_000_000 });
	serve('other', '1.0.0');
});

afterAll(() => registry.close());

async function install(scene: TemporaryEngine, spec: string): Promise<void> {
	const plan = await scene.engine.planInstall([spec], scene.call);
	const decisions = plan.requirements.map(({ id }) => ({ requirementId: id, answer: 'accept' as const }));
	await scene.engine.applyPlan(plan, { ...scene.call, decisions });
}

function ask(scene: TemporaryEngine, target: string, ...input: readonly unknown[]): Promise<unknown> {
	return scene.engine.runTask({ target, task: 'go', input, allow: [] }, scene.call).then(({ output }) => output);
}

test('what a plugin keeps survives runs and versions, and no other plugin sees it', async () => {
	await using scene = await openTemporaryEngine(registry.url);
	await install(scene, '@a/keeper@1.0.0');
	await install(scene, 'other@1.0.0');
	await ask(scene, '@a/keeper', 'set', 'a/../b', { deep: [1, 'ü'] });
	await ask(scene, '@a/keeper', 'writeFile', '$data/notes/n.txt', 'kept');
	await install(scene, '@a/keeper@1.1.0');
	expect(await ask(scene, '@a/keeper', 'get', 'a/../b')).toEqual({ deep: [1, 'ü'] });
	expect(await ask(scene, '@a/keeper', 'keys')).toEqual(['a/../b']);
	expect(await ask(scene, '@a/keeper', 'readFile', '$data/notes/n.txt')).toBe('kept');
	expect(await ask(scene, '@a/keeper', 'get', 'missing')).toBeNull();
	expect(await ask(scene, 'other', 'keys')).toEqual([]);
	expect(await ask(scene, 'other', 'readFile', '$data/notes/n.txt')).toContain('ENOENT');
	await ask(scene, '@a/keeper', 'delete', 'a/../b');
	expect(await ask(scene, '@a/keeper', 'keys')).toEqual([]);
	expect(await readdir(join(scene.home, 'data'))).toEqual(['%40a%2Fkeeper', 'other']);
});

test('the limit is that of the version that runs', async () => {
	await using scene = await openTemporaryEngine(registry.url);
	await install(scene, '@a/keeper@1.0.0');
	expect(await ask(scene, '@a/keeper', 'set', 'big', 'x'.repeat(2_000_000))).toContain('at most 1048576 are allowed');
	await install(scene, '@a/keeper@1.1.0');
	expect(await ask(scene, '@a/keeper', 'set', 'big', 'x'.repeat(2_000_000))).toBeNull();
});

test('a plugin with its data folder granted reaches nothing else of the home', async () => {
	await using scene = await openTemporaryEngine(registry.url);
	await install(scene, '@a/keeper@1.0.0');
	await install(scene, 'other@1.0.0');
	await ask(scene, 'other', 'writeFile', '$data/secret.txt', 's');
	const home = await scene.reopen();
	const everything = [
		{ type: 'fs', path: '/**', access: 'read', reason: '' },
		{ type: 'fs', path: '/**', access: 'write', reason: '' },
	] as const;
	const attempt = async (...input: readonly unknown[]) =>
		(await home.runTask({ target: '@a/keeper', task: 'go', input, allow: everything }, scene.call)).output;
	for (const path of ['current', 'data/other/files/secret.txt', 'data/%40a%2Fkeeper/storage/x', 'state/audit.jsonl']) {
		expect(await attempt('readFile', join(scene.home, path))).toContain('ERR_PERMISSION_DENIED');
	}

	expect(await attempt('writeFile', join(scene.home, 'data/%40a%2Fkeeper/x'), 'y')).toContain('ERR_PERMISSION_DENIED');
	expect(await attempt('writeFile', '$data/.npmrc', 'y')).toContain('ERR_PERMISSION_DENIED');
	expect(await attempt('writeFile', '$data/mine', 'y')).toBeNull();
});

test('a folder that takes the name of an installed plugin does not get what that one keeps', async () => {
	await using scene = await openTemporaryEngine(registry.url);
	await install(scene, '@a/keeper@1.0.0');
	await ask(scene, '@a/keeper', 'set', 'secret', 1);
	const folder = join(scene.project, 'mine');
	await mkdir(folder);
	const plugward = { apiVersion: 1, main: './p.js', tasks: { go: {} } };
	await writeFile(join(folder, 'package.json'), JSON.stringify({ name: '@a/keeper', version: '1.0.0', type: 'module', plugward }));
	await writeFile(join(folder, 'p.js'), BODY);
	expect(await ask(scene, './mine', 'keys')).toEqual([]);
	await ask(scene, './mine', 'set', 'own', 2);
	expect(await ask(scene, './mine', 'keys')).toEqual(['own']);
	expect(await ask(scene, '@a/keeper', 'keys')).toEqual(['secret']);
});

test('a value that is damaged on disk is named, not taken', async () => {
	await using scene = await openTemporaryEngine(registry.url);
	await install(scene, '@a/keeper@1.0.0');
	await ask(scene, '@a/keeper', 'set', 'a', 1);
	const folder = join(scene.home, 'data/%40a%2Fkeeper/storage');
	const [name = ''] = await readdir(folder);
	expect(JSON.parse(await readFile(join(folder, name), 'utf8'))).toEqual({ key: 'a', value: '1' });
	await writeFile(join(folder, name), 'torn');
	await expect(ask(scene, '@a/keeper', 'get', 'a')).rejects.toMatchObject({ code: 'home-damaged' });
});
