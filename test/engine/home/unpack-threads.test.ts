import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EngineError } from '../../../source/engine/errors.ts';
import { openHome } from '../../../source/engine/home/index.ts';
import { packError, unpackError } from '../../../source/engine/home/unpack-messages.ts';
import { startUnpackThread } from '../../../source/engine/home/unpack-thread.ts';
import { add, changeTo, lockOf, sample, signal, temporaryFolder, waiting } from './temporary-home.ts';

const many = Array.from({ length: 40 }, (_, i) =>
	sample(`one-${i}`, '1.0.0', { 'license.txt': 'the same everywhere\n', 'lib/own.js': `export default ${i};\n` }),
);

async function startedThread(homePath: string) {
	const thread = startUnpackThread({ homePath, shared: null });
	await expect.poll(thread.isReady).toBe(true);
	return { ...thread, [Symbol.asyncDispose]: thread.dispose };
}

function received(one: ReturnType<typeof sample>, folder: string) {
	const bytes = Buffer.allocUnsafeSlow(one.tarball.length);
	bytes.set(one.tarball);
	return { integrity: one.integrity, packedBytes: bytes.length, bytes, path: join(folder, 'package.tgz') };
}

test('a large install on threads leaves what one on a single thread leaves: every file whole, equal files once', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	await using home = await openHome({ path, waitMilliseconds: 100 });
	for (let from = 0; from < many.length; from += 8) {
		await Promise.all(many.slice(from, from + 8).map((one) => add(home, one)));
	}

	await home.withMutex(() => home.commit(changeTo(many, 0), { signal }), waiting);
	expect((await home.current()).lock).toEqual(lockOf(many));
	for (const { integrity } of many) {
		expect((await home.store.verifyEntry(integrity, { signal })).findings).toEqual([]);
	}

	const shared = (await home.store.receipt(many[0]?.integrity as never))?.files.find((file) => file.path === 'license.txt');
	expect(await readdir(home.layout.files)).toContain(shared?.sha256);
	expect(await readdir(join(path, 'store/packages'))).toHaveLength(many.length);
});

test('a thread writes nothing before it is told to, then the archive and its files', async () => {
	await using folder = await temporaryFolder();
	await using thread = await startedThread(folder.path);
	const scanned = await thread.scan(received(many[0] as never, folder.path), { signal });
	expect(JSON.parse(Buffer.from(scanned.packageJson).toString())).toMatchObject({ name: 'one-0' });
	expect(await readdir(folder.path)).toEqual([]);
	expect(thread.load()).toBe(1);
	const files = await scanned.unpack(join(folder.path, 'tree'));
	expect(files.map((file) => file.path)).toEqual(['LICENSE', 'index.js', 'lib/own.js', 'license.txt', 'package.json']);
	expect((await readdir(folder.path)).toSorted()).toEqual(['package.tgz', 'tree']);
	expect(thread.load()).toBe(0);
});

test('what a thread refuses arrives as the error it is on one thread', async () => {
	await using folder = await temporaryFolder();
	await using thread = await startedThread(folder.path);
	const bytes = Buffer.from('no archive at all');
	const archive = {
		...received(many[0] as never, folder.path),
		bytes: Buffer.from(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 17)),
	};
	const failure: unknown = await thread.scan(archive, { signal }).catch((error: unknown) => error);
	expect(failure).toBeInstanceOf(EngineError);
	expect(failure).toMatchObject({ code: 'archive-refused', exitCode: 5, details: { rule: 'not-gzip' } });
	expect(thread.load()).toBe(0);
});

test('an archive that was cancelled or refused is let go of', async () => {
	await using folder = await temporaryFolder();
	await using thread = await startedThread(folder.path);
	const controller = new AbortController();
	const scanned = await thread.scan(received(many[0] as never, folder.path), { signal: controller.signal });
	controller.abort();
	await expect(scanned.unpack(join(folder.path, 'tree'))).rejects.toMatchObject({ code: 'cancelled' });
	expect(await readdir(folder.path)).toEqual([]);
	const second = await thread.scan(received(many[1] as never, folder.path), { signal });
	second.drop();
	expect(thread.load()).toBe(0);
});

test('a thread that dies fails what it had in hand and is not used again', async () => {
	await using folder = await temporaryFolder();
	const thread = await startedThread(folder.path);
	const scanned = await thread.scan(received(many[0] as never, folder.path), { signal });
	const unpacked = scanned.unpack(join(folder.path, 'tree'));
	await Promise.all([thread.dispose(), unpacked.catch(() => undefined)]);
	expect(thread.isReady()).toBe(false);
	await expect(thread.scan(received(many[1] as never, folder.path), { signal })).rejects.toMatchObject({ code: 'internal' });
});

test('an error of the system keeps its code on the way between threads', () => {
	const full = Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'write' });
	expect(unpackError(structuredClone(packError(full)))).toMatchObject({ message: 'no space', code: 'ENOSPC', syscall: 'write' });
	const refused = new EngineError('archive-refused', 'No.', { hint: 'Stop.', details: { rule: 'path' }, cause: new Error('why') });
	expect(unpackError(structuredClone(packError(refused)))).toEqual(refused);
});
