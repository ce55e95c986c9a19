import type { DataCalls } from './data-calls.ts';
import type { DoctorReport } from './upkeep.ts';
import type { Engine, EngineOptions, Topics } from './engine.ts';
import { type EngineError, type ErrorCode, toEngineError } from './errors.ts';
import type { CallOptions } from './events.ts';
import { createLayout, mendHome, type Home, type HomeOptions, openHome, resolveHomePath } from './home/index.ts';
import { auditLogCalls } from './operations/audit-log/audit-log-calls.ts';
import { coreCalls } from './operations/cores/core-calls.ts';
import type { EngineContext } from './operations/engine-context.ts';
import { jobCalls } from './operations/jobs/job-calls.ts';
import { isSwitch } from './operations/apply/is-switch.ts';
import { loadPolicy } from './operations/load-policy.ts';
import { believe, rootsOf } from './operations/people-and-policy/believe.ts';
import { readStandings } from './operations/people-and-policy/standings.ts';
import { currentPlatform } from './operations/doctor/platform.ts';
import { lazyRuntime } from './operations/running/lazy-runtime.ts';
import { runtimeCalls } from './operations/running/runtime-calls.ts';
import { runningCalls } from './operations/running/running-calls.ts';
import { trackRunningTasks } from './operations/running/running-tasks.ts';
import { type Guard, trustCalls } from './operations/people-and-policy/trust-calls.ts';
import type { Applied, Plan } from './plan.ts';
import { lazyRegistryClient, type RegistryClientOptions, type RegistryNotice } from './registry/index.ts';
import type { RegistryCalls } from './registry-calls.ts';
import type { ToolCalls } from './tool-calls.ts';

/** Opens the home (creating it when it is new, recovering it when it was interrupted) ; npm's configuration is read when a registry is first needed. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
	return createEngineWith(openHome, options);
}

/** The same with a home opened in another way: for tests that make its writes fail. */
export async function createEngineWith(open: (options: HomeOptions) => Promise<Home>, options: EngineOptions): Promise<Engine> {
	const startNotices: RegistryNotice[] = [];
	const home = await open({
		path: resolveHomePath(options),
		waitMilliseconds: options.waitMilliseconds,
		command: options.command,
		profile: options.profile ?? null,
		store: options.store ?? null,
		storeOfNewHomes: options.environment['PLUGWARD_STORE'] || null,
		...(options.auditRules === undefined ? {} : { auditRules: options.auditRules }),
	});
	const registry = openRegistry(options, { cacheFolder: home.layout.cache, onNotice: (notice) => startNotices.push(notice) });
	const policies = await loadPolicy(options);
	startNotices.push(...policies.refused.map((text) => ({ severity: 'warning' as const, code: 'policy-not-loosened', text })));
	if (policies.policy.ownRegistries.length > 0) {
		// Which registry a package comes from then decides how it is judged, offline too.
		await registry.open();
	}

	const believed = believe(options, policies, (text) => startNotices.push({ severity: 'warning', code: 'trust-root', text }));
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
		runtime: lazyRuntime(() => context),
		ownDoors: new Set(),
		trustRoots: () => believed.trustRoots(),
	};
	return engineOf(context, startNotices);
}

function openRegistry(options: EngineOptions, { cacheFolder, onNotice }: Pick<RegistryClientOptions, 'cacheFolder' | 'onNotice'>) {
	const { cwd, environment, registry, offline } = options;
	return lazyRegistryClient({ cwd, environment, registry, offline, cacheFolder, onNotice });
}

/** What the doctor finds when `createEngine` has thrown `failure`. */
export async function examine(
	options: EngineOptions,
	failure: EngineError,
	call: CallOptions & { readonly fix: boolean },
): Promise<DoctorReport> {
	const fixed: string[] = [];
	let found = failure;
	for (let mended = await mendIf(options, found, call); mended !== null; mended = await mendIf(options, found, call)) {
		fixed.push(mended);
		try {
			await using engine = await createEngine(options);
			const report = await engine.doctor(call);
			return { ...report, fixed: [...fixed, ...report.fixed] };
		} catch (error) {
			found = toEngineError(error, UNFORESEEN);
		}
	}

	const report = await examineAround(options, found, call);
	return { ...report, fixed };
}

async function mendIf(options: EngineOptions, failure: EngineError, { fix }: { readonly fix: boolean }): Promise<string | null> {
	return fix ? mendHome(resolveHomePath(options), failure) : null;
}

