import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

test('what one profile installs, rolls back and does again, another does not see', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	registry.serve('two', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install, reopen } = temporary;
	await install(['one']);
	expect(await engine.makeProfile({ name: 'work', from: null }, call)).toEqual({
		name: 'work',
		generation: 1,
		isSelected: false,
		pluginCount: 1,
	});
	const work = await reopen({ profile: 'work' });
	await work.applyPlan(await work.planInstall(['two'], call), { ...call, decisions: [] });
	await work.applyPlan(await work.planRollback(null, call), { ...call, decisions: [] });
	expect(await work.planRedo(call)).toMatchObject({ targetGeneration: 2 });
	await expect(engine.planRedo(call)).rejects.toMatchObject({ code: 'generation-not-found' });
	await expect(engine.planSwitch(2, call)).rejects.toMatchObject({ code: 'generation-not-found' });
	expect((await engine.history(call)).map(({ number }) => number)).toEqual([1]);
	expect((await work.history(call)).map(({ number, isCurrent }) => [number, isCurrent])).toEqual([
		[2, false],
		[1, true],
	]);
	expect(await engine.diff(1, 2, call)).toMatchObject({ changes: [{ type: 'add', name: 'two' }] });
});

test('a revocation holds in every profile', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install, home } = temporary;
	await install(['one']);
	await engine.makeProfile({ name: 'work', from: 1 }, call);
	const revocation = { type: 'version', name: 'one', version: '1.0.0', revokedAt: '2026-01-01T00:00:00.000Z', reason: null };
	await writeFile(join(home, 'revocations.json'), JSON.stringify({ format: 1, revocations: [revocation] }));
	const work = await temporary.reopen({ profile: 'work' });
	await expect(work.runTask({ target: 'one', task: 'x', input: null, allow: [] }, call)).rejects.toMatchObject({ code: 'policy-refused' });
	await expect(engine.makeProfile({ name: 'again', from: 1 }, call)).rejects.toMatchObject({ code: 'policy-refused' });
});

test('an .npmrc that cannot be read stops only what asks a registry', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	registry.serve('two', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { call, events, install, folder } = temporary;
	await install(['one']);
	await install(['two']);
	await writeFile(join(folder, 'npmrc'), 'registry=not an address\n');
	const broken = await temporary.reopen();
	expect((await broken.list(call)).plugins.map(({ name, latest }) => [name, latest])).toEqual([
		['one', null],
		['two', null],
	]);
	expect(events).toContainEqual(expect.objectContaining({ type: 'notice', code: 'settings-invalid' }));
	expect(await broken.applyPlan(await broken.planRollback(1, call), { ...call, decisions: [] })).toMatchObject({ toGeneration: 1 });
	expect((await broken.verify([], call)).findings).toEqual([]);
	await expect(broken.planInstall(['two'], call)).rejects.toMatchObject({ code: 'settings-invalid' });
	const { checks } = await broken.doctor({ ...call, fix: false });
	expect(checks.find(({ id }) => id === 'registry')).toMatchObject({ state: 'fail' });
});
