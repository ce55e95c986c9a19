import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { EngineError } from '../../../source/engine/index.ts';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

afterEach(() => {
	vi.useRealTimers();
});

async function failure(work: Promise<unknown>): Promise<EngineError> {
	const error = await work.then(
		() => {
			throw new Error('expected a failure');
		},
		(thrown: unknown) => thrown,
	);
	if (!(error instanceof EngineError)) {
		throw new Error('expected an EngineError', { cause: error });
	}

	return error;
}

test('installs a tree, updates it within its range, and goes back', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', { dependencies: { part: '^1.0.0' } });
	registry.serve('part', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;

	await install(['app@^1.0.0']);
	registry.serve('part', '1.1.0');
	registry.serve('app', '1.2.0', { dependencies: { part: '^1.1.0' } });
	const update = await engine.planUpdate([], { ...call, toLatest: false });
	expect(update.changes.map((change) => ('to' in change ? `${change.type} ${change.name} ${change.to}` : ''))).toEqual([
		'update app 1.2.0',
		'update part 1.1.0',
	]);
	await engine.applyPlan(update, { ...call, decisions: [] });
	await engine.applyPlan(await engine.planRollback(null, call), { ...call, decisions: [] });
	expect((await engine.list(call)).plugins.map(({ name, version }) => `${name}@${version}`)).toEqual(['app@1.0.0']);
	const generations = await engine.history(call);
	expect(generations.map(({ number, isCurrent, command }) => ({ number, isCurrent, command }))).toEqual([
		{ number: 2, isCurrent: false, command: 'update' },
		{ number: 1, isCurrent: true, command: 'install app@^1.0.0' },
	]);
});

test('a second install keeps the first plugin, and rollback brings the first generation back without the registry', async () => {
	const registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	registry.serve('two', '1.0.0', { dependencies: { shared: '*' } });
	registry.serve('shared', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one']);
	await install(['two']);
	expect((await engine.list(call)).plugins.map(({ name }) => name)).toEqual(['one', 'two']);

	await registry[Symbol.asyncDispose]();
	const plan = await engine.planRollback(null, call);
	expect(plan.changes.map(({ type, name }) => `${type} ${name}`)).toEqual(['remove two', 'remove shared']);
	const applied = await engine.applyPlan(plan, { ...call, decisions: [] });
	expect(applied).toMatchObject({ fromGeneration: 2, toGeneration: 1 });
	expect((await engine.list(call)).plugins.map(({ name }) => name)).toEqual(['one']);
});

test('removing a plugin removes what only it needed', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0', { dependencies: { shared: '*', own: '*' } });
	registry.serve('two', '1.0.0', { dependencies: { shared: '*' } });
	registry.serve('shared', '1.0.0');
	registry.serve('own', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one', 'two']);
	const plan = await engine.planRemove(['one'], call);
	await engine.applyPlan(plan, { ...call, decisions: [] });
	expect(plan.changes.map(({ name }) => name)).toEqual(['one', 'own']);
	expect((await engine.list(call)).packageCount).toBe(2);
});

test('installing what is already there changes nothing and writes no generation', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one']);
	const again = await engine.planInstall(['one'], call);
	expect(await engine.applyPlan(again, { ...call, decisions: [] })).toMatchObject({ unchanged: true, toGeneration: 1 });
	expect(await engine.history(call)).toHaveLength(1);
});

test('an hour later only what was named is asked about, and what stays only when there is no solution without news of it', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', { dependencies: { part: '^1.0.0' } });
	registry.serve('part', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	await temporary.install(['app']);
	const planLater = async (spec: string, hours: number) => {
		vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
		await using engine = await temporary.reopen();
		registry.requests.splice(0);
		const plan = await engine.planInstall([spec], temporary.call);
		return { changes: plan.changes, asked: registry.requests.filter(({ path }) => !path.endsWith('.tgz')).map(({ path }) => path) };
	};

	expect(await planLater('app', 1)).toEqual({ changes: [], asked: ['/app'] });

	registry.serve('part', '1.1.0');
	registry.serve('other', '1.0.0', { dependencies: { part: '1.1.0' } });
	const { changes, asked } = await planLater('other', 1);
	expect(asked).toContain('/part');
	expect(changes.map(({ name }) => name).toSorted()).toEqual(['other', 'part']);
});

