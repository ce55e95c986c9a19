import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { createKeeping } from '../../../source/engine/sandbox/broker/keeping.ts';
import { DEFAULT_QUOTAS } from '../../../source/engine/sandbox/broker/quotas.ts';
import { createStorageBroker, type StoragePlace } from '../../../source/engine/sandbox/broker/storage.ts';
import { folderOf, observed, pluginCode, run } from './plugin-run.ts';

/** Runs a body that gives back the messages of the errors it met, with the audit lines about limits. */
async function limited(body: string, options: Parameters<typeof run>[1]) {
	const seen = observed();
	const code = pluginCode(`
		const errors = [];
		const attempt = async (work) => { try { await work(); } catch (error) { errors.push(error.code + ': ' + error.message); } };
		${body}
		return errors;`);
	const { output } = await run(code, { ...options, observe: seen });
	return { output, lines: seen.audit.filter(({ event }) => event === 'limit-exceeded') };
}

test('what is written to files ends at its bound, on record once', async () => {
	await using place = await folderOf({});
	const body =
		"for (let index = 0; index < 5; index += 1) await attempt(() => context.fs.writeFile('$project/' + index, 'x'.repeat(400)));";
	const { output, lines } = await limited(body, { project: place.path, allow: ['fs.write:$project/*'], quotas: { writtenBytes: 1000 } });
	const text = 'ERR_LIMIT: What this run writes to files would be 1200 bytes, and at most 1000 are allowed.';
	expect(output).toEqual([text, text, text]);
	expect(lines).toMatchObject([{ limit: 'written', bound: 1000, measured: 1200 }]);
});

test.each([
	['sent', "{ method: 'POST', body: 'x'.repeat(600) }", { sentBytes: 1000 }, 'What this run sends'],
	['received', '{}', { receivedBytes: 1000 }, 'What this run receives'],
])('bytes %s end at their bound, on record once', async (limit, init, quotas, words) => {
	const server = createServer((_, response) => response.end('y'.repeat(700)));
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const { port } = server.address() as AddressInfo;
	const body = `for (let index = 0; index < 3; index += 1) await attempt(() => context.fetch('http://127.0.0.1:${port}/', ${init}));`;
	const { output, lines } = await limited(body, { allow: [`net:127.0.0.1:${port}`], quotas });
	server.closeAllConnections();
	server.close();
	expect(output).toEqual([expect.stringContaining(`ERR_LIMIT: ${words}`), expect.stringContaining('at most 1000 are allowed')]);
	expect(lines).toMatchObject([{ limit, bound: 1000, measured: expect.any(Number) }]);
	expect(lines[0]?.event === 'limit-exceeded' && lines[0].measured > 1000).toBe(true);
});

test('lines of a log end at their bound, on record once, and the run goes on', async () => {
	const seen = observed();
	const body = 'for (let index = 0; index < 50; index += 1) console.log(index); return 1;';
	const { output } = await run(pluginCode(body), { observe: seen, quotas: { logLines: 10 } });
	expect(output).toBe(1);
	expect(seen.output).toHaveLength(11);
	expect(seen.output.at(-1)).toBe(
		'warn: [What this run logs would be 11 lines, and at most 10 are allowed. The rest of its output is dropped.]',
	);
	expect(seen.audit.filter(({ event }) => event === 'limit-exceeded')).toMatchObject([{ limit: 'log', bound: 10, measured: 11 }]);
});

function memory(): StoragePlace & { readonly values: Map<string, string> } {
	const values = new Map<string, string>();
	return {
		values,
		entries: async () => [...values].map(([key, value]) => ({ key, bytes: key.length + value.length })),
		get: async (key) => values.get(key) ?? null,
		set: async (key, value) => void values.set(key, value),
		delete: async (key) => void values.delete(key),
	};
}

test('values are bounded in bytes and in keys, also when many are set at once; replacing one counts once', async () => {
	const storage = memory();
	const body = `
		await context.storage.set('a', 'x'.repeat(300));
		await context.storage.set('a', 'x'.repeat(500));
		await Promise.all(Array.from({ length: 6 }, (_, index) => attempt(() => context.storage.set('k' + index, 'x'.repeat(300)))));
		await context.storage.delete('a');
		await context.storage.set('b', 1);
		await attempt(() => context.storage.set('c', 2));
		await attempt(() => context.storage.set('', 2));
		await attempt(() => context.storage.set('d', () => {}));`;
	const { output, lines } = await limited(body, { storage, quotas: { storageBytes: 1000, storageKeys: 3 } });
	const text = 'ERR_LIMIT: What this plugin keeps would be 1111 bytes, and at most 1000 are allowed.';
	expect(output).toEqual([
		text,
		text,
		text,
		text,
		text,
		'ERR_INVALID_ARGUMENT: A key is a text of 1 to 200 characters.',
		'undefined: A value that is kept must be JSON, not function.',
	]);
	expect(lines).toMatchObject([{ limit: 'storage', bound: 1000, measured: 1111 }]);
	expect([...storage.values.keys()]).toEqual(['k0', 'b', 'c']);
	const keeping = createKeeping({ storage, folder: null, quotas: { ...DEFAULT_QUOTAS, storageKeys: 3 } });
	expect(await createStorageBroker(storage, keeping).perform('storage.set', { key: 'd', value: '1' })).toMatchObject({
		bound: 3,
		measured: 4,
	});
});

test('files below $data count with the values, and one that is replaced counts once', async () => {
	await using place = await folderOf({ 'data/old.txt': 'x'.repeat(300), 'project/a': '' });
	const body = `
		await context.storage.set('a', 'x'.repeat(298));
		await context.fs.writeFile('$data/old.txt', 'y'.repeat(300));
		await attempt(() => context.fs.writeFile('$data/new.txt', 'y'.repeat(500)));
		await context.fs.writeFile('$data/deep/new.txt', 'y'.repeat(390));
		await attempt(() => context.storage.set('b', 'x'.repeat(20)));`;
	const roots = { project: join(place.path, 'project'), data: join(place.path, 'data') };
	const { output } = await limited(body, { roots, allow: ['fs.write:$data/**'], storage: memory(), quotas: { storageBytes: 1000 } });
	expect(output).toEqual([expect.stringContaining('would be 1101 bytes'), expect.stringContaining('would be 1014 bytes')]);
});

test('a run without a place to keep things says so', async () => {
	const { output } = await limited("await attempt(() => context.storage.get('a'));", {});
	expect(output).toEqual(['ERR_NO_STORAGE: There is nowhere to keep anything in this run.']);
});
