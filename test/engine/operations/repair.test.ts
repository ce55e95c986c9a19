import { chmod, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

const TEXT = 'the same text in both packages';

async function scene() {
	const registry = await startFakeRegistry();
	registry.serve('one', '1.0.0', {}, { 'same.txt': TEXT });
	registry.serve('two', '1.0.0', {}, { 'same.txt': TEXT });
	const temporary = await openTemporaryEngine(registry.url);
	await temporary.install(['one', 'two']);
	const packages = join(temporary.home, 'store/packages');
	const [first = ''] = await readdir(packages);
	return {
		...temporary,
		entry: join(packages, first),
		async [Symbol.asyncDispose]() {
			await temporary[Symbol.asyncDispose]();
			await registry[Symbol.asyncDispose]();
		},
	};
}

test('a changed file that two packages share is repaired for both when one is named, without a new generation', async () => {
	await using here = await scene();
	const { engine, call, entry, home } = here;
	await chmod(join(entry, 'tree/same.txt'), 0o644);
	await writeFile(join(entry, 'tree/same.txt'), 'tampered');
	expect((await engine.verify([], call)).findings).toHaveLength(2);

	const offline = await here.reopen({ offline: true });
	await expect(offline.repair([], call)).rejects.toMatchObject({
		code: 'offline-missing',
		details: { packages: ['one@1.0.0', 'two@1.0.0'] },
	});

	const report = await engine.repair(['one'], call);
	expect(report).toMatchObject({ repaired: ['one@1.0.0', 'two@1.0.0'], findings: [], generation: 1 });
	expect((await engine.verify([], call)).findings).toEqual([]);
	expect(await engine.history(call)).toHaveLength(1);
	expect(await readdir(join(home, 'store/packages'))).toHaveLength(2);
	expect((await engine.repair([], call)).repaired).toEqual([]);
});

test('what is extra is repaired, and a plugin whose entry is missing comes back when it is named to install', async () => {
	await using here = await scene();
	const { engine, call, entry, install } = here;
	await writeFile(join(entry, 'tree/extra.js'), 'evil');
	expect((await engine.repair([], call)).repaired).toHaveLength(1);
	await rm(entry, { recursive: true });
	await install(['one', 'two']);
	expect((await engine.verify([], call)).findings).toEqual([]);
});
