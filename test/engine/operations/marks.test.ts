import { expect, test } from 'vitest';
import type { PlanMark } from '../../../source/engine/index.ts';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';

async function mark({ engine, call }: TemporaryEngine, word: PlanMark, name: string) {
	return engine.applyPlan(await engine.planMark(word, [name], call), { ...call, decisions: [] });
}

test('a pinned plugin stays at its version, and an unpinned one moves again; neither asks the registry', async () => {
	const registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one@^1.0.0']);
	registry.serve('one', '1.1.0');
	expect(await mark(temporary, 'pin', 'one')).toMatchObject({ toGeneration: 2, changes: [] });
	expect((await engine.planUpdate([], { ...call, toLatest: false })).changes).toEqual([]);
	await registry[Symbol.asyncDispose]();
	await mark(temporary, 'unpin', 'one');
	expect((await engine.list(call)).plugins.map(({ version, spec }) => `${version} by ${spec}`)).toEqual(['1.0.0 by ^1.0.0']);
	expect((await engine.history(call)).map(({ command }) => command)).toEqual(['unpin one', 'pin one', 'install one@^1.0.0']);
});

test('updates leave a held plugin and what it needs alone, and move the rest', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0', { dependencies: { part: '^1.0.0' } });
	registry.serve('two', '1.0.0', { dependencies: { other: '^1.0.0' } });
	registry.serve('part', '1.0.0');
	registry.serve('other', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one@^1.0.0', 'two@^1.0.0']);
	await mark(temporary, 'hold', 'one');
	for (const name of ['one', 'two', 'part', 'other']) {
		registry.serve(name, '1.1.0', name === 'one' ? { dependencies: { part: '^1.0.0' } } : { dependencies: {} });
	}

	registry.serve('two', '1.2.0', { dependencies: { other: '^1.0.0' } });
	const moved = async () => (await engine.planUpdate([], { ...call, toLatest: false })).changes.map(({ name }) => name);
	expect(await moved()).toEqual(['two', 'other']);
	expect((await engine.list(call)).plugins.map(({ isHeld }) => isHeld)).toEqual([true, false]);
	await expect(engine.planUpdate(['one'], { ...call, toLatest: false })).rejects.toMatchObject({ code: 'policy-refused' });
	await mark(temporary, 'unhold', 'one');
	expect(await moved()).toEqual(['one', 'two', 'other', 'part']);
});

test('a disabled plugin does not run, an enabled one does, and removing it ends the mark', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one']);
	await mark(temporary, 'disable', 'one');
	expect((await engine.list(call)).plugins[0]?.isDisabled).toBe(true);
	const run = () => engine.runTask({ target: 'one', task: null, input: {}, allow: [] }, call);
	await expect(run()).rejects.toMatchObject({ code: 'policy-refused', hint: 'Enable it: plugward enable one' });
	expect(await mark(temporary, 'disable', 'one')).toMatchObject({ unchanged: true });
	expect((await engine.diff(1, null, call)).disabled.added).toEqual(['one']);
	await mark(temporary, 'enable', 'one');
	await expect(run()).rejects.toMatchObject({ code: 'bundle-failed' });
	await mark(temporary, 'disable', 'one');
	await engine.applyPlan(await engine.planRemove(['one'], call), { ...call, decisions: [] });
	await install(['one']);
	expect((await engine.list(call)).plugins[0]?.isDisabled).toBe(false);
});

test('a plan that marks something it does not install is stale', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one']);
	await expect(engine.planMark('hold', ['two'], call)).rejects.toMatchObject({ code: 'not-installed' });
	const plan = { ...(await engine.planMark('hold', ['one'], call)), settings: { held: ['two'], disabled: [] } };
	await expect(engine.applyPlan(plan, { ...call, decisions: [] })).rejects.toMatchObject({ code: 'plan-stale' });
});
