import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

test('cleaning leaves what generations need, and installing goes on afterwards', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	registry.serve('two', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install, reopen } = temporary;
	await install(['one']);
	await engine[Symbol.asyncDispose]();
	const fresh = await reopen();
	expect((await fresh.cacheInfo(call)).metadataBytes).toBeGreaterThan(0);
	expect(await fresh.cleanCache(call)).toMatchObject({ metadataBytes: 0, packageCount: 1, bundleCount: 0 });
	expect((await fresh.verify([], call)).findings).toEqual([]);
	await fresh.applyPlan(await fresh.planInstall(['two'], call), { ...call, decisions: [] });
	expect((await fresh.list(call)).plugins.map(({ name }) => name)).toEqual(['one', 'two']);
});

test('verifying reads also what only an old generation needs', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install, home } = temporary;
	await install(['one']);
	await engine.applyPlan(await engine.planRemove(['one'], call), { ...call, decisions: [] });
	expect(await engine.verifyCache(call)).toEqual({ packagesChecked: 1, findings: [] });
	const [entry = ''] = await readdir(join(home, 'store/packages'));
	await writeFile(join(home, 'store/packages', entry, 'tree/extra.js'), 'evil');
	expect((await engine.verifyCache(call)).findings).toMatchObject([{ id: 'one@1.0.0', problem: 'extra', path: 'extra.js' }]);
});
