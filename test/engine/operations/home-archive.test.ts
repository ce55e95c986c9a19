import { createHash } from 'node:crypto';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Engine } from '../../../source/engine/index.ts';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';
import { integrityOf, member, tar, tarballOf } from '../home/archive-builder.ts';

const PERMISSION = { type: 'env', name: 'TOKEN', reason: 'to sign in' };
const MANIFEST = { plugward: { apiVersion: 1, main: './p.js', tasks: {}, permissions: [PERMISSION] } };

type Scene = AsyncDisposable & {
	readonly registry: FakeRegistry;
	readonly here: TemporaryEngine;
	readonly file: string;
	/** An engine on another home, where no registry answers. */
	readonly there: () => Promise<Engine>;
};

/** Generation 1 holds `tool` with its permission granted and `leaf` below it, generation 2 also `other`, held. */
async function scene(): Promise<Scene> {
	const registry = await startFakeRegistry();
	registry.serve('leaf', '1.0.0');
	registry.serve('tool', '1.0.0', { ...MANIFEST, dependencies: { leaf: '^1.0.0' } }, { 'p.js': 'export default {}' });
	registry.serve('other', '2.0.0');
	const here = await openTemporaryEngine(registry.url);
	const plan = await here.engine.planInstall(['tool'], here.call);
	const decisions = plan.requirements.map(({ id }) => ({ requirementId: id, answer: 'accept' as const }));
	await here.engine.applyPlan(plan, { ...here.call, decisions });
	await here.install(['other']);
	await here.engine.applyPlan(await here.engine.planMark('hold', ['other'], here.call), { ...here.call, decisions: [] });
	return {
		registry,
		here,
		file: join(here.folder, 'home.tar'),
		there: () => here.reopen({ home: join(here.folder, 'there'), registry: 'http://127.0.0.1:9/', offline: false }),
		async [Symbol.asyncDispose]() {
			await here[Symbol.asyncDispose]();
			await registry[Symbol.asyncDispose]();
		},
	};
}

const request = (file: string, changes: object = {}) => ({ file, generation: null, all: false, ...changes });

test('what one home exports, another installs without a registry, and nothing is granted there', async () => {
	await using stage = await scene();
	const { here, file } = stage;
	const exported = await here.engine.exportHome(request(file), here.call);
	expect(exported).toMatchObject({ file, generation: 3, generations: [3], packageCount: 3, withoutProof: 3 });
	expect(exported.integrity).toBe(integrityOf(await readFile(file)));
	const there = await stage.there();
	const asked = stage.registry.requests.length;
	const plan = await there.planImport({ file, generation: null }, here.call);
	expect(plan).toMatchObject({ kind: 'import', baseGeneration: 0, fetchedCount: 3 });
	expect(plan.requirements).toMatchObject([{ type: 'permission', plugin: 'tool', permissionId: 'env:TOKEN', novelty: 'new' }]);
	expect(plan.notices.map(({ text }) => text).join('\n')).toContain("--allow 'tool=env:TOKEN'");
	expect((await there.list(here.call)).plugins, 'a plan changes nothing').toEqual([]);
	expect(await there.applyPlan(plan, { ...here.call, decisions: [] })).toMatchObject({ toGeneration: 1, denied: [{ plugin: 'tool' }] });
	const installed = await there.list(here.call);
	expect(installed.plugins.map(({ name, isHeld, grants }) => [name, isHeld, grants])).toEqual([
		['other', true, []],
		['tool', false, []],
	]);
	expect((await there.verify([], here.call)).findings).toEqual([]);
	expect(stage.registry.requests).toHaveLength(asked);
	const again = await there.planImport({ file, generation: null }, here.call);
	expect(again).toMatchObject({ changes: [], fetchedCount: 0 });
});

test('an archive of all generations lets each be chosen, and what was allowed by name is granted', async () => {
	await using stage = await scene();
	const { here, file } = stage;
	expect(await here.engine.exportHome(request(file, { all: true, generation: 2 }), here.call)).toMatchObject({
		generation: 2,
		generations: [1, 2, 3],
	});
	const there = await stage.there();
	await expect(there.planImport({ file, generation: 9 }, here.call)).rejects.toMatchObject({ code: 'generation-not-found' });
	const first = await there.planImport({ file, generation: 1 }, here.call);
	const decisions = first.requirements.map(({ id }) => ({ requirementId: id, answer: 'accept' as const }));
	expect(await there.applyPlan(first, { ...here.call, decisions })).toMatchObject({ granted: [{ permission: 'env:TOKEN' }] });
	expect((await there.list(here.call)).plugins.map(({ name }) => name)).toEqual(['tool']);
	const chosen = await there.planImport({ file, generation: null }, here.call);
	expect(chosen.changes).toEqual([{ type: 'add', name: 'other', to: '2.0.0', isRoot: true }]);
	expect(chosen.requirements, 'what was granted here stays').toMatchObject([{ novelty: 'carried-over' }]);
});

