import type { CallOptions, Engine, Plan } from '../engine/index.ts';
import { failureOf, isCancelled } from '../failure.ts';
import { plural } from '../format.ts';
import { startFetching } from '../fetching.ts';
import { runningOperation } from '../select.ts';
import type { Operation, OperationRequest, OperationResult, RegistryAct } from '../state.ts';
import type { ActionContext } from './context.ts';
import { commandOf, titleOf } from './request-words.ts';
import { seldomTransfers } from './seldom-transfers.ts';
import { performTrust } from './perform-trust.ts';

export type Operations = {
	/** Starts unless another one runs; its page opens at once. */
	readonly start: (request: OperationRequest) => void;
	/** Resolves when nothing runs any more, with what ran when it was asked. */
	readonly settled: () => Promise<void>;
	/** True when there was something to cancel. */
	readonly cancel: () => boolean;
};

/** As many of the newest generations stay as with `plugward gc`. */
const COLLECTION_KEEPS = 5;

/** The changes and checks that a user watches. One at a time: they share the home. */
export function createOperations(context: ActionContext, options: { readonly onChanged: () => void }): Operations {
	const { store, now } = context;
	let nextId = 1;
	let controller = new AbortController();
	let performing = Promise.resolve();

	async function perform(id: number, request: OperationRequest, signal: AbortSignal): Promise<void> {
		const seldom = seldomTransfers({
			event: (event) => store.dispatchSoon({ type: 'operation-event', id, event, now: now() }),
			look: (progress) => store.dispatchSoon({ type: 'operation-looked-at', id, progress, now: now() }),
		});
		try {
			const result = await callEngine(context, request, { signal, onEvent: seldom.onEvent }).finally(seldom.stop);
			store.dispatch({ type: 'operation-ended', id, status: 'done', result, failure: null, now: now() });
			if (hasChangedSomething(result)) {
				options.onChanged();
			}
		} catch (thrown) {
			store.dispatch({
				type: 'operation-ended',
				id,
				status: isCancelled(thrown) ? 'cancelled' : 'failed',
				result: null,
				failure: failureOf(thrown),
				now: now(),
			});
		}
	}

	return {
		start(request) {
			if (runningOperation(store.getState()) !== null) {
				return;
			}

			const id = nextId;
			nextId += 1;
			controller = new AbortController();
			store.dispatch({ type: 'operation-started', operation: startedOperation(id, request, now()) });
			performing = perform(id, request, AbortSignal.any([controller.signal, context.signal]));
		},
		settled: () => performing,
		cancel() {
			const running = runningOperation(store.getState());
			if (running?.status !== 'running') {
				return false;
			}

			store.dispatch({ type: 'operation-cancelling', id: running.id });
			controller.abort();
			return true;
		},
	};
}

function startedOperation(id: number, request: OperationRequest, startedAt: number): Operation {
	return {
		id,
		title: titleOf(request),
		command: commandOf(request),
		request,
		status: 'running',
		startedAt,
		endedAt: null,
		steps: [],
		...startFetching(startedAt),
		progress: null,
		output: [],
		result: null,
		failure: null,
	};
}

function hasChangedSomething(result: OperationResult): boolean {
	return ['applied', 'kept', 'told'].includes(result.type) || (result.type === 'collected' && result.report.removed);
}

// One case for each kind of request.
// oxlint-disable-next-line complexity
async function callEngine({ engine }: ActionContext, request: OperationRequest, options: CallOptions): Promise<OperationResult> {
	if (isPlanning(request)) {
		return { type: 'planned', plan: await makePlan(engine, request, options) };
	}

	switch (request.type) {
		case 'keep':
		case 'compare':
		case 'collect':
			return aboutGenerations(engine, request, options);
		case 'apply':
			return { type: 'applied', applied: await engine.applyPlan(request.plan, { ...options, decisions: request.decisions }) };
		case 'verify':
			return { type: 'verified', report: await engine.verify(request.names, options) };
		case 'trust':
			return { type: 'told', sentences: await performTrust(engine, request.act, options) };
		case 'doctor':
			return { type: 'told', sentences: await fixAll(engine, options) };
		case 'registry':
			return { type: 'told', sentences: await changeRegistry(engine, request.act, options) };
		case 'run':
			return { type: 'ran', run: await engine.runTask(request.request, options) };
	}
}

async function fixAll(engine: Engine, options: CallOptions): Promise<readonly string[]> {
	const { fixed, checks } = await engine.doctor({ ...options, fix: true });
	const left = checks.filter(({ state }) => state !== 'ok').length;
	return [
		...(fixed.length === 0 ? ['Nothing could be put right safely.'] : fixed.map((text) => `Put right: ${text}`)),
		left === 0 ? 'Everything is in order now.' : `${plural(left, 'thing')} left to look at: the doctor shows them.`,
	];
}

async function changeRegistry(engine: Engine, { type, scope }: RegistryAct, options: CallOptions): Promise<readonly string[]> {
	if (type === 'sign-out') {
		const url = await engine.registries.signOut(scope, options);
		return [`Signed out of ${url}.`, 'The token still holds at the registry until it is revoked there.'];
	}

	await engine.registries.remove(scope, options);
	return [`Your .npmrc names no registry for ${scope ?? 'everything else'} any more.`];
}

type Planning = Exclude<
	OperationRequest,
	{ readonly type: 'apply' | 'verify' | 'run' | 'trust' | 'doctor' | 'registry' | 'keep' | 'compare' | 'collect' }
>;

function isPlanning(request: OperationRequest): request is Planning {
	return ['install', 'update', 'remove', 'rollback', 'switch', 'undo', 'redo', 'mark'].includes(request.type);
}

function makePlan(engine: Engine, request: Planning, options: CallOptions): Promise<Plan> {
	switch (request.type) {
		case 'install':
			return engine.planInstall(request.specs, { ...options, ...request.choices });
		case 'update':
			return engine.planUpdate(request.names, { ...options, ...request.choices, toLatest: request.toLatest });
		case 'remove':
			return engine.planRemove(request.names, options);
		case 'rollback':
			return engine.planRollback(request.generation, options);
		case 'switch':
			return engine.planSwitch(request.generation, options);
		case 'undo':
			return engine.planUndo(request.generation, options);
		case 'redo':
			return engine.planRedo(options);
		case 'mark':
			return engine.planMark(request.mark, request.names, options);
	}
}

type AboutGenerations = Extract<OperationRequest, { readonly type: 'keep' | 'compare' | 'collect' }>;

async function aboutGenerations(engine: Engine, request: AboutGenerations, options: CallOptions): Promise<OperationResult> {
	switch (request.type) {
		case 'keep': {
			const { generation, isKept } = request;
			await (isKept ? engine.keepGeneration(generation, options) : engine.releaseGeneration(generation, options));
			return { type: 'kept', generation, isKept };
		}
		case 'compare':
			return { type: 'compared', diff: await engine.diff(request.from, null, options) };
		case 'collect': {
			const rule = { newest: COLLECTION_KEEPS, olderThanDays: null, isDryRun: request.isDryRun };
			return { type: 'collected', report: await engine.collectGarbage(rule, options) };
		}
	}
}
