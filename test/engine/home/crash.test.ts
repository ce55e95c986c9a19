import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EngineError } from '../../../source/engine/errors.ts';
import type { Home } from '../../../source/engine/home/index.ts';
import { realDisk } from '../../../source/engine/home/disk.ts';
import { openHomeOn } from '../../../source/engine/home/open-home.ts';
import type { FailingDisk, PowerCut } from './failing-disk.ts';
import { createFailingDisk } from './failing-disk.ts';
import { add, changeTo, install, lockOf, sample, signal, temporaryFolder, waiting } from './temporary-home.ts';

const before = sample('before');
const after = [before, sample('after'), sample('another', '2.0.0', { 'lib/deep/file.js': 'deep\n' })];
const last = sample('last');

const isThorough = process.env['PLUGWARD_THOROUGH'] === '1';

/** For looking at what a crash left: nothing crashes here any more, so nothing has to be synced. */
const quickDisk = { ...realDisk, syncFile: async () => undefined, syncFolder: async () => undefined, syncFileSystem: async () => true };

type Scene = { readonly path: string; readonly home: Home; readonly failing: FailingDisk };

/** A home at generation 1, durable, with the artefacts of generation 2 unpacked and nothing of them synced. */
async function scene(path: string): Promise<Scene> {
	const failing = createFailingDisk(path);
	const home = await openHomeOn(failing.disk, { path, waitMilliseconds: 100 });
	await install(home, [before]);
	failing.syncAll();
	for (const one of after) {
		await add(home, one);
	}

	return { path, home, failing };
}

const commit = ({ home }: Scene) => home.withMutex(() => home.commit(changeTo(after, 1), { signal }), waiting);
const rollBack = ({ home }: Scene) => home.withMutex(() => home.switchTo(0, { signal, command: 'rollback 0' }), waiting);

async function callsOf(operation: (scene: Scene) => Promise<unknown>): Promise<readonly string[]> {
	await using folder = await temporaryFolder();
	const stage = await scene(join(folder.path, 'home'));
	const start = stage.failing.calls.length;
	await operation(stage);
	await stage.home[Symbol.asyncDispose]();
	return stage.failing.calls.slice(start);
}

async function expectWhole(path: string, allowed: readonly number[]): Promise<void> {
	const home = await openHomeOn(quickDisk, { path, waitMilliseconds: 100 });
	await home.recover();
	const { number, lock } = await home.current();
	expect(allowed).toContain(number);
	expect(lock).toEqual(number === 0 ? lockOf([]) : lockOf(number === 1 ? [before] : after));
	expect((await home.generations()).map((generation) => generation.number)).toEqual(number === 2 ? [1, 2] : [1]);
	for (const { integrity } of Object.values(lock.packages)) {
		expect(await home.store.receipt(integrity)).not.toBeNull();
		expect((await home.store.verifyEntry(integrity, { signal })).findings).toEqual([]);
	}

	await expectNothingOrphaned(home, number);
	await install(home, [last]);
	const next = await home.current();
	expect(Object.keys(next.lock.packages)).toEqual(['last@1.0.0']);
	expect(next.meta.base).toBe(number);
	expect((await home.store.verifyEntry(last.integrity, { signal })).findings).toEqual([]);
	await home[Symbol.asyncDispose]();
}

async function expectNothingOrphaned(home: Home, current: number): Promise<void> {
	const { layout } = home;
	expect(await readdir(layout.journal)).toEqual([]);
	expect(await readdir(layout.staging)).toEqual([]);
	expect(await readdir(layout.packages)).toHaveLength(current === 2 ? 3 : 1);
	const all = await readdir(home.path, { recursive: true });
	expect(all.filter((name) => name.includes('.tmp-'))).toEqual([]);
	for (const name of await readdir(layout.files)) {
		expect((await lstat(join(layout.files, name))).nlink).toBeGreaterThan(1);
	}

	const lines = (await readFile(layout.audit, 'utf8')).split('\n').filter((line) => line.includes('"to":2'));
	expect(lines.filter((line) => line.endsWith('}'))).toHaveLength(current === 2 ? 1 : 0);
}

const operations = [
	{ name: 'commit', run: commit, allowed: [1, 2] },
	{ name: 'rollback', run: rollBack, allowed: [0, 1] },
];

for (const { name, run, allowed } of operations) {
	// The whole set takes minutes on a busy machine; by default the random cut is tried at every third write.
	const cuts: readonly PowerCut[] = isThorough
		? ['nothing-unsynced', 'names-without-content', { seed: 1 }, { seed: 2 }]
		: ['nothing-unsynced', { seed: 1 }];
	test.each(cuts)(`a power cut at any write of a ${name} leaves one whole generation (%j)`, { timeout: 60_000 }, async (cut) => {
		const calls = await callsOf(run);
		const step = isThorough || typeof cut === 'string' ? 1 : 3;
		for (let call = 0; call <= calls.length; call += step) {
			await using folder = await temporaryFolder();
			const stage = await scene(join(folder.path, 'home'));
			stage.failing.stopAt(call);
			await run(stage).catch(() => undefined);
			await stage.home[Symbol.asyncDispose]();
			await stage.failing.cutPower(cut);
			try {
				await expectWhole(stage.path, allowed);
			} catch (error) {
				throw new Error(`power cut before call ${call}: ${calls[call] ?? 'the end'}`, { cause: error });
			}
		}
	});

	test(`a ${name} killed at any write leaves one whole generation`, { timeout: 60_000 }, async () => {
		const calls = await callsOf(run);
		for (let call = 0; call <= calls.length; call += 1) {
			await using folder = await temporaryFolder();
			const stage = await scene(join(folder.path, 'home'));
			stage.failing.stopAt(call);
			await run(stage).catch(() => undefined);
			await stage.home[Symbol.asyncDispose]();
			try {
				await expectWhole(stage.path, allowed);
			} catch (error) {
				throw new Error(`killed before call ${call}: ${calls[call] ?? 'the end'}`, { cause: error });
			}
		}
	});

	test(`a full disk at any write of a ${name} is said so and leaves one whole generation`, { timeout: 60_000 }, async () => {
		const calls = await callsOf(run);
		for (let call = 0; call < calls.length; call += 1) {
			await using folder = await temporaryFolder();
			const stage = await scene(join(folder.path, 'home'));
			stage.failing.failAt(call, 'ENOSPC');
			const failure: unknown = await run(stage).then(
				() => null,
				(error: unknown) => error,
			);
			if (failure !== null) {
				expect(failure).toBeInstanceOf(EngineError);
				expect((failure as EngineError).code, `${call} ${calls[call]}`).toBe('disk-full');
			}

			await stage.home[Symbol.asyncDispose]();
			try {
				await expectWhole(stage.path, allowed);
			} catch (error) {
				throw new Error(`disk full at call ${call}: ${calls[call]}`, { cause: error });
			}
		}
	});
}