test('an export that fails leaves no file, and one that exists is not overwritten', async () => {
	await using stage = await scene();
	const { here, file } = stage;
	await writeFile(file, 'mine');
	await expect(here.engine.exportHome(request(file), here.call)).rejects.toMatchObject({ code: 'usage' });
	expect(await readFile(file, 'utf8')).toBe('mine');
	await expect(here.engine.exportHome(request(join(here.folder, 'nowhere/home.tar')), here.call)).rejects.toMatchObject({
		code: 'usage',
		message: expect.stringContaining('nowhere/home.tar (ENOENT)') as string,
	});
	const store = join(here.home, 'store/packages');
	const [entry = ''] = await readdir(store);
	await writeFile(join(store, entry, 'package.tgz'), 'changed');
	const other = join(here.folder, 'other.tar');
	await expect(here.engine.exportHome(request(other), here.call)).rejects.toMatchObject({ code: 'home-damaged' });
	expect((await readdir(here.folder)).filter((name) => name.startsWith('other'))).toEqual([]);
});

/** The files of an archive by name, and the archive again after a change. */
async function changed(file: string, change: (files: Map<string, Buffer>) => readonly Buffer[] | void): Promise<void> {
	const bytes = await readFile(file);
	const files = new Map<string, Buffer>();
	for (let at = 0; bytes[at] !== 0;) {
		const text = (from: number, to: number) => bytes.toString('utf8', at + from, at + to).replace(/\0.*$/s, '');
		const name = [text(345, 475), text(0, 100)].filter((part) => part !== '').join('/');
		const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 136), 8);
		files.set(name, bytes.subarray(at + 512, at + 512 + size));
		at += 512 + Math.ceil(size / 512) * 512;
	}

	const extra = change(files) ?? [];
	await writeFile(file, tar(...[...files].map(([path, content]) => member({ path, content })), ...extra));
}

const nameOf = (files: ReadonlyMap<string, Buffer>, pattern: RegExp) => [...files.keys()].find((name) => pattern.test(name)) ?? '';
const base64url = (bytes: Uint8Array) => createHash('sha512').update(bytes).digest('base64url');

/** Makes generation and archive agree with a changed lock, as whoever forges an archive would. */
function forgeLock(files: Map<string, Buffer>, change: (lock: string) => string): void {
	const folder = 'plugward-home/generations/000003';
	const lock = Buffer.from(change(String(files.get(`${folder}/lock.json`))));
	const meta = JSON.parse(String(files.get(`${folder}/meta.json`)));
	meta.files['lock.json'] = integrityOf(lock);
	const metaBytes = Buffer.from(JSON.stringify(meta));
	const manifest = JSON.parse(String(files.get('plugward-home/archive.json')));
	manifest.generations[0].digest = integrityOf(metaBytes);
	files.set(`${folder}/lock.json`, lock);
	files.set(`${folder}/meta.json`, metaBytes);
	files.set('plugward-home/archive.json', Buffer.from(JSON.stringify(manifest)));
}

const evil = tarballOf({ 'package.json': JSON.stringify({ name: 'evil', version: '6.6.6' }) });
const link = (path: string) => member({ path, type: 'SymbolicLink', linkpath: '/etc/passwd' });

