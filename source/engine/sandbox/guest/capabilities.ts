import { CAPABILITY_WINDOW } from '../frames.ts';
import { FROM_GUEST } from '../guest-calls.ts';
import { parseJson, sendJson, sendToHost, toJson } from './bridge.ts';

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };
type Queued = Waiting & { readonly operation: string; readonly args: Readonly<Record<string, unknown>> };

type AnswerError = { readonly code: string; readonly message: string; readonly permission?: string; readonly hint?: string };
type Answer = { readonly value?: unknown; readonly error?: AnswerError };

const waiting = new Map<number, Waiting>();
const queue: Queued[] = [];
let lastId = 0;

/** A call the broker refused. */
export class PermissionDeniedError extends Error {
	override readonly name = 'PermissionDeniedError';
	readonly code = 'ERR_PERMISSION_DENIED';
	readonly permission: string;
	readonly hint: string;

	constructor(message: string, permission: string, hint: string) {
		super(message);
		this.permission = permission;
		this.hint = hint;
	}
}

/** Asks the core to do something this isolate cannot do. More than the window wait here, not in the host. */
export function requestCapability(operation: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
	return new Promise((resolve, reject) => {
		queue.push({ operation, args, resolve, reject });
		sendQueued();
	});
}

/** The same in place: nothing else happens in this isolate until the answer is there. */
export function askNow(operation: string, args: Readonly<Record<string, unknown>>): unknown {
	const { value, error } = parseJson(sendToHost(FROM_GUEST.question, 0, toJson({ operation, args }) ?? '') ?? '{}') as Answer;
	if (error !== undefined) {
		throw toError(error);
	}

	return value;
}

/** How many calls wait for the core now. */
export function openCalls(): number {
	return waiting.size + queue.length;
}

export function receiveCapabilityResult(id: number, text: string): void {
	const call = waiting.get(id);
	if (call === undefined) {
		return;
	}

	waiting.delete(id);
	const answer = parseJson(text) as Answer;
	if (answer.error === undefined) {
		call.resolve(answer.value);
	} else {
		call.reject(toError(answer.error));
	}

	sendQueued();
}

function sendQueued(): void {
	while (waiting.size < CAPABILITY_WINDOW) {
		const next = queue.shift();
		if (next === undefined) {
			return;
		}

		lastId += 1;
		waiting.set(lastId, next);
		sendJson(FROM_GUEST.capability, lastId, { operation: next.operation, args: next.args });
	}
}

function toError(error: AnswerError): Error {
	if (error.permission !== undefined) {
		return new PermissionDeniedError(error.message, error.permission, error.hint ?? '');
	}

	return Object.assign(new Error(error.message), { code: error.code });
}
