import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';

const PEERS = { peerDependencies: { host: '^1.0.0' } };

function serveFamily(registry: FakeRegistry): void {
	registry.serve('host', '1.0.0');
	registry.serve('host', '1.1.0');
	registry.serve('one', '1.0.0', { dependencies: { part: '^1.0.0' }, ...PEERS });
	registry.serve('two', '1.0.0', { dependencies: { part: '~1.0.0' }, optionalDependencies: { 'two-mac': '1.0.0', gone: '1.0.0' } });
	registry.serve('part', '1.0.0');
	registry.serve('part', '1.0.4');
	registry.serve('two-mac', '1.0.0', { os: ['darwin'], cpu: ['arm64'] });
}

async function lockOf({ engine, call }: TemporaryEngine): Promise<string> {
	return (await engine.writeLock(null, call)).text;
}

async function apply({ engine, call }: TemporaryEngine, text: string, specs: readonly string[] = []) {
	const plan = await engine.planFrozen({ text, file: 'a.json', specs }, call);
	return engine.applyPlan(plan, { ...call, decisions: [] });
}

describe('the bytes of a lock', () => {
	test('do not depend on the order or the number of installs, nor on what was known before', async () => {
		await using registry = await startFakeRegistry();
		serveFamily(registry);
		const ways: readonly (readonly (readonly string[])[])[] = [
			[['one', 'two', 'host']],
			[['host', 'two', 'one']],
			[['host'], ['two'], ['one']],
			[['two'], ['one', 'host']],
		];
		const locks = new Set<string>();
		for (const steps of ways) {
			await using temporary = await openTemporaryEngine(registry.url);
			for (const specs of steps) {
				await temporary.install(specs);
			}

			locks.add(await lockOf(temporary));
			// The same home again, from what is now cached.
			await temporary.install(['one', 'two', 'host']);
			locks.add(await lockOf(temporary));
		}

		expect(locks.size).toBe(1);
		const [text = ''] = locks;
		expect(text).not.toContain('127.0.0.1');
		expect(Object.keys(JSON.parse(text).packages)).toEqual(['host@1.1.0', 'one@1.0.0', 'part@1.0.4', 'two-mac@1.0.0', 'two@1.0.0']);
	});

	test('are written to a file once, and never over something else', async () => {
		await using registry = await startFakeRegistry();
		serveFamily(registry);
		await using temporary = await openTemporaryEngine(registry.url);
		const { engine, call, project } = temporary;
		await expect(engine.writeLock('lock.json', call)).rejects.toMatchObject({ code: 'not-installed' });
		await temporary.install(['one', 'host']);
		expect(await engine.writeLock('lock.json', call)).toMatchObject({
			file: join(project, 'lock.json'),
			packageCount: 3,
			unchanged: false,
		});
		expect(await readFile(join(project, 'lock.json'), 'utf8')).toBe(await lockOf(temporary));
		expect(await engine.writeLock('lock.json', call)).toMatchObject({ unchanged: true });
		await writeFile(join(project, 'package.json'), '{"name":"mine"}');
		await expect(engine.writeLock('package.json', call)).rejects.toMatchObject({ code: 'usage' });
		expect(await readFile(join(project, 'package.json'), 'utf8')).toBe('{"name":"mine"}');
	});

	test('keep every entry that an update of one plugin does not have to move', async () => {
		await using registry = await startFakeRegistry();
		serveFamily(registry);
		await using temporary = await openTemporaryEngine(registry.url);
		const { engine, call } = temporary;
		await temporary.install(['one', 'two', 'host']);
		const before = JSON.parse(await lockOf(temporary));
		for (const name of ['one', 'two', 'host', 'part']) {
			registry.serve(name, name === 'host' ? '1.2.0' : '1.0.9', name === 'one' ? { dependencies: { part: '^1.0.9' }, ...PEERS } : {});
		}

		await engine.applyPlan(await engine.planUpdate(['one'], { ...call, toLatest: false }), { ...call, decisions: [] });
		const after = JSON.parse(await lockOf(temporary));
		expect(after.packages['one@1.0.9'].dependencies).toEqual({ host: 'host@1.1.0', part: 'part@1.0.9' });
		// part moves because the new one needs it; whatever else there was is the same to the byte.
		for (const id of ['host@1.1.0', 'two-mac@1.0.0']) {
			expect(JSON.stringify(after.packages[id])).toBe(JSON.stringify(before.packages[id]));
		}

		expect(after.roots['two']).toEqual(before.roots['two']);
		expect(after.packages['two@1.0.0']).toMatchObject({ version: '1.0.0', integrity: before.packages['two@1.0.0'].integrity });
	});
});

