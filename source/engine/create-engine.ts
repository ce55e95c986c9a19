import type { DoctorReport, Engine, EngineOptions, Topics } from './engine.ts';
import { type EngineError, type ErrorCode, toEngineError } from './errors.ts';
import type { CallOptions } from './events.ts';
import { createLayout, openHome, resolveHomePath } from './home/index.ts';
import { applyPlan } from './operations/apply-plan.ts';
import { cacheInfo, cleanCache, verifyCache } from './operations/cache.ts';
import { collectGarbage } from './operations/collect-garbage.ts';
import { diff } from './operations/diff.ts';
import type { EngineContext } from './operations/engine-context.ts';
import { doctor, examine as examineAround } from './operations/doctor.ts';
import { explain } from './operations/explain.ts';
import { exportHome } from './operations/export-home.ts';
import { evaluate } from './operations/evaluate.ts';
import { exportNodeModules } from './operations/export-node-modules.ts';
import { history } from './operations/history.ts';
import { info } from './operations/info.ts';
import { keepGeneration, releaseGeneration } from './operations/keep-generation.ts';
import { list } from './operations/list.ts';
import { loadPolicy } from './operations/load-policy.ts';
import { believe } from './operations/people-and-policy/believe.ts';
import { readStandings } from './operations/people-and-policy/standings.ts';
import { outdated } from './operations/outdated.ts';
import { planFrozen } from './operations/plan-frozen.ts';
import { planImport } from './operations/plan-import.ts';
import { planInstall } from './operations/plan-install.ts';
import { planMark } from './operations/plan-mark.ts';
import { planOverride } from './operations/plan-override.ts';
import { planRedo } from './operations/plan-redo.ts';
import { planRemove } from './operations/plan-remove.ts';
import { planRollback, planSwitch } from './operations/plan-rollback.ts';
import { planUndo } from './operations/plan-undo.ts';
import { planUpdate } from './operations/plan-update.ts';
import { currentPlatform } from './operations/platform.ts';
import { makeProfile, profiles, removeProfile, selectProfile } from './operations/profiles.ts';
import { repair } from './operations/repair.ts';
import { resolveReport } from './operations/resolve-report.ts';
import { trackRunningTasks } from './operations/running-tasks.ts';
import { runTask } from './operations/run-task.ts';
import { search } from './operations/search.ts';
import { trustCalls } from './operations/people-and-policy/trust-calls.ts';
import { verify } from './operations/verify.ts';
import { why } from './operations/why.ts';
import { writeLock } from './operations/write-lock.ts';
import { lazyRegistryClient, type RegistryClientOptions, type RegistryNotice } from './registry/index.ts';
import { loadTrustRoots } from './trust/index.ts';

/** Opens the home (creating it when it is new, recovering it when it was interrupted) ; npm's configuration is read when a registry is first needed. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
	const startNotices: RegistryNotice[] = [];
	const home = await openHome({
		path: resolveHomePath(options),
		waitMilliseconds: options.waitMilliseconds,
		command: options.command,
		profile: options.profile ?? null,
		store: options.store ?? null,
		storeOfNewHomes: options.environment['PLUGWARD_STORE'] || null,
	});
	const registry = openRegistry(options, { cacheFolder: home.layout.cache, onNotice: (notice) => startNotices.push(notice) });
	const policies = await loadPolicy(options);
	startNotices.push(...policies.refused.map((text) => ({ severity: 'warning' as const, code: 'policy-not-loosened', text })));
	if (policies.policy.ownRegistries.length > 0) {
		// Which registry a package comes from then decides how it is judged, offline too.
		await registry.open();
	}

	const believed = believe(options, policies);
	const context: EngineContext = {
		options,
		home,
		registry,
		get policy() {
			return believed.policies.policy;
		},
		get policies() {
			return believed.policies;
		},
		reloadPolicies: () => believed.reload(),
		standings: () => (believed.standings ??= readStandings(context)),
		platform: currentPlatform(),
		clock: () => new Date(),
		running: trackRunningTasks(),
		trustRoots: () => believed.trustRoots(),
	};
	return engineOf(context, startNotices);
}

function openRegistry(options: EngineOptions, { cacheFolder, onNotice }: Pick<RegistryClientOptions, 'cacheFolder' | 'onNotice'>) {
	const { cwd, environment, registry, offline } = options;
	return lazyRegistryClient({ cwd, environment, registry, offline, cacheFolder, onNotice });
}

/** What the doctor finds when `createEngine` has thrown `failure`. */
export async function examine(options: EngineOptions, failure: EngineError, call: CallOptions): Promise<DoctorReport> {
	const { cache } = createLayout(resolveHomePath(options));
	await using registry = openRegistry(options, { cacheFolder: cache, onNotice: (notice) => call.onEvent({ type: 'notice', ...notice }) });
	return examineAround({ options, registry, clock: () => new Date(), trustRoots: loadTrustRoots }, failure, call);
}