async function examineAround(options: EngineOptions, failure: EngineError, call: CallOptions): Promise<DoctorReport> {
	const { cache } = createLayout(resolveHomePath(options));
	await using registry = openRegistry(options, { cacheFolder: cache, onNotice: (notice) => call.onEvent({ type: 'notice', ...notice }) });
	return (await loadChanging()).examine(
		{ options, registry, clock: () => new Date(), trustRoots: () => rootsOf(options, []) },
		failure,
		call,
	);
}

function engineOf(context: EngineContext, notices: RegistryNotice[]): Engine {
	const guard = guardTelling(notices);
	return {
		homePath: context.home.path,
		profile: context.home.profile,
		registryUrl: (call) => guard(call, () => context.registry.registryUrl()),
		search: (query, call) => guard(call, async () => (await loadChanging()).search(context, query, call)),
		info: (spec, call) => guard(call, async () => (await loadChanging()).info(context, spec, call)),
		downloads: (request, call) => guard(call, async () => (await loadChanging()).downloads(context, request, call)),
		resolve: (specs, call) => guard(call, async () => (await loadChanging()).resolveReport(context, specs, call)),
		evaluate: (spec, call) => guard(call, async () => (await loadChanging()).evaluate(context, spec, call)),
		planInstall: (specs, call) => guard(call, async () => (await loadChanging()).planInstall(context, specs, call)),
		planUpdate: (names, call) => guard(call, async () => (await loadChanging()).planUpdate(context, names, call)),
		planOverride: (change, call) => guard(call, async () => (await loadChanging()).planOverride(context, change, call)),
		planFrozen: (request, call) => guard(call, async () => (await loadChanging()).planFrozen(context, request, call)),
		writeLock: (file, call) => guard(call, async () => (await loadChanging()).writeLock(context, file, call)),
		planRemove: (names, call) => guard(call, async () => (await loadChanging()).planRemove(context, names, call)),
		planRollback: (generation, call) => guard(call, async () => (await loadSwitching()).planRollback(context, generation, call)),
		planSwitch: (generation, call) => guard(call, async () => (await loadSwitching()).planSwitch(context, generation, call)),
		planUndo: (generation, call) => guard(call, async () => (await loadChanging()).planUndo(context, generation, call)),
		planRedo: (call) => guard(call, async () => (await loadSwitching()).planRedo(context, call)),
		planMark: (mark, names, call) => guard(call, async () => (await loadChanging()).planMark(context, { mark, names }, call)),
		applyPlan: (plan, call) => guard(call, () => apply(context, plan, call)),
		contents: {
			list: (request, call) => guard(call, async () => (await loadChanging()).listContents(context, request, call)),
			file: (request, call) => guard(call, async () => (await loadChanging()).containedFile(context, request, call)),
		},
		updates: {
			review: (request, call) => guard(call, async () => (await loadChanging()).reviewUpdate(context, request, call)),
			file: (request, call) => guard(call, async () => (await loadChanging()).reviewFile(context, request, call)),
		},
		outdated: (names, call) => guard(call, async () => (await loadChanging()).outdated(context, names, call)),
		explain: (request, call) => guard(call, async () => (await loadChanging()).explain(context, request, call)),
		why: (request, call) => guard(call, async () => (await import('./operations/answers/why.ts')).why(context, request, call)),
		list: (call) => guard(call, async () => (await import('./operations/answers/list.ts')).list(context, call)),
		history: (call) => guard(call, async () => (await import('./operations/answers/history.ts')).history(context, call)),
		diff: (from, to, call) => guard(call, async () => (await import('./operations/answers/diff.ts')).diff(context, { from, to })),
		profiles: (call) => guard(call, async () => (await loadProfiles()).profiles(context)),
		makeProfile: (request, call) => guard(call, async () => (await loadProfiles()).makeProfile(context, request, call)),
		selectProfile: (name, call) => guard(call, async () => (await loadProfiles()).selectProfile(context, name, call)),
		removeProfile: (name, call) => guard(call, async () => (await loadProfiles()).removeProfile(context, name, call)),
		keepGeneration: (generation, call) =>
			guard(call, async () => (await import('./operations/generations/keep-generation.ts')).keepGeneration(context, generation, call)),
		releaseGeneration: (generation, call) =>
			guard(call, async () => (await import('./operations/generations/keep-generation.ts')).releaseGeneration(context, generation, call)),
		collectGarbage: (request, call) => guard(call, async () => (await loadChanging()).collectGarbage(context, request, call)),
		jobs: jobCalls(context, guard),
		registries: registryCalls(context, guard),
		trust: trustCalls(context, guard),
		verify: (names, call) => guard(call, async () => (await loadChanging()).verify(context, names, call)),
		doctor: (call) => guard(call, async () => (await loadChanging()).doctor(context, call)),
		cacheInfo: (call) => guard(call, async () => (await loadChanging()).cacheInfo(context, call)),
		verifyCache: (call) => guard(call, async () => (await loadChanging()).verifyCache(context, call)),
		cleanCache: (call) => guard(call, async () => (await loadChanging()).cleanCache(context, call)),
		exportNodeModules: (folder, call) => guard(call, async () => (await loadChanging()).exportNodeModules(context, folder, call)),
		exportHome: (request, call) => guard(call, async () => (await loadChanging()).exportHome(context, request, call)),
		planImport: (request, call) => guard(call, async () => (await loadChanging()).planImport(context, request, call)),
		repair: (names, call) => guard(call, async () => (await loadChanging()).repair(context, names, call)),
		explainPermissions: (request, call) => guard(call, async () => (await loadChanging()).explainPermissions(context, request, call)),
		revokeGrant: (request, call) => guard(call, async () => (await loadChanging()).revokeGrant(context, request, call)),
		auditLog: auditLogCalls(context, guard),
		runtime: runtimeCalls(context, guard),
		cores: coreCalls(context, guard),
		...runningCalls(context, guard),
		tools: toolCalls(context, guard),
		data: dataCalls(context, guard),
		subscribe: (topic, call) => subscribe(context, topic, call),
		[Symbol.asyncDispose]: () => close(context),
	};
}

