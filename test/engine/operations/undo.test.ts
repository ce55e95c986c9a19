import { expect, test } from 'vitest';
import type { Engine, Plan } from '../../../source/engine/index.ts';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';

async function apply({ engine, call }: TemporaryEngine, plan: Plan) {
	return engine.applyPlan(plan, { ...call, decisions: [] });
}

async function installed(engine: Engine, call: TemporaryEngine['call']): Promise<readonly string[]> {
	return (await engine.list(call)).plugins.map(({ name, version, spec }) => `${name}@${version} by ${spec}`);
}

test('undo takes back what one generation changed and leaves what came later', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0', { dependencies: { part: '*' } });
	registry.serve('part', '1.0.0');
	registry.serve('two', '1.0.0');
	registry.serve('three', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one@^1.0.0']);
	registry.serve('one', '1.1.0');
	await install(['one@~1.1.0', 'two@1']);
	await install(['three@1']);
	const plan = await engine.planUndo(2, call);
	expect(plan).toMatchObject({ kind: 'undo', command: 'undo 2', baseGeneration: 3 });
	expect(await apply(temporary, plan)).toMatchObject({ toGeneration: 4 });
	expect(await installed(engine, call)).toEqual(['one@1.0.0 by ^1.0.0', 'three@1.0.0 by 1']);
	expect((await engine.list(call)).packageCount).toBe(3);
	expect((await engine.verify([], call)).findings).toEqual([]);
});

test('undo brings a removed plugin back at the version it had', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one@^1.0.0']);
	await apply(temporary, await engine.planRemove(['one'], call));
	registry.serve('one', '1.1.0');
	await apply(temporary, await engine.planUndo(null, call));
	expect(await installed(engine, call)).toEqual(['one@1.0.0 by ^1.0.0']);
});

test('undo leaves a plugin that was changed again since, and says so', async () => {
	await using registry = await startFakeRegistry();
	for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
		registry.serve('one', version);
	}

	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one@1.0.0']);
	await install(['one@1.1.0']);
	await install(['one@1.2.0']);
	const plan = await engine.planUndo(2, call);
	expect(plan.changes).toEqual([]);
	expect(plan.notices.map(({ text }) => text)).toContain('one was changed again after generation 2, so it stays as it is.');
	expect(await apply(temporary, plan)).toMatchObject({ unchanged: true });
});

test('undo takes back the rights that a generation gave', async () => {
	await using registry = await startFakeRegistry();
	const permissions = [{ type: 'env', name: 'TOKEN', reason: 'to sign in' }];
	registry.serve('one', '1.0.0', { plugward: { apiVersion: 1, main: './p.js', tasks: {}, permissions } }, { 'p.js': 'export default {}' });
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one@1']);
	const granting = await engine.planInstall(['one@1'], call);
	const decisions = granting.requirements.map(({ id }) => ({ requirementId: id, answer: 'accept' as const }));
	await engine.applyPlan(granting, { ...call, decisions });
	expect((await engine.list(call)).plugins[0]?.grants).toHaveLength(1);
	await apply(temporary, await engine.planUndo(null, call));
	expect((await engine.list(call)).plugins[0]?.grants).toEqual([]);
});

test('redo returns step by step to what undo and rollback left, until something new is done', async () => {
	await using registry = await startFakeRegistry();
	for (const name of ['one', 'two', 'three']) {
		registry.serve(name, '1.0.0');
	}

	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await expect(engine.planRedo(call)).rejects.toMatchObject({ code: 'generation-not-found' });
	await install(['one']);
	await install(['two']);
	await apply(temporary, await engine.planUndo(null, call));
	await apply(temporary, await engine.planRollback(1, call));
	expect(await apply(temporary, await engine.planRedo(call))).toMatchObject({ toGeneration: 3 });
	expect(await apply(temporary, await engine.planRedo(call))).toMatchObject({ toGeneration: 2 });
	await expect(engine.planRedo(call)).rejects.toMatchObject({ code: 'generation-not-found' });
	await apply(temporary, await engine.planRollback(1, call));
	await install(['three']);
	await expect(engine.planRedo(call)).rejects.toMatchObject({ code: 'generation-not-found' });
});

test('undoing the install of what another plugin needs leaves the package, and a difference shows that only others need it', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('part', '1.0.0');
	registry.serve('app', '1.0.0', { dependencies: { part: '*' } });
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['part']);
	await install(['app']);
	const plan = await engine.planUndo(1, call);
	expect(plan.changes).toEqual([]);
	expect(await engine.applyPlan(plan, { ...call, decisions: [] })).toMatchObject({ unchanged: false, toGeneration: 3 });
	expect((await engine.list(call)).plugins.map(({ name }) => name)).toEqual(['app']);
	expect(await engine.diff(2, 3, call)).toMatchObject({ changes: [], plugins: { added: [], removed: ['part'] } });
	expect(await engine.diff(3, 2, call)).toMatchObject({ changes: [], plugins: { added: ['part'], removed: [] } });
});
