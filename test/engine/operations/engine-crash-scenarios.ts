import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngineWith } from '../../../source/engine/create-engine.ts';
import { realDisk } from '../../../source/engine/home/disk.ts';
import { openHomeOn } from '../../../source/engine/home/open-home.ts';
import { type CallOptions, type Engine, EngineError, type Plan } from '../../../source/engine/index.ts';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { requireWholeHome } from '../../proofs/whole-home.ts';
import { createFailingDisk, type FailingDisk, type PowerCut } from '../home/failing-disk.ts';

/** What goes wrong at one write: it fails with a code, the process is killed there, or the power goes and takes what was not synced. */
export type Mishap = { readonly fails: 'EIO' | 'ENOSPC' } | 'kill' | { readonly powerCut: PowerCut };

export type EngineScenario = {
	readonly name: string;
	readonly prepare?: (engine: Engine, stage: EngineStage) => Promise<void>;
	readonly run: (engine: Engine, stage: EngineStage) => Promise<unknown>;
};

export type EngineStage = { readonly registry: FakeRegistry; readonly archive: string };

const call: CallOptions = { signal: new AbortController().signal, onEvent: () => undefined };
const quickDisk = { ...realDisk, syncFile: async () => undefined, syncFolder: async () => undefined, syncFileSystem: async () => true };

/** Accepts all it asks: what is proven here is the writing, not the asking. */
async function apply(engine: Engine, planning: Promise<Plan>): Promise<void> {
	const plan = await planning;
	const decisions = plan.requirements.map(({ id }) => ({ requirementId: id, answer: 'accept' as const, reason: 'a test' }));
	await engine.applyPlan(plan, { ...call, decisions });
}

/** Each starts in a home at generation 2: `one` at 1.0.0, which needs `part`, and the plugin `tool`; `one` alone was generation 1. */
export const ENGINE_SCENARIOS: readonly EngineScenario[] = [
	{ name: 'install', run: (engine) => apply(engine, engine.planInstall(['two', 'one@1.1.0'], call)) },
	{ name: 'update', run: (engine) => apply(engine, engine.planUpdate([], { ...call, toLatest: false })) },
	{ name: 'remove', run: (engine) => apply(engine, engine.planRemove(['one'], call)) },
	{ name: 'hold', run: (engine) => apply(engine, engine.planMark('hold', ['one'], call)) },
	{ name: 'undo', run: (engine) => apply(engine, engine.planUndo(2, call)) },
	{ name: 'rollback', run: (engine) => apply(engine, engine.planRollback(1, call)) },
	{
		name: 'redo',
		prepare: (engine) => apply(engine, engine.planRollback(1, call)),
		run: (engine) => apply(engine, engine.planRedo(call)),
	},
	{
		name: 'gc',
		prepare: (engine) => apply(engine, engine.planRemove(['one'], call)),
		run: (engine) => engine.collectGarbage({ newest: 1, olderThanDays: null, isDryRun: false }, call),
	},
	{ name: 'import', run: (engine, { archive }) => apply(engine, engine.planImport({ file: archive, generation: null }, call)) },
	{ name: 'profile new', run: (engine) => engine.makeProfile({ name: 'work', from: 1 }, call) },
	{
		name: 'profile switch',
		prepare: async (engine) => void (await engine.makeProfile({ name: 'work', from: 1 }, call)),
		run: (engine) => engine.selectProfile('work', call),
	},
	{
		name: 'profile remove',
		prepare: async (engine) => void (await engine.makeProfile({ name: 'work', from: 1 }, call)),
		run: (engine) => engine.removeProfile('work', call),
	},
];

export async function openStage(): Promise<EngineStage & AsyncDisposable> {
	const registry = await startFakeRegistry();
	registry.serve('part', '1.0.0');
	registry.serve('one', '1.0.0', { dependencies: { part: '*' } });
	registry.serve('one', '1.1.0', { dependencies: { part: '*', more: '*' } });
	registry.serve('more', '1.0.0');
	registry.serve('two', '1.0.0');
	registry.serve('three', '1.0.0');
	registry.serve('last', '1.0.0');
	const manifest = { apiVersion: 1, main: './p.js', tasks: {}, permissions: [{ type: 'env', name: 'TOKEN', reason: 'to sign in' }] };
	registry.serve('tool', '1.0.0', { plugward: manifest }, { 'p.js': 'export default {}' });
	const folder = await mkdtemp(join(tmpdir(), 'plugward-engine-crash-'));
	const archive = join(folder, 'home.tar');
	const engine = await openOn(realDisk, { folder, registry });
	await apply(engine, engine.planInstall(['three', 'two'], call));
	await engine.exportHome({ file: archive, generation: null, all: false }, call);
	await engine[Symbol.asyncDispose]();
	return {
		registry,
		archive,
		async [Symbol.asyncDispose]() {
			await registry[Symbol.asyncDispose]();
			await rm(folder, { recursive: true, force: true });
		},
	};
}

