import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { appendFile, chmod, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EngineError } from '../../../source/engine/errors.ts';
import type { Home, Revocation } from '../../../source/engine/home/index.ts';
import { openHome, resolveHomePath } from '../../../source/engine/home/index.ts';
import type { Disk } from '../../../source/engine/home/disk.ts';
import { realDisk } from '../../../source/engine/home/disk.ts';
import { openHomeOn } from '../../../source/engine/home/open-home.ts';
import { EMPTY_LOCK } from '../../../source/engine/lock.ts';
import { add, changeTo, install, sample, signal, temporaryFolder, waiting } from './temporary-home.ts';

async function freshHome(): Promise<
	AsyncDisposable & { readonly home: Home; readonly path: string; readonly reopen: () => Promise<Home> }
> {
	const folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const reopen = () => openHome({ path, waitMilliseconds: 100 });
	return { home: await reopen(), path, reopen, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

const [one, two] = [sample('one'), sample('two')];
const rollBack = (home: Home, number: number) =>
	home.withMutex(() => home.switchTo(number, { signal, command: `rollback ${number}` }), waiting);

test('the home is where --home says, then the environment, then the data folder of the user', () => {
	const environment = { PLUGWARD_HOME: '/env', XDG_DATA_HOME: '/data', HOME: '/user' };
	expect(resolveHomePath({ home: '/given', environment })).toBe('/given');
	expect(resolveHomePath({ home: null, environment })).toBe('/env');
	expect(resolveHomePath({ home: null, environment: { ...environment, PLUGWARD_HOME: '' } })).toBe('/data/plugward');
	expect(resolveHomePath({ home: null, environment: { HOME: '/user' } })).toBe('/user/.local/share/plugward');
});

test('a relative data folder is ignored, so that the home does not depend on where one stands', () => {
	const environment = { XDG_DATA_HOME: 'data', HOME: '/user' };
	expect(resolveHomePath({ home: null, environment })).toBe('/user/.local/share/plugward');
});

test('a new home is private and at generation 0', async () => {
	await using scene = await freshHome();
	expect((await stat(scene.path)).mode & 0o777).toBe(0o700);
	expect(await scene.home.current()).toMatchObject({ number: 0, lock: EMPTY_LOCK, grants: [] });
	expect(await scene.home.generations()).toEqual([]);
	expect(JSON.parse(await readFile(join(scene.path, 'format.json'), 'utf8'))).toEqual({ format: 1 });
});

test('a commit makes the next generation, and another process reads the same', async () => {
	await using scene = await freshHome();
	await install(scene.home, [one, two]);
	const read = await (await scene.reopen()).current();
	const { lock, grants, settings, meta } = changeTo([one, two], 0);
	expect(read).toEqual({ number: 1, lock, grants, settings, meta: { ...meta, profile: 'default' } });
	const other = await scene.reopen();
	expect((await other.store.receipt(two.integrity))?.name).toBe('two');
});

test('a rollback switches back without touching anything else, and numbers go on from the highest', async () => {
	await using scene = await freshHome();
	await install(scene.home, [one]);
	await install(scene.home, [one, two]);
	const before = await readdir(scene.path, { recursive: true });
	expect((await rollBack(scene.home, 1)).number).toBe(1);
	expect((await readdir(scene.path, { recursive: true })).sort()).toEqual(before.sort());
	expect((await scene.home.current()).number).toBe(1);
	expect(await install(scene.home, [two])).toBe(3);
	expect((await scene.home.generations()).map(({ number, meta }) => [number, meta.base])).toEqual([
		[1, 0],
		[2, 1],
		[3, 1],
	]);
	expect((await rollBack(scene.home, 0)).lock).toEqual(EMPTY_LOCK);
	await expect(rollBack(scene.home, 9)).rejects.toMatchObject({ code: 'generation-not-found', exitCode: 3 });
});

test('a plan on another base is stale', async () => {
	await using scene = await freshHome();
	await install(scene.home, [one]);
	await add(scene.home, two);
	await expect(scene.home.withMutex(() => scene.home.commit(changeTo([two], 0), { signal }), waiting)).rejects.toMatchObject({
		code: 'plan-stale',
	});
	expect((await scene.home.current()).number).toBe(1);
});

test('a plan on an artefact that was removed since is stale', async () => {
	await using scene = await freshHome();
	await install(scene.home, [one]);
	await scene.home.store.receipt(one.integrity);
	await rm(scene.home.layout.entry(one.integrity), { recursive: true });
	await expect(scene.home.withMutex(() => scene.home.commit(changeTo([one], 1), { signal }), waiting)).rejects.toMatchObject({
		code: 'plan-stale',
	});
});

test('a cancelled commit changes nothing', async () => {
	await using scene = await freshHome();
	await add(scene.home, one);
	const controller = new AbortController();
	controller.abort();
	await expect(
		scene.home.withMutex(() => scene.home.commit(changeTo([one], 0), { signal: controller.signal }), waiting),
	).rejects.toMatchObject({
		code: 'cancelled',
	});
	expect((await scene.home.current()).number).toBe(0);
	expect(await readdir(scene.home.layout.packages)).toEqual([]);
});

test('revocations are kept outside generations', async () => {
	await using scene = await freshHome();
	const revocation: Revocation = {
		type: 'version',
		name: 'one',
		version: '1.0.0',
		revokedAt: '2026-01-01T00:00:00.000Z',
		reason: 'malware',
	};
	await install(scene.home, [one]);
	await scene.home.withMutex(() => scene.home.revoke(revocation), waiting);
	await rollBack(scene.home, 0);
	expect(await (await scene.reopen()).revocations()).toEqual([revocation]);
});

test('a bundle comes back only as this home wrote it under this key', async () => {
	await using scene = await freshHome();
	const [key, other] = ['ab'.repeat(32), 'cd'.repeat(32)];
	expect(await scene.home.readBundle(key)).toBeNull();
	await scene.home.writeBundle(key, Buffer.from('code'));
	expect(Buffer.from((await scene.home.readBundle(key)) ?? []).toString()).toBe('code');
	expect((await stat(scene.home.layout.key)).mode & 0o777).toBe(0o600);
	await writeFile(scene.home.layout.bundle(other), await readFile(scene.home.layout.bundle(key)));
	expect(await scene.home.readBundle(other)).toBeNull();
	await appendFile(scene.home.layout.bundle(key), 'x');
	expect(await scene.home.readBundle(key)).toBeNull();
	await scene.home.writeBundle(key, Buffer.from('again'));
	expect(await scene.home.readBundle(key)).not.toBeNull();
	await expect(scene.home.readBundle('../../state/key')).rejects.toMatchObject({ code: 'internal' });
});

test('watching yields the present number, then each change by anybody', async () => {
	await using scene = await freshHome();
	const controller = new AbortController();
	const seen: number[] = [];
	for await (const number of scene.home.watchCurrent({ signal: controller.signal })) {
		seen.push(number);
		if (seen.length === 1) {
			await install(await scene.reopen(), [one]);
		} else {
			controller.abort();
		}
	}

	expect(seen).toEqual([0, 1]);
});

test('a home that others may write, that is not empty, or that is a file is refused', async () => {
	await using folder = await temporaryFolder();
	const open = (name: string) => openHome({ path: join(folder.path, name), waitMilliseconds: 100 });
	await mkdir(join(folder.path, 'shared'));
	await chmod(join(folder.path, 'shared'), 0o777);
	await expect(open('shared')).rejects.toMatchObject({ code: 'home-unsafe' });
	expect(await readdir(join(folder.path, 'shared'))).toEqual([]);
	await mkdir(join(folder.path, 'documents'));
	await writeFile(join(folder.path, 'documents', 'letter.txt'), 'Dear');
	await expect(open('documents')).rejects.toMatchObject({ code: 'home-unsafe' });
	await writeFile(join(folder.path, 'file'), '');
	await expect(open('file')).rejects.toBeInstanceOf(EngineError);
	await open('own');
	await chmod(join(folder.path, 'own', 'store'), 0o770);
	await expect(open('own')).rejects.toMatchObject({ code: 'home-unsafe' });
});

test.skipIf(process.platform !== 'linux')('a place where no folder can be made is said at once', async () => {
	await expect(openHome({ path: '/proc/nowhere/home', waitMilliseconds: 100 })).rejects.toMatchObject({ code: 'home-unwritable' });
});

test('a lock file that is not one is named', async () => {
	await using scene = await freshHome();
	await writeFile(scene.home.layout.mutex, 'x'.repeat(5000));
	await expect(scene.home.withMutex(async () => undefined, waiting)).rejects.toMatchObject({
		code: 'home-damaged',
		details: { file: 'state/mutex' },
	});
});

test('a home of another format is refused by its number', async () => {
	await using scene = await freshHome();
	await writeFile(scene.home.layout.format, '{"format":7}');
	await expect(scene.reopen()).rejects.toMatchObject({ code: 'home-damaged', message: 'This home has format 7, expected 1, 2 or 3.' });
});

test.each(['lock.json', 'grants.json', 'settings.json', 'meta.json'])('a changed %s of the current generation is named', async (file) => {
	await using scene = await freshHome();
	await install(scene.home, [one]);
	await appendFile(join(scene.home.layout.generation(1), file), ' ');
	const failure = await scene.home.current().catch((error: unknown) => error);
	expect(failure).toMatchObject({ code: 'home-damaged', exitCode: 8 });
	expect((failure as EngineError).message).toContain(`generations/000001/${file}`);
});

test('random damage to any file of the home is refused by name or harmless, and never a crash', async () => {
	await using scene = await freshHome();
	await install(scene.home, [one]);
	await install(scene.home, [one, two]);
	await scene.home.withMutex(
		() => scene.home.revoke({ type: 'grant', plugin: 'one', permission: null, revokedAt: '2026-01-01T00:00:00.000Z', reason: null }),
		waiting,
	);
	const { layout } = scene.home;
	await writeFile(join(layout.journal, 'x.json'), '{}');
	const files = [
		layout.format,
		layout.current,
		layout.revocations,
		join(layout.journal, 'x.json'),
		join(layout.generation(2), 'lock.json'),
		join(layout.generation(1), 'meta.json'),
		join(layout.entry(one.integrity), 'receipt.json'),
	];
	let state = 3;
	const random = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
	for (let round = 0; round < 70; round += 1) {
		const path = files[round % files.length] ?? '';
		const original = await readFile(path);
		const bytes = Buffer.from(original);
		for (let flips = 0; flips < 3; flips += 1) {
			bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
		}

		await writeFile(path, round % 5 === 0 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes);
		const outcome: unknown = await readEverything(scene.reopen).catch((error: unknown) => error);
		if (outcome !== 'read') {
			expect(outcome).toBeInstanceOf(EngineError);
			expect((outcome as EngineError).code).toBe('home-damaged');
			expect((outcome as EngineError).message).toMatch(
				/format|current|revocations\.json|journal\/|generations\/00000|packages\/[0-9a-f]{12}/,
			);
		}

		await writeFile(path, original);
	}
});

async function readEverything(reopen: () => Promise<Home>): Promise<'read'> {
	const home = await reopen();
	await home.current();
	await home.generations();
	await home.revocations();
	for (const { integrity } of [one, two]) {
		await home.store.receipt(integrity);
		await home.store.verifyEntry(integrity, { signal });
	}

	return 'read';
}

test('a truncated current is named', async () => {
	await using scene = await freshHome();
	await install(scene.home, [one]);
	await truncate(scene.home.layout.current, 0);
	await expect(scene.home.current()).rejects.toMatchObject({ code: 'home-damaged', details: { file: 'current' } });
});

test('a missing current with generations is damage and not a new home', async () => {
	await using scene = await freshHome();
	await install(scene.home, [one]);
	await rm(scene.home.layout.current);
	const failure: unknown = await scene.home.current().catch((error: unknown) => error);
	expect(failure).toMatchObject({ code: 'home-damaged', details: { file: 'current' } });
	expect((failure as EngineError).hint).toContain('plugward rollback 1');
	await add(scene.home, two);
	const commit = scene.home.withMutex(() => scene.home.commit(changeTo([two], 0), { signal }), waiting);
	await expect(commit).rejects.toMatchObject({ code: 'home-damaged' });
});

test.each(['missing', 'empty', 'pointing nowhere'] as const)('a %s current is made whole by a switch to a number', async (state) => {
	await using scene = await freshHome();
	await install(scene.home, [one]);
	await install(scene.home, [two]);
	const { current } = scene.home.layout;
	await rm(current);
	if (state !== 'missing') {
		await writeFile(current, state === 'empty' ? '' : JSON.stringify({ number: 9, digest: 'sha512-x' }));
	}

	await expect(scene.home.current()).rejects.toMatchObject({ code: 'home-damaged' });
	const home = await scene.reopen();
	await rollBack(home, 1);
	expect((await home.current()).number).toBe(1);
	expect(await readdir(home.layout.journal)).toEqual([]);
	expect(await readFile(home.layout.audit, 'utf8')).toContain('"to":1,"command":"rollback 1"');
});

test('an interrupted switch does not keep a home with a damaged current from opening', async () => {
	await using scene = await freshHome();
	await install(scene.home, [one]);
	const { current, journal } = scene.home.layout;
	await truncate(current, 0);
	const operation = randomUUID();
	const intent = { format: 1, operation, type: 'switch', from: 0, to: 1, command: 'rollback 1', user: 'x', startedAt: '', artefacts: [] };
	await writeFile(join(journal, `${operation}.json`), JSON.stringify(intent));
	const home = await scene.reopen();
	await rollBack(home, 1);
	expect((await home.current()).number).toBe(1);
});

test.each([
	['ENOSPC', 'disk-full'],
	['EDQUOT', 'disk-full'],
	['EROFS', 'home-unwritable'],
	['EACCES', 'home-unwritable'],
	['EIO', 'home-unwritable'],
] as const)('a write that fails with %s is told as %s, and nothing stays', async (code, expected) => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const refuse = () => {
		throw Object.assign(new Error(code), { code, syscall: 'write' });
	};
	await openHome({ path, waitMilliseconds: 100 });
	const home = await openHomeOn({ ...realDisk, writeFileSync: refuse }, { path, waitMilliseconds: 100 });
	await expect(add(home, one)).rejects.toMatchObject({ code: expected });
	expect((await readdir(home.layout.staging, { recursive: true })).filter((name) => name.includes('/'))).toEqual([]);
});

test('what was unpacked before the disk was full goes with its process', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	let folders = 0;
	const makeFolder = async (at: string) => {
		folders += at.includes('/staging/') ? 1 : 0;
		if (folders === 3) {
			throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
		}

		return realDisk.makeFolder(at);
	};
	const home = await openHomeOn({ ...realDisk, makeFolder }, { path, waitMilliseconds: 100 });
	await add(home, one);
	await expect(add(home, two)).rejects.toMatchObject({ code: 'disk-full' });
	await add(home, two);
	await home[Symbol.asyncDispose]();
	expect(await readdir(home.layout.staging)).toEqual([]);
});

test('who reads while a file of the store is half written does not see half a receipt', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const receipts = () => readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('/receipt.json'));
	let looks = 0;
	const disk: Disk = {
		...realDisk,
		writeFileSync: (file, bytes, mode) => {
			realDisk.writeFileSync(file, bytes.subarray(0, bytes.length >> 1), mode);
			for (const name of receipts()) {
				expect(() => JSON.parse(readFileSync(join(path, name), 'utf8')) as unknown, name).not.toThrow();
			}

			looks += 1;
			realDisk.extendFileSync(file, bytes.subarray(bytes.length >> 1));
		},
	};
	await install(await openHomeOn(disk, { path, waitMilliseconds: 100 }), [one, two]);
	expect(receipts()).toHaveLength(2);
	expect(looks).toBeGreaterThan(4);
});

test('a file system without hard links keeps equal files apart and works', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const refuse = () => {
		throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
	};
	const home = await openHomeOn({ ...realDisk, linkSync: refuse }, { path, waitMilliseconds: 100 });
	await install(home, [one, two]);
	expect(await readdir(home.layout.files)).toEqual([]);
	expect((await home.store.verifyEntry(two.integrity, { signal })).findings).toEqual([]);
});
