import { join } from 'node:path';
import { EMPTY_SETTINGS, type Generation, type Home } from '../../../source/engine/home/index.ts';
import { openHomeOn } from '../../../source/engine/home/open-home.ts';
import type { FailingDisk } from './failing-disk.ts';
import { add, addRequest, changeTo, install, type Sample, sample, signal, waiting } from './temporary-home.ts';

/** A home on a disk that can fail. At the start it is durable, with the generations 1 (one package) and 2 (two, current). */
export type Stage = { readonly path: string; readonly failing: FailingDisk; home: Home };

export type CrashScenario = {
	readonly name: string;
	/** Without it the operation starts where nothing is. */
	readonly starts?: 'with-nothing';
	/** Before the disk begins to fail; what it does is durable. */
	readonly prepare?: (stage: Stage) => Promise<void>;
	readonly run: (stage: Stage) => Promise<void>;
	/** What may have changed besides `current`; the same before and after for what changes nothing else. */
	readonly sees?: (home: Home) => Promise<unknown>;
	/** Entries that the operation found damaged: they may be damaged, absent or whole. */
	readonly damaged?: readonly Sample[];
};

export const FIRST = sample('first');
export const SECOND = sample('second', '1.0.0', { 'lib/a.js': 'a\n' });
const third = sample('third', '2.0.0', { 'lib/deep/file.js': 'deep\n', 'lib/empty.js': '' });
const newer = sample('second', '2.0.0', { 'lib/a.js': 'a\n', 'lib/b.js': 'b\n' });
const KEY = 'ab'.repeat(32);
const OTHER_KEY = 'cd'.repeat(32);

/** The home as it is before every operation. */
export async function setStage({ path, failing }: { readonly path: string; readonly failing: FailingDisk }): Promise<Stage> {
	const home = await openHomeOn(failing.disk, { path, waitMilliseconds: 1000 });
	await install(home, [FIRST]);
	await install(home, [FIRST, SECOND]);
	return { path, failing, home };
}

const exclusively = async (home: Home, work: () => Promise<unknown>) => {
	await home.withMutex(work, waiting);
};

async function addAll(home: Home, samples: readonly Sample[]): Promise<void> {
	for (const one of samples) {
		await add(home, one);
	}
}

async function damageSecond({ home, failing }: Stage): Promise<void> {
	const path = join(home.store.treePath(SECOND.integrity), 'index.js');
	await failing.disk.removeFile(path);
	failing.disk.writeFileSync(path, Buffer.from('changed'), 0o644);
	failing.disk.extendFileSync(home.layout.sharedFile(await fileOf(home, 'lib/a.js')), Buffer.from('changed'));
}

async function fileOf(home: Home, path: string) {
	const file = (await home.store.receipt(SECOND.integrity))?.files.find((one) => one.path === path);
	if (file === undefined) {
		throw new Error(`the sample has no ${path}`);
	}

	return file;
}

async function commitWith({ home }: Stage, samples: readonly Sample[], changes: Partial<Generation> = {}): Promise<void> {
	await addAll(home, samples);
	const { number } = await home.current();
	await exclusively(home, () =>
		home.commit({ ...changeTo(samples, number), ...changes, artefacts: samples.map(({ integrity }) => integrity) }, { signal }),
	);
}

const bundles = async (home: Home) =>
	Promise.all([KEY, OTHER_KEY].map(async (key) => Buffer.from((await home.readBundle(key)) ?? []).toString()));

/** Everything that writes to a home. */
export const CRASH_SCENARIOS: readonly CrashScenario[] = [
	{
		name: 'first install',
		starts: 'with-nothing',
		run: async (stage) => {
			stage.home = await openHomeOn(stage.failing.disk, { path: stage.path, waitMilliseconds: 1000 });
			await commitWith(stage, [FIRST]);
		},
	},
	{ name: 'install', run: (stage) => commitWith(stage, [FIRST, SECOND, third]) },
	{ name: 'update', run: (stage) => commitWith(stage, [FIRST, newer]) },
	{ name: 'remove', run: (stage) => commitWith(stage, [FIRST]) },
	{ name: 'hold', run: (stage) => commitWith(stage, [FIRST, SECOND], { settings: { ...EMPTY_SETTINGS, held: ['first'] } }) },
	{
		name: 'rollback',
		run: ({ home }) => exclusively(home, () => home.switchTo(1, { signal, command: 'rollback 1' })),
	},
	{
		name: 'collection',
		prepare: ({ home }) => exclusively(home, () => home.switchTo(1, { signal, command: 'rollback 1' })),
		run: ({ home }) => exclusively(home, () => home.collectGarbage({ newest: 0, since: null }, { signal })),
	},
	{
		name: 'repair',
		prepare: damageSecond,
		run: async ({ home }) => {
			await home.store.add(addRequest(SECOND, { replaces: true }));
			await exclusively(home, () => home.replaceEntries([SECOND.integrity], { signal, command: 'verify --repair', type: 'repair' }));
		},
		damaged: [SECOND],
	},
	{ name: 'writing a bundle', run: ({ home }) => home.writeBundle(KEY, Buffer.from('code')), sees: bundles },
	{
		name: 'cleaning the cache',
		prepare: async (stage) => {
			await stage.home.writeBundle(KEY, Buffer.from('code'));
			await stage.home.writeBundle(OTHER_KEY, Buffer.from('other'));
		},
		run: ({ home }) =>
			exclusively(home, async () => {
				await home.collectGarbage({ newest: Number.POSITIVE_INFINITY, since: null }, { signal });
				for (const key of await home.bundleKeys()) {
					await home.removeBundle(key);
				}
			}),
	},
	{ name: 'keep', run: ({ home }) => exclusively(home, () => home.keepGeneration(1)), sees: (home) => home.keptGenerations() },
	{
		name: 'release',
		prepare: ({ home }) => exclusively(home, () => home.keepGeneration(1)),
		run: ({ home }) => exclusively(home, () => home.releaseGeneration(1)),
		sees: (home) => home.keptGenerations(),
	},
	{
		name: 'revocation',
		run: ({ home }) =>
			exclusively(home, () =>
				home.revoke({ type: 'version', name: 'first', version: '1.0.0', revokedAt: '2026-01-01T00:00:00.000Z', reason: null }),
			),
		sees: (home) => home.revocations(),
	},
	{ name: 'audit line', run: ({ home }) => home.appendAudit({ event: 'denied', ts: '2026-01-01T00:00:00.000Z' }) },
	{
		name: 'evidence',
		run: ({ home }) =>
			home.store.updateEvidence(FIRST.integrity, [
				{ kind: 'provenance', state: 'unavailable', reason: 'offline', code: 'offline', identity: null },
			]),
		sees: async (home) => (await home.store.receipt(FIRST.integrity))?.evidence,
	},
	...[8, 20, 32].map((calls): CrashScenario => ({
		name: `recovery of an install that stopped at its ${calls}. write`,
		prepare: async (stage) => {
			await addAll(stage.home, [third]);
			stage.failing.stopAt(calls);
			await commitWith(stage, [FIRST, SECOND, third]).catch(() => undefined);
			await stage.home[Symbol.asyncDispose]();
			stage.failing.neverFail();
		},
		run: async (stage) => {
			stage.home = await openHomeOn(stage.failing.disk, { path: stage.path, waitMilliseconds: 1000 });
			await stage.home.recover();
		},
	})),
];