test('a plan whose base generation is no longer current is stale', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	registry.serve('two', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	const early = await engine.planInstall(['one'], call);
	await install(['two']);
	expect(await failure(engine.applyPlan(early, { ...call, decisions: [] }))).toMatchObject({ code: 'plan-stale' });
});

test('a plan that hides one of its changes or requirements is stale', async () => {
	await using registry = await startFakeRegistry();
	registry.serve(
		'one',
		'1.0.0',
		{ plugward: { apiVersion: 1, main: './p.js', tasks: {}, permissions: [{ type: 'env', name: 'TOKEN', reason: 'to sign in' }] } },
		{ 'p.js': 'export default {}' },
	);
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call } = temporary;
	const plan = await engine.planInstall(['one'], call);
	expect(plan.requirements).toHaveLength(1);
	for (const forged of [
		{ ...plan, requirements: [] },
		{ ...plan, changes: [] },
	]) {
		expect(await failure(engine.applyPlan(forged, { ...call, decisions: [] }))).toMatchObject({ code: 'plan-stale' });
	}

	expect(await engine.history(call)).toEqual([]);
});

test('a version published an hour ago is asked about when named exactly, and avoided otherwise', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	registry.serve('one', '1.1.0');
	registry.setTime('one', '1.1.0', new Date(Date.now() - 3_600_000).toISOString());
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call } = temporary;
	expect((await engine.planInstall(['one'], call)).changes).toMatchObject([{ name: 'one', to: '1.0.0' }]);

	const exact = await engine.planInstall(['one@1.1.0'], call);
	const [requirement] = exact.requirements;
	expect(requirement).toMatchObject({ type: 'young-version', package: 'one', ageHours: 1, minimumHours: 72 });
	const refused = await failure(engine.applyPlan(exact, { ...call, decisions: [] }));
	expect(refused).toMatchObject({ code: 'consent-required', exitCode: 9 });
	const decisions = [{ requirementId: requirement?.id ?? '', answer: 'accept' as const }];
	expect(await engine.applyPlan(exact, { ...call, decisions })).toMatchObject({ toGeneration: 1 });
});

test.each([
	['a tarball with other bytes than announced', 'wrong-bytes', 5],
	['a tarball that ends too early', 'truncate', 7],
] as const)('%s is refused with exit code %s and leaves the home as it was', async (_, kind, exitCode) => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0', {}, { 'big.txt': 'x'.repeat(100_000) });
	registry.fault({ path: '/one/-/one-1.0.0.tgz', kind });
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, home } = temporary;
	expect(await failure(engine.planInstall(['one'], call))).toMatchObject({ exitCode });
	expect(await engine.history(call)).toEqual([]);
	expect(await readdir(join(home, 'store', 'packages')).catch(() => [])).toEqual([]);
});

test('a packument that is not JSON, a dead registry, an unknown name and an impossible range each have their exit code', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	registry.serve('broken', '1.0.0');
	registry.fault({ path: '/broken', kind: 'not-json' });
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call } = temporary;
	expect(await failure(engine.planInstall(['broken'], call))).toMatchObject({ exitCode: 7 });
	expect(await failure(engine.planInstall(['nowhere'], call))).toMatchObject({ exitCode: 3, code: 'package-not-found' });
	expect(await failure(engine.planInstall(['one@^7'], call))).toMatchObject({ exitCode: 6, code: 'no-matching-version' });
	expect(await failure(engine.planInstall(['git+ssh://host/x.git'], call))).toMatchObject({
		exitCode: 2,
		code: 'spec-unsupported',
		message: expect.stringContaining('is a git repository; plugward installs from registries only') as string,
	});
	expect(await failure(engine.planInstall(['https://host/x.tgz'], call))).toMatchObject({
		code: 'spec-unsupported',
		message: expect.stringContaining('is an address') as string,
	});
	expect(await failure(engine.planInstall(['one@1', 'one@2'], call))).toMatchObject({
		exitCode: 2,
		message: 'one is asked for as 1 and as 2: only one of them can be meant.',
	});
	expect((await engine.planInstall(['one@1', 'one@1'], call)).changes).toHaveLength(1);
	const lonely = await temporary.reopen({ registry: 'http://127.0.0.1:9/' });
	expect(await failure(lonely.planInstall(['other'], call))).toMatchObject({ exitCode: 7, code: 'registry-unreachable' });
});

