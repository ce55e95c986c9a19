import type { CallOptions } from '../engine/index.ts';
import { failureOf, isCancelled } from '../failure.ts';
import { equivalentCommand } from '../plan-review.ts';
import { runCommandText } from '../run-form.ts';
import { runningOperation } from '../select.ts';
import type { Answers, OperationRequest, OperationResult } from '../state.ts';
import type { ActionContext } from './context.ts';

export type Operations = {
	/** Starts unless another one runs; its page opens at once. */
	readonly start: (request: OperationRequest) => void;
	/** True when there was something to cancel. */
	readonly cancel: () => boolean;
};

/** The changes and checks that a user watches. One at a time: they share the home. */
export function createOperations(context: ActionContext, options: { readonly onChanged: () => void }): Operations {
	const { store, now } = context;
	let nextId = 1;
	let controller = new AbortController();

	async function perform(id: number, request: OperationRequest, signal: AbortSignal): Promise<void> {
		try {
			const result = await callEngine(context, request, {
				signal,
				onEvent: (event) => {
					store.dispatchSoon({ type: 'operation-event', id, event });
				},
			});
			store.dispatch({ type: 'operation-ended', id, status: 'done', result, failure: null, now: now() });
			if (result.type === 'applied') {
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
			store.dispatch({
				type: 'operation-started',
				operation: {
					id,
					title: titleOf(request),
					command: commandOf(request),
					request,
					status: 'running',
					startedAt: now(),
					endedAt: null,
					steps: [],
					transfers: {},
					output: [],
					result: null,
					failure: null,
				},
			});
			void perform(id, request, AbortSignal.any([controller.signal, context.signal]));
		},
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

async function callEngine({ engine }: ActionContext, request: OperationRequest, options: CallOptions): Promise<OperationResult> {
	switch (request.type) {
		case 'install':
			return { type: 'planned', plan: await engine.planInstall(request.specs, options) };
		case 'update':
			return { type: 'planned', plan: await engine.planUpdate(request.names, { ...options, toLatest: request.toLatest }) };
		case 'remove':
			return { type: 'planned', plan: await engine.planRemove(request.names, options) };
		case 'rollback':
			return { type: 'planned', plan: await engine.planRollback(request.generation, options) };
		case 'apply':
			return { type: 'applied', applied: await engine.applyPlan(request.plan, { ...options, decisions: request.decisions }) };
		case 'verify':
			return { type: 'verified', report: await engine.verify(request.names, options) };
		case 'run':
			return { type: 'ran', run: await engine.runTask(request.request, options) };
	}
}

function titleOf(request: OperationRequest): string {
	switch (request.type) {
		case 'apply':
			return `Apply: ${request.plan.command}`;
		case 'verify':
			return request.names.length === 0 ? 'Verify everything' : `Verify ${request.names.join(' ')}`;
		case 'run':
			return `Run ${request.request.target}${request.request.task === null ? '' : ` ${request.request.task}`}`;
		case 'install':
		case 'update':
		case 'remove':
		case 'rollback':
			return `Plan: ${commandOf(request)}`;
	}
}

/** The scripted command that does the same, without the program's name. */
function commandOf(request: OperationRequest): string {
	switch (request.type) {
		case 'install':
			return `install ${request.specs.join(' ')}`;
		case 'update':
			return ['update', ...request.names, ...(request.toLatest ? ['--latest'] : [])].join(' ');
		case 'remove':
			return `remove ${request.names.join(' ')}`;
		case 'rollback':
			return request.generation === null ? 'rollback' : `rollback ${request.generation}`;
		case 'apply': {
			const answers: Answers = Object.fromEntries(request.decisions.map((decision) => [decision.requirementId, decision.answer]));
			return equivalentCommand(request.plan, answers);
		}
		case 'verify':
			return ['verify', ...request.names].join(' ');
		case 'run':
			return runCommandText(request.request);
	}
}