const HOSTILE: readonly (readonly [what: string, code: string, change: (files: Map<string, Buffer>) => readonly Buffer[] | void])[] = [
	['a path that leaves it', 'archive-refused', () => [member({ path: 'plugward-home/../../escaped', content: 'x' })]],
	['an absolute path', 'archive-refused', () => [member({ path: '/tmp/escaped', content: 'x' })]],
	['a second root', 'archive-refused', () => [member({ path: 'other/archive.json', content: 'x' })]],
	['a name that no export writes', 'archive-refused', () => [member({ path: 'plugward-home/current', content: '{}' })]],
	['a symbolic link', 'archive-refused', () => [link(`plugward-home/proofs/${base64url(evil)}.json`)]],
	['a name twice', 'archive-refused', () => [member({ path: 'plugward-home/archive.json', content: '{}' })]],
	['a changed lock', 'archive-refused', (files) => void files.set(nameOf(files, /lock\.json$/), Buffer.from('{}'))],
	['no list of generations', 'archive-refused', (files) => void files.delete('plugward-home/archive.json')],
	['a generation that it lacks', 'archive-refused', (files) => void files.delete(nameOf(files, /meta\.json$/))],
	['a package with other bytes', 'integrity-mismatch', (files) => void files.set(nameOf(files, /packages\//), evil)],
	['a package that is missing', 'offline-missing', (files) => void files.delete(nameOf(files, /packages\//))],
	['an empty package', 'tarball-truncated', (files) => void files.set(nameOf(files, /packages\//), Buffer.alloc(0))],
	[
		'a lock that calls other bytes by a known name',
		'evidence-invalid',
		(files) => {
			const name = nameOf(files, /packages\//);
			const known = integrityOf(files.get(name) ?? evil);
			files.delete(name);
			files.set(`plugward-home/packages/${base64url(evil)}.tgz`, evil);
			forgeLock(files, (lock) => lock.replaceAll(known, integrityOf(evil)));
		},
	],
	['a lock with a name that is a path', 'archive-refused', (files) => forgeLock(files, (lock) => lock.replaceAll('"leaf"', '"../leaf"'))],
	[
		'a lock with no version',
		'archive-refused',
		(files) => forgeLock(files, (lock) => lock.replace('"version": "1.0.0"', '"version": "x"')),
	],
	[
		'a statement of provenance that proves nothing',
		'evidence-invalid',
		(files) => {
			const digest = /packages\/(.*)\.tgz/.exec(nameOf(files, /packages\//))?.[1] ?? '';
			const attestations = { attestations: [{ predicateType: 'https://slsa.dev/provenance/v1', bundle: { mediaType: 'forged' } }] };
			const proof = { signatures: [], publishedAt: null, attestations };
			files.set(`plugward-home/proofs/${digest}.json`, Buffer.from(JSON.stringify(proof)));
		},
	],
];

test.each(HOSTILE)('an archive with %s is refused, and nothing of it stays', async (_what, code, change) => {
	await using stage = await scene();
	const { here, file } = stage;
	await here.engine.exportHome(request(file), here.call);
	await changed(file, change);
	const there = await stage.there();
	await expect(there.planImport({ file, generation: null }, here.call)).rejects.toMatchObject({ code });
	await there[Symbol.asyncDispose]();
	const home = join(here.folder, 'there');
	expect(await readdir(join(home, 'store/packages'))).toEqual([]);
	expect(await readdir(join(home, 'store/staging'))).toEqual([]);
	expect(await readdir(join(home, 'generations'))).toEqual([]);
	expect((await readdir(here.folder)).toSorted()).toEqual([
		expect.stringMatching(/^home$/),
		'home.tar',
		'npmrc',
		expect.stringMatching(/^project-/),
		'there',
	]);
});

test.each(['', 'not a tar', Buffer.alloc(1024)])('a file that is no archive is refused', async (content) => {
	await using stage = await scene();
	await writeFile(stage.file, content);
	const there = await stage.there();
	await expect(there.planImport({ file: stage.file, generation: null }, stage.here.call)).rejects.toMatchObject({
		code: 'archive-refused',
	});
	await expect(there.planImport({ file: 'missing.tar', generation: null }, stage.here.call)).rejects.toMatchObject({ code: 'usage' });
});

test('a revoked version does not come back in an archive', async () => {
	await using stage = await scene();
	const { here, file } = stage;
	await here.engine.exportHome(request(file), here.call);
	const there = await stage.there();
	const revocation = { type: 'version', name: 'leaf', version: '1.0.0', revokedAt: '2026-01-01T00:00:00.000Z', reason: 'stolen' };
	await writeFile(join(here.folder, 'there/revocations.json'), JSON.stringify({ format: 1, revocations: [revocation] }));
	await expect(there.planImport({ file, generation: null }, here.call)).rejects.toMatchObject({ code: 'policy-refused' });
});

test('an export removes what one that was killed left beside the same file, and nothing else', async () => {
	await using stage = await scene();
	const { here, file } = stage;
	const [old, young, other] = [`${file}.tmp-0123456789ab`, `${file}.tmp-ba9876543210`, `${file}-other.tmp-0123456789ab`];
	for (const path of [old, young, other]) {
		await writeFile(path, 'half');
	}

	const anHourAgo = new Date(Date.now() - 3_600_000);
	await utimes(old, anHourAgo, anHourAgo);
	await utimes(other, anHourAgo, anHourAgo);
	await here.engine.exportHome(request(file), here.call);
	const left = (await readdir(here.folder)).filter((name) => name.includes('.tmp-'));
	expect(left.toSorted()).toEqual(['home.tar-other.tmp-0123456789ab', 'home.tar.tmp-ba9876543210']);
});
