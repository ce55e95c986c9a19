import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

test('a missing store entry is a problem of its plugin and hides no other', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0', { dependencies: { part: '^1.0.0' } });
	registry.serve('part', '1.0.0');
	registry.serve('two', '1.0.0', { description: 'The second' });
	await using temporary = await openTemporaryEngine(registry.url);
	await temporary.install(['one', 'two']);
	const { lock } = await temporary.engine.planMark('hold', ['one'], temporary.call);
	const hexOf = (id: string) => Buffer.from((lock.packages[id]?.integrity ?? '').slice('sha512-'.length), 'base64').toString('hex');
	const folders = await readdir(join(temporary.home, 'store', 'packages'));
	const remove = async (id: string) => {
		const folder = folders.find((name) => name === hexOf(id)) ?? 'not found';
		await rm(join(temporary.home, 'store', 'packages', folder), { recursive: true });
	};
	await remove('part@1.0.0');
	const listed = async () =>
		(await (await temporary.reopen()).list(temporary.call)).plugins.map(({ name, problem }) => `${name}: ${problem}`);
	expect(await listed()).toEqual(['one: part@1.0.0 is missing from the content store.', 'two: null']);
	await remove('two@1.0.0');
	expect(await listed()).toEqual([
		'one: part@1.0.0 is missing from the content store.',
		'two: two@1.0.0 is missing from the content store.',
	]);
});

test('an empty home says that nothing is installed yet', async () => {
	await using registry = await startFakeRegistry();
	await using temporary = await openTemporaryEngine(registry.url);
	await expect(temporary.engine.planRemove(['one'], temporary.call)).rejects.toMatchObject({
		code: 'not-installed',
		message: 'one is not installed: nothing is installed yet.',
		hint: 'Install it: plugward install one',
	});
});