/** Tells what was noticed since the last call and in this one, and lets only engine errors out. */
function guardTelling(notices: RegistryNotice[]): Guard {
	const tellAll = (call: CallOptions): void => {
		for (const notice of notices.splice(0)) {
			call.onEvent({ type: 'notice', ...notice });
		}
	};

	return async (call, work) => {
		tellAll(call);
		try {
			call.signal.throwIfAborted();
			return await work();
		} catch (error) {
			throw toEngineError(error, UNFORESEEN);
		} finally {
			tellAll(call);
		}
	};
}

async function close({ runtime, registry, home }: EngineContext): Promise<void> {
	await runtime[Symbol.asyncDispose]();
	await registry[Symbol.asyncDispose]();
	await home[Symbol.asyncDispose]();
}

function toolCalls(context: EngineContext, guard: Guard): ToolCalls {
	return {
		planTool: (request, call) => guard(call, async () => (await loadChanging()).planTool(context, request, call)),
		runTool: (plan, call) => guard(call, async () => (await loadChanging()).runToolPlan(context, plan, call)),
		forgetTool: (tool, call) => guard(call, async () => (await loadChanging()).forgetTool(context, tool, call)),
	};
}

function registryCalls(context: EngineContext, guard: Guard): RegistryCalls {
	const load = async () => (await import('./operations/registries/registry-calls.ts')).registries;
	return {
		list: (call) => guard(call, async () => (await load()).list(context, call)),
		set: (request, call) => guard(call, async () => (await load()).set(context, request, call)),
		remove: (scope, call) => guard(call, async () => (await load()).remove(context, scope, call)),
		signIn: (request, call) => guard(call, async () => (await load()).signIn(context, request, call)),
		signOut: (registry, call) => guard(call, async () => (await load()).signOut(context, registry, call)),
	};
}

function dataCalls(context: EngineContext, guard: Guard): DataCalls {
	return {
		list: (call) => guard(call, async () => (await loadData()).listData(context)),
		show: (target, call) => guard(call, async () => (await loadData()).showData(context, target)),
		purge: (target, call) => guard(call, async () => (await loadData()).purgeData(context, target, call)),
	};
}

// Each in a part of its own, so that a command which only looks or only switches loads no resolver and no archives.
const loadSwitching = () => import('./operations/switching.ts');
const loadData = () => import('./operations/running/kept-data.ts');
const loadProfiles = () => import('./operations/generations/profiles.ts');
const loadChanging = () => import('./operations/changing.ts');

async function apply(context: EngineContext, plan: Plan, options: Parameters<Engine['applyPlan']>[1]): Promise<Applied> {
	return isSwitch(plan)
		? (await loadSwitching()).applySwitch(context, plan, options)
		: (await loadChanging()).applyPlan(context, plan, options);
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
		case 'runtime':
			return context.runtime.changes.watch(options);
	}
}

async function* watchGeneration({ home }: EngineContext, options: { readonly signal: AbortSignal }): AsyncIterable<Topics['generation']> {
	for await (const number of home.watchCurrent(options)) {
		yield { number };
	}
}
