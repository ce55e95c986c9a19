import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { verifyAuditLog } from '../../../source/engine/audit-chain.ts';
import { EngineError } from '../../../source/engine/errors.ts';
import { realDisk } from '../../../source/engine/home/disk.ts';
import type { Generation, Home } from '../../../source/engine/home/index.ts';
import { openHomeOn } from '../../../source/engine/home/open-home.ts';
import type { Integrity } from '../../../source/engine/integrity.ts';
import { type CrashScenario, setStage, type Stage } from './crash-scenarios.ts';
import { createFailingDisk, type PowerCut } from './failing-disk.ts';
import { install, sample, signal, temporaryFolder, waiting } from './temporary-home.ts';

/** What goes wrong at one write: the write fails with a code, the process is killed there, or the power goes and takes what was not synced. */
export type Mishap = { readonly fails: 'EIO' | 'ENOSPC' } | 'kill' | { readonly powerCut: PowerCut };

/** For looking at what a crash left: nothing crashes here any more, so nothing has to be synced. */
const quickDisk = { ...realDisk, syncFile: async () => undefined, syncFolder: async () => undefined, syncFileSystem: async () => true };
const last = sample('last');

/** What a user can tell apart: which generation, what is in it, and what else the scenario looks at. */
type View = {
	readonly current: unknown;
	readonly generations: readonly number[];
	readonly entries: readonly Integrity[];
	readonly sees: unknown;
};

async function viewOf(home: Home, scenario: CrashScenario): Promise<View> {
	return {
		current: currentOf(await home.current()),
		generations: (await home.generations()).map((generation) => generation.number),
		entries: await home.entries(),
		sees: (await scenario.sees?.(home)) ?? null,
	};
}

function currentOf({ number, lock, settings, grants }: Generation): unknown {
	return { number, lock, settings, grants };
}

async function begin(scenario: CrashScenario, path: string): Promise<Stage> {
	const failing = createFailingDisk(path);
	if (scenario.starts === 'with-nothing') {
		// Never used: the operation opens its own.
		return { path, failing, home: await openHomeOn(realDisk, { path: `${path}-unused`, waitMilliseconds: 100 }) };
	}

	const stage = await setStage({ path, failing });
	await scenario.prepare?.(stage);
	failing.syncAll();
	return stage;
}

/** What the operation writes, call by call, and how the home looks before and after it. */
export async function rehearse(
	scenario: CrashScenario,
): Promise<{ readonly calls: readonly string[]; readonly before: View; readonly after: View }> {
	await using folder = await temporaryFolder();
	const look = async (path: string) => {
		const home = await openHomeOn(quickDisk, { path, waitMilliseconds: 1000 });
		await home.recover();
		const view = await viewOf(home, scenario);
		await home[Symbol.asyncDispose]();
		return view;
	};
	const [untouched, done] = [join(folder.path, 'before'), join(folder.path, 'after')];
	await (await begin(scenario, untouched)).home[Symbol.asyncDispose]();
	const stage = await begin(scenario, done);
	const start = stage.failing.calls.length;
	await scenario.run(stage);
	await stage.home[Symbol.asyncDispose]();
	const calls = stage.failing.calls.slice(start);
	return { calls, before: await look(untouched), after: await look(done) };
}

/** Runs the operation once with the mishap at its write number `call`, and checks that what is left is one whole home that goes on working. */
export async function surviveOne(
	scenario: CrashScenario,
	{ call, mishap, before, after }: { readonly call: number; readonly mishap: Mishap; readonly before: View; readonly after: View },
): Promise<'before' | 'after'> {
	await using folder = await temporaryFolder();
	const stage = await begin(scenario, join(folder.path, 'home'));
	if (typeof mishap === 'object' && 'fails' in mishap) {
		stage.failing.failAt(call, mishap.fails);
	} else {
		stage.failing.stopAt(call);
	}

	const failure: unknown = await scenario.run(stage).then(
		() => null,
		(error: unknown) => error,
	);
	stage.failing.pause();
	if (typeof mishap === 'object' && 'fails' in mishap) {
		if (failure !== null) {
			expect(failure).toBeInstanceOf(EngineError);
			expect((failure as EngineError).code).toBe(mishap.fails === 'ENOSPC' ? 'disk-full' : 'home-unwritable');
		}

		// A full disk is no reason to start plugward anew.
		const isOpen = failure === null || scenario.starts === undefined;
		const current = isOpen ? await stage.home.current() : null;
		if (isOpen) {
			await install(stage.home, [last]);
		}

		stage.failing.resume();
		await stage.home[Symbol.asyncDispose]();
		return await expectWhole(stage.path, { scenario, before, after, left: current });
	}

	stage.failing.resume();
	await stage.home[Symbol.asyncDispose]();
	if (typeof mishap === 'object') {
		await stage.failing.cutPower(mishap.powerCut);
	}

	// Awaited here, before the folder is removed.
	return await expectWhole(stage.path, { scenario, before, after, left: null });
}

