import { describe, expect, test } from 'vitest';
import type { ExplainRequest } from '../../../source/engine/index.ts';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';

async function why({ engine, call }: TemporaryEngine, spec: string, mostPaths = 10) {
	return (await engine.why({ spec, mostPaths }, call)).packages;
}

async function reasons({ engine, call }: TemporaryEngine) {
	const { plugins } = await engine.outdated([], call);
	return Object.fromEntries(
		plugins.map(({ name, current, wanted, latest, reasons: why }) => [
			name,
			[`${current} ${wanted} ${latest}`, ...why.map(({ code, text }) => `${code}: ${text}`)],
		]),
	);
}

describe('why', () => {
	function serveFamily(registry: FakeRegistry): void {
		registry.serve('app', '1.0.0', { dependencies: { middle: '^1.0.0', part: '~1.0.0' }, peerDependencies: { host: '^1.0.0' } });
		registry.serve('middle', '1.0.0', { dependencies: { part: '^1.0.0' } });
		registry.serve('part', '1.0.0');
		registry.serve('part', '1.0.5');
		registry.serve('host', '1.0.0');
	}

	test('tells every path, shortest first, what each edge allows and who holds it back', async () => {
		await using registry = await startFakeRegistry();
		serveFamily(registry);
		await using temporary = await openTemporaryEngine(registry.url);
		await temporary.install(['app', 'host@^1.0.0']);
		registry.serve('part', '1.2.0');
		const fresh = { ...temporary, engine: await temporary.reopen() };
		await fresh.engine.outdated([], fresh.call);
		const [part] = await why(fresh, 'part');
		expect(part?.paths.map((path) => path.map(({ name, kind, range }) => `${name} ${kind} ${range}`))).toEqual([
			['app asked ^1.0.0', 'part dependency ~1.0.0'],
			['app asked ^1.0.0', 'middle dependency ^1.0.0', 'part dependency ^1.0.0'],
		]);
		expect(part).toMatchObject({ version: '1.0.5', latest: '1.2.0', pathCount: 2, isCounted: true });
		expect(part?.edges.map(({ from, allowsUpTo, holdsBack }) => [from?.name, allowsUpTo, holdsBack])).toEqual([
			['app', '1.0.5', true],
			['middle', '1.2.0', false],
		]);
		const [host] = await why(fresh, 'host@1');
		expect(host?.edges.map(({ from, kind, range }) => [from?.name, kind, range])).toEqual([
			[undefined, 'asked', '^1.0.0'],
			['app', 'peer', '^1.0.0'],
		]);
		expect((await why(fresh, 'part', 1))[0]).toMatchObject({ paths: [[{}, {}]], pathCount: 2 });
	});

	test('says of what is not installed that it is not', async () => {
		await using registry = await startFakeRegistry();
		serveFamily(registry);
		await using temporary = await openTemporaryEngine(registry.url);
		await expect(why(temporary, 'part')).rejects.toMatchObject({
			code: 'not-installed',
			exitCode: 3,
			message: 'part is not installed: nothing is installed yet.',
			hint: 'See what would come of it: plugward explain part',
		});
		await temporary.install(['app', 'host']);
		await expect(why(temporary, 'part@2')).rejects.toMatchObject({ message: 'part@2 is not installed; 1.0.5 is.' });
	});

	test('works offline, and ends where paths are without number', async () => {
		await using registry = await startFakeRegistry();
		const layers = 16;
		for (let layer = 0; layer < layers; layer += 1) {
			const below = layer === layers - 1 ? { bottom: '*' } : { [`left${layer + 1}`]: '*', [`right${layer + 1}`]: '*' };
			registry.serve(`left${layer}`, '1.0.0', { dependencies: below });
			registry.serve(`right${layer}`, '1.0.0', { dependencies: below });
		}

		registry.serve('bottom', '1.0.0', { dependencies: { left0: '*' } });
		await using temporary = await openTemporaryEngine(registry.url);
		await temporary.install(['left0', 'right0']);
		const offline = { ...temporary, engine: await temporary.reopen({ offline: true }) };
		const [bottom] = await why(offline, 'bottom', 5);
		expect(bottom).toMatchObject({ isCounted: false });
	});
});