test('that a package is deprecated is told once', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('old', '1.0.0', { deprecated: 'use new' });
	await using temporary = await openTemporaryEngine(registry.url);
	const { notices } = await temporary.engine.planInstall(['old'], temporary.call);
	expect(notices.filter(({ text }) => text.includes('deprecated'))).toEqual([
		{ severity: 'warning', text: 'old 1.0.0 is deprecated: use new' },
	]);
});

test('cancelling during a transfer rejects with cancelled and changes nothing', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	registry.fault({ path: '/one/-/one-1.0.0.tgz', kind: 'hang' });
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call } = temporary;
	const controller = new AbortController();
	const onEvent: typeof call.onEvent = (event) => {
		if (event.type === 'step-started' && event.step === 'fetch') {
			setTimeout(() => controller.abort(), 20);
		}
	};
	expect(await failure(engine.planInstall(['one'], { signal: controller.signal, onEvent }))).toMatchObject({
		code: 'cancelled',
		exitCode: 130,
	});
	expect(await engine.history(call)).toEqual([]);
});

test('offline, everything that is missing is named at once and nothing is asked', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0', { dependencies: { part: '1', other: '1' } });
	registry.serve('part', '1.0.0');
	registry.serve('other', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call } = temporary;
	await engine.resolve(['one'], call);
	const before = registry.requests.length;
	const offline = await temporary.reopen({ offline: true });
	expect(await failure(offline.planInstall(['one'], call))).toMatchObject({
		code: 'offline-missing',
		message: 'Offline, and these are not in the content store: one@1.0.0, other@1.0.0, part@1.0.0.',
		details: { packages: ['one@1.0.0', 'other@1.0.0', 'part@1.0.0'] },
	});
	expect(registry.requests.length).toBe(before);
});

test('before anything is fetched it is told how much, as far as the registry tells it', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', { dependencies: { part: '*', old: '*' }, dist: { unpackedSize: 1000 } });
	registry.serve('part', '1.0.0', { dist: { unpackedSize: 234 } });
	registry.serve('old', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	await temporary.install(['app']);
	const fetching = temporary.events.filter(({ type }) => type.startsWith('fetch-'));
	expect(fetching[0]).toEqual({ type: 'fetch-planned', packages: 3, unpackedBytes: 1234, unknownSizes: 1 });
	const ends = fetching.flatMap((event) => (event.type === 'fetch-progress' && event.finished ? [[event.id, event.unpackedBytes]] : []));
	expect(Object.fromEntries(ends)).toEqual({ 'app@1.0.0': 1000, 'part@1.0.0': 234, 'old@1.0.0': null });
});

test('what the store holds installs again offline', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0', { dependencies: { part: '1' } });
	registry.serve('part', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one']);
	await engine.applyPlan(await engine.planRemove(['one'], call), { ...call, decisions: [] });
	const before = registry.requests.length;
	const offline = await temporary.reopen({ offline: true });
	const plan = await offline.planInstall(['one'], call);
	await offline.applyPlan(plan, { ...call, decisions: [] });
	expect(registry.requests.length).toBe(before);
	expect((await offline.list(call)).packageCount).toBe(2);
	expect(await failure(offline.planInstall(['never-seen'], call))).toMatchObject({ code: 'offline-missing', exitCode: 7 });
});
