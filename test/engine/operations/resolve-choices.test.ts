import { describe, expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';
import type { Plan, ResolveChoices } from '../../../source/engine/index.ts';
import { overrideText, parseOverride, parseSelector } from '../../../source/engine/operations/versions/override-text.ts';

const HOUR = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();

async function versionsOf({ engine, call }: TemporaryEngine): Promise<readonly string[]> {
	const { text } = await engine.writeLock(null, call);
	return Object.keys(JSON.parse(text).packages);
}

async function apply({ engine, call }: TemporaryEngine, plan: Plan) {
	return engine.applyPlan(plan, {
		...call,
		decisions: plan.requirements.map(({ id }) => ({ requirementId: id, answer: 'accept' as const })),
	});
}

async function install(temporary: TemporaryEngine, specs: readonly string[], choices: ResolveChoices) {
	return apply(temporary, await temporary.engine.planInstall(specs, { ...temporary.call, ...choices }));
}

describe('as of a date', () => {
	test('nothing published later is taken, also among dependencies, and the history tells', async () => {
		await using registry = await startFakeRegistry();
		for (const [version, time] of [
			['1.0.0', '2024-01-01T00:00:00Z'],
			['1.1.0', '2024-06-01T00:00:00Z'],
		] as const) {
			registry.serve('app', version, { dependencies: { part: '^1.0.0' } });
			registry.serve('part', version);
			registry.setTime('app', version, time);
			registry.setTime('part', version, time);
		}

		await using temporary = await openTemporaryEngine(registry.url);
		await install(temporary, ['app'], { asOf: '2024-03-01' });
		expect(await versionsOf(temporary)).toEqual(['app@1.0.0', 'part@1.0.0']);
		expect((await temporary.engine.history(temporary.call))[0]?.command).toBe('install app --as-of 2024-03-01');
		// The minimum age of three days is counted from then, too.
		const tree = await temporary.engine.resolve(['app'], { ...temporary.call, asOf: '2024-06-04T02:00:00+02:00' });
		expect(tree.packages.map(({ id }) => id)).toEqual(['app@1.1.0', 'part@1.1.0']);
	});

	test.each(['2024-02-31', 'yesterday', '2024-1-1', '2024-01-01T00:00', '99999-01-01', ''])('"%s" is no date', async (asOf) => {
		await using registry = await startFakeRegistry();
		await using temporary = await openTemporaryEngine(registry.url);
		await expect(install(temporary, ['app'], { asOf })).rejects.toMatchObject({ code: 'usage' });
	});

	test('the future is refused, and what has no time is told', async () => {
		await using registry = await startFakeRegistry();
		registry.serve('app', '1.0.0');
		registry.setTime('app', '1.0.0', null);
		await using temporary = await openTemporaryEngine(registry.url);
		await expect(install(temporary, ['app'], { asOf: '2999-01-01' })).rejects.toMatchObject({
			code: 'usage',
			message: expect.stringContaining('future'),
		});
		const plan = await temporary.engine.planInstall(['app'], { ...temporary.call, asOf: '2024-01-01' });
		expect(plan.notices.map(({ text }) => text)).toContainEqual(expect.stringContaining('no publish time for app@1.0.0'));
	});
});

describe('overrides', () => {
	test('are remembered by updates, shown, carried by rollback and lock, and end', async () => {
		await using registry = await startFakeRegistry();
		registry.serve('app', '1.0.0', { dependencies: { part: '^2.0.0' } });
		registry.serve('part', '1.0.0');
		registry.serve('part', '2.0.0');
		await using temporary = await openTemporaryEngine(registry.url);
		const { engine, call } = temporary;
		await install(temporary, ['app'], { overrides: ['part=^1.0.0'] });
		expect(await versionsOf(temporary)).toEqual(['app@1.0.0', 'part@1.0.0']);
		registry.serve('app', '1.1.0', { dependencies: { part: '^2.0.0' } });
		await apply(temporary, await engine.planUpdate([], { ...call, toLatest: false }));
		expect(await versionsOf(temporary)).toEqual(['app@1.1.0', 'part@1.0.0']);
		expect((await engine.list(call)).overrides).toEqual(['part=^1.0.0']);
		const { text } = await engine.writeLock(null, call);
		expect(JSON.parse(text).overrides).toEqual(['part=^1.0.0']);

		await apply(temporary, await engine.planOverride({ set: [], drop: ['part'] }, call));
		expect(await versionsOf(temporary)).toEqual(['app@1.1.0', 'part@2.0.0']);
		expect((await engine.diff(2, null, call)).overrides).toEqual({ added: [], removed: ['part=^1.0.0'] });
		await apply(temporary, await engine.planUndo(null, call));
		expect(await versionsOf(temporary)).toEqual(['app@1.1.0', 'part@1.0.0']);
		await apply(temporary, await engine.planRollback(3, call));
		expect((await engine.list(call)).overrides).toEqual([]);

		await using other = await openTemporaryEngine(registry.url);
		await apply(other, await other.engine.planFrozen({ text, file: 'a.json', specs: [] }, other.call));
		expect((await other.engine.list(other.call)).overrides).toEqual(['part=^1.0.0']);
		expect((await other.engine.writeLock(null, other.call)).text).toBe(text);
	});

	test('below a parent leave the rest alone', async () => {
		await using registry = await startFakeRegistry();
		registry.serve('one', '1.0.0', { dependencies: { part: '*' } });
		registry.serve('two', '1.0.0', { dependencies: { part: '^2.0.0' } });
		registry.serve('part', '1.0.0');
		registry.serve('part', '2.0.0');
		await using temporary = await openTemporaryEngine(registry.url);
		await install(temporary, ['one', 'two'], { overrides: ['one@^1.0.0>part=1.0.0'] });
		const lock = JSON.parse((await temporary.engine.writeLock(null, temporary.call)).text);
		expect(lock.packages['one@1.0.0'].dependencies).toEqual({ part: 'part@1.0.0' });
		expect(lock.packages['two@1.0.0'].dependencies).toEqual({ part: 'part@2.0.0' });
	});

	test.each([
		['a=1', { path: [], name: 'a', range: null, spec: '1' }],
		['@s/a@>=1=>=2', { path: [], name: '@s/a', range: '>=1', spec: '>=2' }],
		[
			'p@^1>q>a@1||2=npm:b@3',
			{
				path: [
					{ name: 'p', range: '^1' },
					{ name: 'q', range: null },
				],
				name: 'a',
				range: '1||2',
				spec: 'npm:b@3',
			},
		],
		['a@=1=2', { path: [], name: 'a', range: '=1', spec: '2' }],
		['a@>1>@s/b=latest', { path: [{ name: 'a', range: '>1' }], name: '@s/b', range: null, spec: 'latest' }],
		['a=$a', { path: [], name: 'a', range: null, spec: '$a' }],
	])('%s is read and written back', (text, expected) => {
		expect(parseOverride(text)).toEqual(expected);
		expect(overrideText(parseOverride(text))).toBe(text);
	});

	test.each(['', 'a', 'a=', '=1', 'a@=', '../a=1', 'a=../b', 'a=git+https://x.example/a.git', 'a@what=1', 'a>=1', `${'a'.repeat(2000)}=1`])(
		'"%s" is refused',
		(text) => {
			expect(() => parseOverride(text)).toThrow(expect.objectContaining({ exitCode: 2 }));
		},
	);

	test('are dropped by what stands before the equals sign', () => {
		expect(parseSelector('p@^1>a')).toBe('p@^1>a');
		expect(() => parseSelector('a=1')).toThrow(expect.objectContaining({ code: 'spec-invalid' }));
	});
});

describe('a young version that is accepted', () => {
	test('by its bare name is taken when it is the only one, as a dependency too', async () => {
		await using registry = await startFakeRegistry();
		registry.serve('app', '1.0.0', { dependencies: { part: '^1.0.0' } });
		registry.serve('part', '1.0.0');
		registry.serve('part', '1.1.0');
		registry.setTime('part', '1.1.0', ago(2));
		await using temporary = await openTemporaryEngine(registry.url);
		expect((await temporary.engine.resolve(['app'], temporary.call)).packages.map(({ id }) => id)).toEqual(['app@1.0.0', 'part@1.0.0']);
		const plan = await temporary.engine.planInstall(['app'], { ...temporary.call, acceptYoung: ['part'] });
		expect(plan.requirements).toMatchObject([{ type: 'young-version', package: 'part', version: '1.1.0' }]);
		await apply(temporary, plan);
		expect(await versionsOf(temporary)).toEqual(['app@1.0.0', 'part@1.1.0']);
	});

	test('is not judged again by what is installed later, while anything else young still is', async () => {
		await using registry = await startFakeRegistry();
		registry.serve('only', '1.0.0');
		registry.setTime('only', '1.0.0', ago(2));
		registry.serve('other', '1.0.0');
		await using temporary = await openTemporaryEngine(registry.url);
		await install(temporary, ['only'], { acceptYoung: ['only'] });
		await install(temporary, ['other'], {});
		expect(await versionsOf(temporary)).toEqual(['only@1.0.0', 'other@1.0.0']);
		registry.serve('only', '1.0.1');
		registry.setTime('only', '1.0.1', ago(1));
		expect((await temporary.engine.planUpdate([], { ...temporary.call, toLatest: false })).changes).toEqual([]);
		const { requirements } = await temporary.engine.planInstall(['only@1.0.1'], temporary.call);
		expect(requirements).toMatchObject([{ type: 'young-version', version: '1.0.1' }]);
	});

	test('by its bare name is refused when it could be several, unless one is asked for by its number', async () => {
		await using registry = await startFakeRegistry();
		for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
			registry.serve('app', version);
		}

		registry.setTime('app', '1.1.0', ago(3));
		registry.setTime('app', '1.2.0', ago(2));
		await using temporary = await openTemporaryEngine(registry.url);
		await expect(install(temporary, ['app'], { acceptYoung: ['app'] })).rejects.toMatchObject({
			code: 'usage',
			message: '--accept-young app could mean any of 2 young versions: 1.1.0, 1.2.0.',
			hint: 'Name one: --accept-young app@1.2.0',
		});
		const planned = async (spec: string, accepted: string) =>
			(await temporary.engine.planInstall([spec], { ...temporary.call, acceptYoung: [accepted] })).changes;
		expect(await planned('app', 'app@1.1.0')).toMatchObject([{ to: '1.1.0' }]);
		expect(await planned('app@1.1.0', 'app')).toMatchObject([{ to: '1.1.0' }]);
		await expect(planned('app', 'nope')).rejects.toMatchObject({ code: 'package-not-found' });
	});
});