describe('a frozen install', () => {
	test('gives another home the very same lock, and resolves nothing', async () => {
		await using registry = await startFakeRegistry();
		serveFamily(registry);
		await using first = await openTemporaryEngine(registry.url);
		await first.install(['one', 'two', 'host']);
		const text = await lockOf(first);
		registry.serve('part', '1.0.9');
		registry.serve('host', '1.9.0');
		await using second = await openTemporaryEngine(registry.url);
		await second.install(['part@1.0.0']);
		expect(await apply(second, text, ['one', 'host@^1.1.0'])).toMatchObject({ toGeneration: 2 });
		expect(await lockOf(second)).toBe(text);
		expect((await second.engine.list(second.call)).plugins.map(({ name }) => name)).toEqual(['host', 'one', 'two']);
		expect(second.events.filter((event) => event.type === 'step-started' && event.step === 'resolve')).toHaveLength(1);
		expect(registry.requestsTo('/two-mac/-/two-mac-1.0.0.tgz')).toEqual([]);
		expect(await apply(second, text)).toMatchObject({ unchanged: true });
	});

	test('works offline once everything is there', async () => {
		await using registry = await startFakeRegistry();
		serveFamily(registry);
		await using temporary = await openTemporaryEngine(registry.url);
		await temporary.install(['one', 'host']);
		const text = await lockOf(temporary);
		await temporary.install(['two']);
		const engine = await temporary.reopen({ offline: true });
		const plan = await engine.planFrozen({ text, file: 'a.json', specs: [] }, temporary.call);
		expect(plan.changes.map(({ type, name }) => `${type} ${name}`)).toEqual(['remove two', 'remove two-mac']);
	});

	test('refuses what was asked for and is not in the lock', async () => {
		await using registry = await startFakeRegistry();
		serveFamily(registry);
		await using temporary = await openTemporaryEngine(registry.url);
		await temporary.install(['host@^1.0.0']);
		const text = await lockOf(temporary);
		await expect(apply(temporary, text, ['one'])).rejects.toMatchObject({
			code: 'lock-mismatch',
			exitCode: 6,
			message: 'a.json does not hold one, which was asked for.',
			hint: 'It holds: host.',
		});
		await expect(apply(temporary, text, ['host@2'])).rejects.toMatchObject({
			code: 'lock-mismatch',
			message: expect.stringContaining('holds host 1.1.0 (asked for as ^1.0.0)'),
		});
	});

	test('believes the sha512 of the lock and no other', async () => {
		await using registry = await startFakeRegistry();
		serveFamily(registry);
		await using first = await openTemporaryEngine(registry.url);
		await first.install(['host']);
		const text = await lockOf(first);
		registry.serve('host', '1.1.0', { description: 'published again with other bytes' });
		await using second = await openTemporaryEngine(registry.url);
		await expect(apply(second, text)).rejects.toMatchObject({ code: 'integrity-mismatch' });
		registry.setDistribution('host', '1.1.0', { integrity: JSON.parse(text).packages['host@1.1.0'].integrity });
		await using third = await openTemporaryEngine(registry.url);
		await expect(apply(third, text)).rejects.toMatchObject({ code: 'integrity-mismatch' });
		expect((await third.engine.list(third.call)).generation).toBe(0);
	});
});

type Json = {
	roots: Record<string, { spec: string; instance: string }>;
	packages: Record<
		string,
		{ name: string; version: string; integrity: string; dependencies: Record<string, string>; tarballPath: string | null }
	>;
};

function edited(lock: Json, id: string, change: Partial<Json['packages'][string]>): void {
	Object.assign(lock.packages[id] ?? {}, change);
}

