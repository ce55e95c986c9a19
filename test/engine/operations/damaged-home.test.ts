import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

test.each(['missing', 'damaged'] as const)(
	'with a %s current only a rollback to a number works, and it makes the home whole',
	async (state) => {
		await using registry = await startFakeRegistry();
		registry.serve('one', '1.0.0');
		registry.serve('two', '1.0.0');
		await using temporary = await openTemporaryEngine(registry.url);
		const { engine, call, install, home, events } = temporary;
		await install(['one']);
		await install(['two']);
		await rm(join(home, 'current'));
		if (state === 'damaged') {
			await writeFile(join(home, 'current'), '{"number":');
		}

		const damage = { code: 'home-damaged', details: { file: 'current' }, hint: expect.stringContaining('plugward rollback 2') };
		await expect(engine.list(call)).rejects.toMatchObject(damage);
		await expect(engine.planInstall(['one'], call)).rejects.toMatchObject(damage);
		await expect(engine.planRollback(null, call)).rejects.toMatchObject(damage);

		expect((await engine.history(call)).map(({ number, isCurrent }) => [number, isCurrent])).toEqual([
			[2, false],
			[1, false],
		]);
		expect(events).toContainEqual(expect.objectContaining({ type: 'notice', severity: 'warning', code: 'home-damaged' }));

		const plan = await engine.planRollback(2, call);
		expect(plan.notices[0]?.text).toContain('The file current of the home');
		expect(await engine.applyPlan(plan, { ...call, decisions: [] })).toMatchObject({ toGeneration: 2, unchanged: false });
		expect((await engine.list(call)).plugins.map(({ name }) => name)).toEqual(['one', 'two']);
	},
);