type Place = { readonly folder: string; readonly registry: FakeRegistry };

async function openOn(disk: FailingDisk['disk'], { folder, registry }: Place): Promise<Engine> {
	const userConfig = join(folder, 'npmrc');
	await mkdir(folder, { recursive: true });
	await writeFile(userConfig, `registry=${registry.url}\n`, { mode: 0o600 });
	return createEngineWith((options) => openHomeOn(disk, options), {
		home: join(folder, 'home'),
		registry: null,
		offline: false,
		cwd: folder,
		environment: { HOME: folder, NPM_CONFIG_USERCONFIG: userConfig, NPM_CONFIG_GLOBALCONFIG: join(folder, 'none') },
		waitMilliseconds: 2000,
		command: 'test',
	});
}

/** What a user can tell apart. */
async function viewOf(engine: Engine): Promise<string> {
	const { plugins, packageCount } = await engine.list(call);
	return JSON.stringify([
		plugins.map(({ name, version, isHeld, grants }) => [name, version, isHeld, grants.length]),
		packageCount,
		(await engine.profiles(call)).map(({ name, isSelected, generation }) => [name, isSelected, generation]),
	]);
}

export type Rehearsed = { readonly calls: readonly string[]; readonly before: string; readonly after: string };

async function begin(scenario: EngineScenario, stage: EngineStage, folder: string) {
	const failing = createFailingDisk(join(folder, 'home'));
	const place = { folder, registry: stage.registry };
	const engine = await openOn(failing.disk, place);
	await apply(engine, engine.planInstall(['one@1.0.0'], call));
	await apply(engine, engine.planInstall(['tool', 'one@^1.0.0', 'part'], call));
	await scenario.prepare?.(engine, stage);
	failing.syncAll();
	return { failing, place, engine };
}

/** What the operation writes, call by call, and how the home looks before and after it. */
export async function rehearse(scenario: EngineScenario, stage: EngineStage): Promise<Rehearsed> {
	const folder = await mkdtemp(join(tmpdir(), 'plugward-engine-crash-'));
	try {
		const { failing, engine } = await begin(scenario, stage, folder);
		const before = await viewOf(engine);
		const start = failing.calls.length;
		await scenario.run(engine, stage);
		await engine[Symbol.asyncDispose]();
		const calls = failing.calls.slice(start);
		const again = await openOn(quickDisk, { folder, registry: stage.registry });
		const after = await viewOf(again);
		await again[Symbol.asyncDispose]();
		return { calls, before, after };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

type Try = { readonly scenario: EngineScenario; readonly stage: EngineStage; readonly rehearsed: Rehearsed };

/** Runs the operation once with the mishap at its write number `index`; throws unless what is left is one whole home that goes on working. */
export async function surviveOne(
	{ scenario, stage, rehearsed }: Try,
	{ index, mishap }: { readonly index: number; readonly mishap: Mishap },
): Promise<'before' | 'after'> {
	const folder = await mkdtemp(join(tmpdir(), 'plugward-engine-crash-'));
	try {
		const { failing, place, engine } = await begin(scenario, stage, folder);
		if (typeof mishap === 'object' && 'fails' in mishap) {
			failing.failAt(index, mishap.fails);
		} else {
			failing.stopAt(index);
		}

		await scenario.run(engine, stage).catch((error: unknown) => {
			if (!(error instanceof EngineError) || error.code === 'internal') {
				throw error;
			}
		});
		await engine[Symbol.asyncDispose]();
		failing.neverFail();
		if (typeof mishap === 'object' && 'powerCut' in mishap) {
			await failing.cutPower(mishap.powerCut);
		}

		return await requireWorking(place, rehearsed);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function requireWorking(place: Place, { before, after }: Rehearsed): Promise<'before' | 'after'> {
	await requireWholeHome(join(place.folder, 'home'));
	const engine = await openOn(quickDisk, place);
	try {
		const state = await viewOf(engine);
		if (state !== before && state !== after) {
			throw new Error(`neither before nor after: ${state}\nbefore: ${before}\nafter: ${after}`);
		}

		const { findings } = await engine.verify([], call);
		if (findings.length > 0) {
			throw new Error(`verify finds ${JSON.stringify(findings)}`);
		}

		await apply(engine, engine.planInstall(['last'], call));
		const { plugins } = await engine.list(call);
		if (!plugins.some(({ name }) => name === 'last')) {
			throw new Error('the next install did nothing');
		}

		return state === after ? 'after' : 'before';
	} finally {
		await engine[Symbol.asyncDispose]();
	}
}