function engineOf(context: EngineContext, notices: RegistryNotice[]): Engine {
	/** Tells what was noticed since the last call, and lets only engine errors out. */
	async function guard<T>(call: CallOptions, work: () => Promise<T>): Promise<T> {
		for (const notice of notices.splice(0)) {
			call.onEvent({ type: 'notice', ...notice });
		}

		try {
			call.signal.throwIfAborted();
			return await work();
		} catch (error) {
			throw toEngineError(error, UNFORESEEN);
		}
	}

	return {
		homePath: context.home.path,
		profile: context.home.profile,
		registryUrl: (call) => guard(call, async () => (await context.registry.open()).registryUrl),
		search: (query, call) => guard(call, () => search(context, query, call)),
		info: (spec, call) => guard(call, () => info(context, spec, call)),
		resolve: (specs, call) => guard(call, () => resolveReport(context, specs, call)),
		evaluate: (spec, call) => guard(call, () => evaluate(context, spec, call)),
		planInstall: (specs, call) => guard(call, () => planInstall(context, specs, call)),
		planUpdate: (names, call) => guard(call, () => planUpdate(context, names, call)),
		planOverride: (change, call) => guard(call, () => planOverride(context, change, call)),
		planFrozen: (request, call) => guard(call, () => planFrozen(context, request, call)),
		writeLock: (file, call) => guard(call, () => writeLock(context, file, call)),
		planRemove: (names, call) => guard(call, () => planRemove(context, names, call)),
		planRollback: (generation, call) => guard(call, () => planRollback(context, generation, call)),
		planSwitch: (generation, call) => guard(call, () => planSwitch(context, generation, call)),
		planUndo: (generation, call) => guard(call, () => planUndo(context, generation, call)),
		planRedo: (call) => guard(call, () => planRedo(context, call)),
		planMark: (mark, names, call) => guard(call, () => planMark(context, { mark, names }, call)),
		applyPlan: (plan, call) => guard(call, () => applyPlan(context, plan, call)),
		outdated: (names, call) => guard(call, () => outdated(context, names, call)),
		explain: (request, call) => guard(call, () => explain(context, request, call)),
		why: (request, call) => guard(call, () => why(context, request, call)),
		list: (call) => guard(call, () => list(context, call)),
		history: (call) => guard(call, () => history(context, call)),
		diff: (from, to, call) => guard(call, () => diff(context, { from, to })),
		profiles: (call) => guard(call, () => profiles(context)),
		makeProfile: (request, call) => guard(call, () => makeProfile(context, request, call)),
		selectProfile: (name, call) => guard(call, () => selectProfile(context, name, call)),
		removeProfile: (name, call) => guard(call, () => removeProfile(context, name, call)),
		keepGeneration: (generation, call) => guard(call, () => keepGeneration(context, generation, call)),
		releaseGeneration: (generation, call) => guard(call, () => releaseGeneration(context, generation, call)),
		collectGarbage: (request, call) => guard(call, () => collectGarbage(context, request, call)),
		trust: trustCalls(context, guard),
		verify: (names, call) => guard(call, () => verify(context, names, call)),
		doctor: (call) => guard(call, () => doctor(context, call)),
		cacheInfo: (call) => guard(call, () => cacheInfo(context, call)),
		verifyCache: (call) => guard(call, () => verifyCache(context, call)),
		cleanCache: (call) => guard(call, () => cleanCache(context, call)),
		exportNodeModules: (folder, call) => guard(call, () => exportNodeModules(context, folder, call)),
		exportHome: (request, call) => guard(call, () => exportHome(context, request, call)),
		planImport: (request, call) => guard(call, () => planImport(context, request, call)),
		repair: (names, call) => guard(call, () => repair(context, names, call)),
		runTask: (request, call) => guard(call, () => runTask(context, request, call)),
		subscribe: (topic, call) => subscribe(context, topic, call),
		async [Symbol.asyncDispose]() {
			await context.registry[Symbol.asyncDispose]();
			await context.home[Symbol.asyncDispose]();
		},
	};
}

const UNFORESEEN: { readonly code: ErrorCode; readonly message: string; readonly hint: string } = {
	code: 'internal',
	message: 'Something went wrong that plugward did not foresee.',
	hint: 'Please report it with what --verbose prints.',
};

function subscribe<T extends keyof Topics>(
	context: EngineContext,
	topic: T,
	options: { readonly signal: AbortSignal },
): AsyncIterable<Topics[T]>;
function subscribe(
	context: EngineContext,
	topic: keyof Topics,
	options: { readonly signal: AbortSignal },
): AsyncIterable<Topics[keyof Topics]> {
	switch (topic) {
		case 'generation':
			return watchGeneration(context, options);
		case 'running':
			return context.running.watch(options);
	}
}

async function* watchGeneration({ home }: EngineContext, options: { readonly signal: AbortSignal }): AsyncIterable<Topics['generation']> {
	for await (const number of home.watchCurrent(options)) {
		yield { number };
	}
}
