import { keyNames } from './key-bindings.ts';
import { afterLook, afterPlanned } from './fetching.ts';
import { cleanLines } from './format.ts';
import type { Action } from './reduce.ts';
import type { Operation, OutputLine, Page, State } from './state.ts';
import type { ToldEvent } from './transfer-watch.ts';

const KEPT_OPERATIONS = 50;
const KEPT_OUTPUT_LINES = 2000;

type OperationAction = Extract<Action, { readonly type: `operation-${string}` }>;

export function reduceOperations(state: State, action: OperationAction): State {
	switch (action.type) {
		case 'operation-started':
			return {
				...state,
				operations: [action.operation, ...state.operations].slice(0, KEPT_OPERATIONS),
				pages: [...state.pages.filter((page) => page.type === 'plugin'), { type: 'operation', operation: action.operation.id }],
				editing: null,
				notice: null,
				now: action.operation.startedAt,
			};
		case 'operation-event':
			return changeOperation(state, action.id, (operation) => withEvent(operation, action.event, action.now));
		case 'operation-looked-at':
			return changeOperation(state, action.id, (operation) => afterLook(operation, action.progress, action.now));
		case 'operation-cancelling':
			return changeOperation(state, action.id, (operation) => ({ ...operation, status: 'cancelling' }));
		case 'operation-ended':
			return end(state, action);
	}
}

function changeOperation(state: State, id: number, change: (operation: Operation) => Operation): State {
	return { ...state, operations: state.operations.map((operation) => (operation.id === id ? change(operation) : operation)) };
}

function withEvent(operation: Operation, event: ToldEvent, now: number): Operation {
	switch (event.type) {
		case 'step-started':
			return {
				...operation,
				steps: [...operation.steps, { step: event.step, detail: event.detail, status: 'running', startedAt: now, milliseconds: null }],
			};
		case 'step-finished': {
			const index = operation.steps.findLastIndex((step) => step.step === event.step && step.status === 'running');
			const status = event.failed ? 'failed' : 'done';
			return {
				...operation,
				steps: operation.steps.map((step, at) => (at === index ? { ...step, status, milliseconds: event.milliseconds } : step)),
			};
		}
		case 'fetch-planned':
			return afterPlanned(operation, event, now);
		case 'notice':
			return withOutput(operation, event.severity === 'warning' ? 'warning' : 'notice', event.text);
		case 'task-progress':
			return { ...operation, progress: { fraction: event.fraction, text: event.text } };
		case 'plugin-output':
			return withOutput(operation, event.stream, event.text);
	}
}

function withOutput(operation: Operation, kind: OutputLine['kind'], text: string): Operation {
	const lines = cleanLines(text.replace(/\n$/, '')).map((line): OutputLine => ({ kind, text: line }));
	return { ...operation, output: [...operation.output, ...lines].slice(-KEPT_OUTPUT_LINES) };
}

function end(state: State, action: Extract<OperationAction, { readonly type: 'operation-ended' }>): State {
	const ended = changeOperation(state, action.id, (operation) => ({
		...operation,
		status: action.status,
		result: action.result,
		failure: action.failure,
		endedAt: action.now,
		// A step that was cut off will never report its end.
		steps: operation.steps.map((step) => (step.status === 'running' ? { ...step, status: 'failed' } : step)),
	}));
	const next = { ...ended, now: action.now, isQuitArmed: false };
	const following = pageAfter(action);
	const key = keyNames(state);
	const isWatched = state.pages.some((page) => page.type === 'operation' && page.operation === action.id);
	if (following === null) {
		return { ...next, notice: isWatched ? null : endNotice(action.status, key('go-activity')) };
	}

	return isWatched
		? {
				...next,
				pages: state.pages.map((page) => (page.type === 'operation' && page.operation === action.id ? following : page)),
				notice: null,
			}
		: {
				...next,
				notice: { tone: 'info', text: `The plan is ready: press ${key('go-activity')}, then ${key('open', 'activity')}, to review it.` },
			};
}

/** A finished plan is reviewed, a conflict explained; everything else stays on the operation's own page. */
export function pageAfter(operation: {
	readonly id: number;
	readonly result: Operation['result'];
	readonly failure: Operation['failure'];
}): Page | null {
	if (operation.result?.type === 'planned') {
		return { type: 'plan', operation: operation.id, plan: operation.result.plan, answers: {} };
	}

	const isConflict = operation.failure?.code === 'no-solution' || operation.failure?.code === 'no-matching-version';
	return operation.failure !== null && isConflict ? { type: 'conflict', operation: operation.id, failure: operation.failure } : null;
}

function endNotice(status: 'done' | 'failed' | 'cancelled', key: string): State['notice'] {
	switch (status) {
		case 'done':
			return { tone: 'info', text: `The operation finished: press ${key} to see it.` };
		case 'failed':
			return { tone: 'bad', text: `The operation failed: press ${key} to see why.` };
		case 'cancelled':
			return { tone: 'warning', text: 'The operation was cancelled; nothing changed.' };
	}
}