describe('a lock of another machine', () => {
	test('cannot give one package the bytes of another', async () => {
		await using registry = await startFakeRegistry();
		serveFamily(registry);
		registry.serve('evil', '1.0.4');
		await using temporary = await openTemporaryEngine(registry.url);
		await temporary.install(['host', 'evil']);
		const lock: Json = JSON.parse(await lockOf(temporary));
		edited(lock, 'host@1.1.0', { integrity: lock.packages['evil@1.0.4']?.integrity ?? '' });
		await expect(apply(temporary, JSON.stringify(lock))).rejects.toMatchObject({ code: 'integrity-mismatch' });
		// Without a registry that tells better, the content store does.
		const offline = { ...temporary, engine: await temporary.reopen({ offline: true, registry: 'http://127.0.0.1:9/' }) };
		await expect(apply(offline, JSON.stringify(lock))).rejects.toMatchObject({
			code: 'lock-invalid',
			message: expect.stringContaining('gives host@1.1.0 the bytes of evil@1.0.4'),
		});
	});

	async function refusal(change: (lock: Json) => unknown): Promise<string> {
		await using registry = await startFakeRegistry();
		serveFamily(registry);
		registry.serve('evil', '1.0.4');
		await using temporary = await openTemporaryEngine(registry.url);
		await temporary.install(['one', 'host', 'evil']);
		const lock: Json = JSON.parse(await lockOf(temporary));
		const changed = change(lock) ?? lock;
		const text = typeof changed === 'string' ? changed : JSON.stringify(changed);
		const error: unknown = await apply(temporary, text).catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({ code: 'lock-invalid', exitCode: 2 });
		return error instanceof Error ? error.message : '';
	}

	const cases: readonly (readonly [string, (lock: Json) => unknown, RegExp])[] = [
		['is not JSON', () => '{', /not JSON/],
		['is a list', () => '[]', /not JSON|expected format 1/],
		['has another format', (lock) => ({ ...lock, format: 2 }), /expected format 1/],
		['has keys of its own', (lock) => ({ ...lock, registry: 'https://evil.example' }), /"registry" is no part/],
		[
			'lets a package be answered by another',
			(lock) => {
				edited(lock, 'one@1.0.0', { dependencies: { host: 'host@1.1.0', part: 'evil@1.0.4' } });
				delete lock.packages['part@1.0.4'];
			},
			/asks for part and would get evil/,
		],
		[
			'leaves an edge out',
			(lock) => {
				edited(lock, 'one@1.0.0', { dependencies: { host: 'host@1.1.0' } });
				delete lock.packages['part@1.0.4'];
			},
			/needs part/,
		],
		[
			'adds an edge',
			(lock) => {
				edited(lock, 'host@1.1.0', { dependencies: { evil: 'evil@1.0.4' } });
			},
			/does not ask for/,
		],
		[
			'names a host',
			(lock) => {
				edited(lock, 'part@1.0.4', { tarballPath: '//evil.example/part.tgz' });
			},
			/names a host/,
		],
		[
			'climbs out',
			(lock) => {
				edited(lock, 'part@1.0.4', { tarballPath: '/a/../../b' });
			},
			/names a host or a path/,
		],
		[
			'calls a package by another id',
			(lock) => {
				edited(lock, 'evil@1.0.4', { name: 'part' });
			},
			/is part@1.0.4/,
		],
		[
			'has what nothing needs',
			(lock) => {
				delete lock.roots['evil'];
			},
			/nothing leads to "evil@1.0.4"/,
		],
		[
			'has a root no registry has',
			(lock) => {
				lock.roots['evil'] = { spec: 'git+https://evil.example/x.git', instance: 'evil@1.0.4' };
			},
			/asks for something no registry has/,
		],
		['overrides with nonsense', (lock) => ({ ...lock, overrides: ['../x=1'] }), /is not an override/],
		[
			'has a name that climbs',
			(lock) => {
				Object.assign(lock.packages, { '../../x@1.0.0': { ...lock.packages['evil@1.0.4'], name: '../../x', version: '1.0.0' } });
				lock.roots['evil'] = { spec: '*', instance: '../../x@1.0.0' };
				delete lock.packages['evil@1.0.4'];
			},
			/name or a version/,
		],
	];
	test.each(cases)('is refused when it %s', async (_, change, message) => {
		expect(await refusal(change)).toMatch(message);
	});
});