describe('outdated', () => {
	test('asks why of the first twenty that are behind, says how many are left, and asks about each that is named', async () => {
		await using registry = await startFakeRegistry();
		const names = Array.from({ length: 22 }, (_, i) => `plugin-${String(i).padStart(2, '0')}`);
		for (const name of names) {
			registry.serve(name, '1.0.0');
			registry.serve(name, '2.0.0');
		}

		await using temporary = await openTemporaryEngine(registry.url);
		await temporary.install(names.map((name) => `${name}@^1.0.0`));
		const { plugins, unaskedCount } = await temporary.engine.outdated([], temporary.call);
		expect(unaskedCount).toBe(2);
		expect(plugins.map((plugin) => plugin.reasons.length)).toEqual([...Array.from({ length: 20 }, () => 1), 0, 0]);
		const named = await temporary.engine.outdated(['plugin-21'], temporary.call);
		expect(named).toMatchObject({ unaskedCount: 0, plugins: [{ reasons: [{ code: 'range' }] }] });
	});

	test('tells of a held plugin what else keeps it', async () => {
		await using registry = await startFakeRegistry();
		registry.serve('held', '1.0.0');
		registry.serve('rival', '1.0.0', { peerDependencies: { held: '^1.0.0' } });
		await using temporary = await openTemporaryEngine(registry.url);
		const { engine, call } = temporary;
		await temporary.install(['held', 'rival']);
		await engine.applyPlan(await engine.planMark('hold', ['held'], call), { ...call, decisions: [] });
		registry.serve('held', '2.0.0');
		const fresh = await temporary.reopen();
		const { plugins } = await fresh.outdated([], call);
		expect(plugins[0]?.reasons.map(({ text }) => text)).toEqual(['held', expect.any(String), 'rival 1.0.0 wants ^1.0.0 beside it']);
	});

	test('tells for each plugin what keeps it, by facts and by a solve', async () => {
		await using registry = await startFakeRegistry();
		for (const name of ['ranged', 'pinned', 'held', 'young', 'old', 'host', 'free']) {
			registry.serve(name, '1.0.0');
		}

		registry.serve('plugin', '1.0.0', { peerDependencies: { host: '<2' } });
		await using temporary = await openTemporaryEngine(registry.url);
		const { engine, call } = temporary;
		await temporary.install(
			['ranged@^1.0.0', 'pinned@1.0.0', 'held', 'young@*', 'old@*', 'host@*', 'free@*', 'plugin'].map((spec) => spec.replace('@*', '@>=1')),
		);
		await engine.applyPlan(await engine.planMark('hold', ['held'], call), { ...call, decisions: [] });
		for (const name of ['ranged', 'pinned', 'held', 'young', 'host', 'free']) {
			registry.serve(name, '2.0.0');
		}

		registry.serve('old', '2.0.0', { deprecated: 'use something else' });
		registry.setTime('young', '2.0.0', new Date(Date.now() - 5 * 3_600_000).toISOString());
		expect(await reasons(temporary)).toEqual({
			free: ['1.0.0 2.0.0 2.0.0'],
			held: ['1.0.0 1.0.0 2.0.0', 'held: held', 'range: you asked for ^1.0.0'],
			host: ['1.0.0 1.0.0 2.0.0', 'peer: plugin 1.0.0 wants <2 beside it'],
			old: ['1.0.0 1.0.0 2.0.0', 'deprecated: deprecated: use something else'],
			pinned: ['1.0.0 1.0.0 2.0.0', 'pinned: pinned to 1.0.0'],
			ranged: ['1.0.0 1.0.0 2.0.0', 'range: you asked for ^1.0.0'],
			young: ['1.0.0 1.0.0 2.0.0', expect.stringMatching(/^minimum-age: 5 hours old, minimum 3 days; from \d{4}-/)],
		});
		const offline = await temporary.reopen({ offline: true });
		const report = await offline.outdated(['free'], call);
		expect(report).toMatchObject({ checkedCount: 1, plugins: [{ name: 'free', wanted: '2.0.0' }], unsolvable: [] });
		expect(Date.parse(report.metadataFrom ?? '')).toBeLessThanOrEqual(Date.now());
	});
});

describe('explain', () => {
	const explain = ({ engine, call }: TemporaryEngine, request: Partial<ExplainRequest>) =>
		engine.explain({ specs: [], without: [], choices: {}, ...request }, call);

	test('tells what would come, fetches nothing and changes nothing', async () => {
		await using registry = await startFakeRegistry();
		registry.serve('app', '1.0.0', { dependencies: { part: '*' } });
		registry.serve('app', '2.0.0');
		registry.serve('part', '1.0.0');
		await using temporary = await openTemporaryEngine(registry.url);
		const report = await explain(temporary, { specs: ['app@1'] });
		expect(report).toMatchObject({
			isSolvable: true,
			roots: [{ name: 'app', version: '1.0.0', latest: '2.0.0', reasons: [{ code: 'range', text: 'you asked for 1' }] }],
			changes: [{ type: 'add', name: 'app', isRoot: true }, { name: 'part' }],
			failure: null,
		});
		expect(registry.requests.filter(({ path }) => path.endsWith('.tgz'))).toEqual([]);
		expect((await temporary.engine.list(temporary.call)).generation).toBe(0);
	});

	test('gives with each suggestion the command, which then does what it says', async () => {
		await using registry = await startFakeRegistry();
		registry.serve('host', '1.0.0');
		registry.serve('host', '2.0.0');
		registry.serve('plugin', '1.0.0', { peerDependencies: { host: '^1.0.0' } });
		registry.serve('plugin', '2.0.0', { peerDependencies: { host: '^2.0.0' } });
		await using temporary = await openTemporaryEngine(registry.url);
		await temporary.install(['plugin@^1.0.0', 'host@^1.0.0']);
		const { failure, isSolvable } = await explain(temporary, { specs: ['host@2'] });
		expect(isSolvable).toBe(false);
		expect(failure?.conflicts[0]?.facts.map(({ type }) => type)).toContain('peer');
		expect(failure?.suggestions.map(({ command }) => command).toSorted()).toEqual([
			"plugward install 'host@^1.0.0'",
			"plugward install host@2 'plugin@^2.0.0'",
			"plugward install host@2 --override 'host=2'",
			'plugward remove plugin && plugward install host@2',
		]);
		const tried = await Promise.all([
			explain(temporary, { specs: ['host@2', 'plugin@^2.0.0'] }),
			explain(temporary, { specs: ['host@2'], choices: { overrides: ['host=2'] } }),
			explain(temporary, { specs: ['host@2'], without: ['plugin'] }),
		]);
		expect(tried.map((report) => report.isSolvable)).toEqual([true, true, true]);
	});

	test('answers also of what does not exist, and refuses to explain nothing', async () => {
		await using registry = await startFakeRegistry();
		await using temporary = await openTemporaryEngine(registry.url);
		expect((await explain(temporary, { specs: ['nope'] })).failure).toMatchObject({ kind: 'package-not-found' });
		await expect(explain(temporary, {})).rejects.toMatchObject({ code: 'usage' });
		await expect(explain(temporary, { without: ['nope'] })).rejects.toMatchObject({ code: 'not-installed' });
	});
});