type Expectation = {
	readonly scenario: CrashScenario;
	readonly before: View;
	readonly after: View;
	/** What was current after the mishap, when something was installed since. */
	readonly left: Generation | null;
};

async function expectWhole(path: string, { scenario, before, after, left }: Expectation): Promise<'before' | 'after'> {
	const home = await openHomeOn(quickDisk, { path, waitMilliseconds: 1000 });
	await home.recover();
	expect(await home.recover()).toEqual({ actions: [], removedStagingFolders: 0, removedEntries: 0, removedFiles: 0 });
	const view = await viewOf(home, scenario);
	const current = left === null ? view.current : currentOf(left);
	const outcome = JSON.stringify([current, view.sees]) === JSON.stringify([after.current, after.sees]) ? 'after' : 'before';
	const expected = outcome === 'after' ? after : before;
	expect([current, view.sees]).toEqual([expected.current, expected.sees]);
	if (left === null) {
		// Some of what a collection removes may be left; nothing else may be there or be missing.
		for (const number of view.generations) {
			expect([...before.generations, ...after.generations]).toContain(number);
		}

		expect(view.generations).toEqual(expect.arrayContaining(after.generations.filter((number) => before.generations.includes(number))));
		expect([...before.entries, ...after.entries]).toEqual(expect.arrayContaining([...view.entries]));
	}

	expect(await readdir(home.layout.staging)).toEqual([]);
	await expectSound(home, scenario);
	await install(home, [last]);
	expect(Object.keys((await home.current()).lock.packages)).toEqual(['last@1.0.0']);
	await expectSound(home, scenario);
	await home.withMutex(() => home.collectGarbage({ newest: 0, since: null }, { signal }), waiting);
	expect((await home.store.verifyEntry(last.integrity, { signal })).findings).toEqual([]);
	await home[Symbol.asyncDispose]();
	return outcome;
}

async function expectSound(home: Home, { damaged = [] }: CrashScenario): Promise<void> {
	const { layout } = home;
	const mayBeDamaged = new Set(damaged.map(({ integrity }) => integrity));
	const generations = await home.generations();
	const needed = new Set(generations.flatMap(({ lock }) => Object.values(lock.packages).map(({ integrity }) => integrity)));
	for (const integrity of needed) {
		if (!mayBeDamaged.has(integrity)) {
			expect(await home.store.receipt(integrity)).not.toBeNull();
			expect((await home.store.verifyEntry(integrity, { signal })).findings).toEqual([]);
		}
	}

	for (const integrity of await home.entries()) {
		expect(await home.store.receipt(integrity)).not.toBeNull();
	}

	expect(await readdir(layout.journal)).toEqual([]);
	expect((await readdir(home.path, { recursive: true })).filter((name) => name.includes('.tmp-'))).toEqual([]);
	for (const name of await readdir(layout.files)) {
		expect((await lstat(join(layout.files, name))).nlink).toBeGreaterThan(1);
	}

	const log = await readFile(layout.audit, 'utf8').catch(() => '');
	expect(verifyAuditLog(log).brokenAt).toBeNull();
	// Every operation is on record once, and so is every generation that is there.
	const lines = log.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as { readonly operation?: string }]));
	const ids = lines.flatMap(({ operation }) => operation ?? []);
	expect(new Set(ids).size).toBe(ids.length);
	const committed = (await home.operations()).filter(({ event }) => event === 'generation-committed').map(({ to }) => to);
	for (const { number } of generations) {
		expect(committed).toContain(number);
	}
}
