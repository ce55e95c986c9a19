import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

/** A plugin that a bundle is made of, with one permission. */
const plugin = {
	manifest: {
		plugward: { apiVersion: 1, main: './p.js', tasks: {}, permissions: [{ type: 'env', name: 'TOKEN', reason: 'to sign in' }] },
	},
	files: { 'p.js': 'export default {}' },
};

test('switches forward again to a generation that a rollback left', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	registry.serve('two', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one']);
	await install(['two']);
	await engine.applyPlan(await engine.planRollback(1, call), { ...call, decisions: [] });
	const plan = await engine.planSwitch(2, call);
	expect(plan).toMatchObject({ kind: 'switch', command: 'switch 2', changes: [{ type: 'add', name: 'two' }] });
	expect(await engine.applyPlan(plan, { ...call, decisions: [] })).toMatchObject({ fromGeneration: 1, toGeneration: 2 });
	expect((await engine.list(call)).plugins.map(({ name }) => name)).toEqual(['one', 'two']);
	await expect(engine.planSwitch(9, call)).rejects.toMatchObject({ code: 'generation-not-found' });
});

test('a difference names packages, what was asked for, and rights, in both directions', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0', plugin.manifest, plugin.files);
	registry.serve('two', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['two@^1.0.0']);
	const granting = await engine.planInstall(['one', 'two@1'], call);
	const decisions = granting.requirements.map(({ id }) => ({ requirementId: id, answer: 'accept' as const }));
	await engine.applyPlan(granting, { ...call, decisions });
	expect(await engine.diff(1, null, call)).toEqual({
		from: 1,
		to: 2,
		changes: [{ type: 'add', name: 'one', to: '1.0.0', isRoot: true }],
		plugins: { added: [], removed: [] },
		specs: [{ name: 'two', from: '^1.0.0', to: '1' }],
		grants: { added: [{ plugin: 'one', permission: 'env:TOKEN' }], removed: [] },
		overrides: { added: [], removed: [] },
		held: { added: [], removed: [] },
		disabled: { added: [], removed: [] },
	});
	expect((await engine.diff(2, 1, call)).grants.removed).toEqual([{ plugin: 'one', permission: 'env:TOKEN' }]);
});

test('another name for an installed package is a plugin that comes and goes, though no package does', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one']);
	await install(['other@npm:one']);
	expect(await engine.diff(1, 2, call)).toMatchObject({ changes: [], plugins: { added: ['other'], removed: [] } });
	expect((await engine.diff(2, 1, call)).plugins).toEqual({ added: [], removed: ['other'] });
});

test('collecting removes generations, packages and bundles that nothing kept needs, and a kept generation still works', async () => {
	await using registry = await startFakeRegistry();
	for (const name of ['one', 'two', 'three']) {
		registry.serve(name, '1.0.0', plugin.manifest, plugin.files);
	}

	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install, home } = temporary;
	await install(['one']);
	await engine.applyPlan(await engine.planRemove(['one'], call), { ...call, decisions: [] });
	await install(['two']);
	await engine.applyPlan(await engine.planRemove(['two'], call), { ...call, decisions: [] });
	await install(['three']);
	await engine.keepGeneration(1, call);
	expect((await engine.history(call)).filter(({ isKept }) => isKept).map(({ number }) => number)).toEqual([1]);
	const request = { newest: 1, olderThanDays: null, isDryRun: true };
	const found = await engine.collectGarbage(request, call);
	expect(found).toMatchObject({ removed: false, generations: [2, 3, 4], keptGenerations: [1, 5], packageCount: 1, bundleCount: 1 });
	expect(await engine.history(call), 'a dry run removes nothing').toHaveLength(5);
	expect(await engine.collectGarbage({ ...request, isDryRun: false }, call)).toEqual({ ...found, removed: true });
	expect((await engine.history(call)).map(({ number }) => number)).toEqual([5, 1]);
	expect(await readdir(join(home, 'bundles'))).toHaveLength(2);
	await engine.applyPlan(await engine.planRollback(1, call), { ...call, decisions: [] });
	expect((await engine.verify([], call)).findings).toEqual([]);
	await engine.releaseGeneration(1, call);
	expect((await engine.collectGarbage({ newest: 0, olderThanDays: null, isDryRun: false }, call)).generations).toEqual([5]);
	await expect(engine.releaseGeneration(5, call)).rejects.toMatchObject({ code: 'generation-not-found' });
});

test('young generations stay when only old ones are to go', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	registry.serve('two', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['one']);
	await install(['two']);
	expect((await engine.collectGarbage({ newest: 0, olderThanDays: 1, isDryRun: true }, call)).generations).toEqual([]);
	expect((await engine.collectGarbage({ newest: 0, olderThanDays: 0, isDryRun: true }, call)).generations).toEqual([1]);
});
