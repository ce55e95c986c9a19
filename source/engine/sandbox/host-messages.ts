import { stripControls, stripToLine } from '../strip-controls.ts';
import { FrameBreach } from './frames.ts';
import type { CallFailure } from './guest-calls.ts';

export type CapabilityRequest = { readonly operation: string; readonly args: Readonly<Record<string, unknown>> };
/** `fraction` from 0 to 1, or null for who does not know. */
export type TaskProgress = { readonly fraction: number | null; readonly text: string };
export type LogLine = { readonly stream: 'log' | 'warn' | 'error'; readonly text: string };

const MAXIMUM_METHODS = 10_000;
/** Whatever opens fewer brackets is not too deep for anybody. */
const SHALLOW_LEVELS = 500;
const FAILURE_REASONS: ReadonlySet<string> = new Set<CallFailure['reason']>([
	'thrown',
	'denied',
	'input-invalid',
	'output-invalid',
	'schema-invalid',
	'not-json',
	'no-such-task',
	'time',
	'memory',
	'load',
]);

/** What a host may say. The host is not trusted: whatever has another shape throws `FrameBreach`. */
export function parseHello(text: string): number {
	const { protocol } = parseRecord(text);
	return expected(typeof protocol === 'number', protocol as number, 'hello');
}

export function parseReady(text: string): readonly string[] {
	const { methods } = parseRecord(text);
	const isList = Array.isArray(methods) && methods.length <= MAXIMUM_METHODS && methods.every((name) => typeof name === 'string');
	return expected(isList, methods as readonly string[], 'ready');
}

export function parseCallFailure(text: string): CallFailure {
	const { reason, detail, stack } = parseRecord(text);
	const isFailure = typeof reason === 'string' && FAILURE_REASONS.has(reason) && typeof detail === 'string';
	const failure = { reason: reason as CallFailure['reason'], detail: stripControls(String(detail)).slice(0, 4000) };
	return expected(isFailure, typeof stack === 'string' ? { ...failure, stack: stripControls(stack).slice(0, 8000) } : failure, 'error');
}

export function parseCapabilityRequest(text: string): CapabilityRequest {
	const { operation, args } = parseRecord(text);
	const isRequest = typeof operation === 'string' && typeof args === 'object' && args !== null && !Array.isArray(args);
	return expected(isRequest, { operation: operation as string, args: args as Readonly<Record<string, unknown>> }, 'capability');
}

export function parseLogLine(text: string): LogLine {
	const { stream, text: line } = parseRecord(text);
	const isLine = (stream === 'log' || stream === 'warn' || stream === 'error') && typeof line === 'string';
	return expected(isLine, { stream: stream as LogLine['stream'], text: stripControls(String(line)) }, 'log');
}

export function parseProgress(text: string): TaskProgress {
	const { fraction, text: said } = parseRecord(text);
	const isProgress = (fraction === null || (typeof fraction === 'number' && fraction >= 0 && fraction <= 1)) && typeof said === 'string';
	return expected(isProgress, { fraction: fraction as number | null, text: stripToLine(String(said)).slice(0, 200) }, 'progress');
}

/** What a host says of its isolate; the core believes it for the screen alone. */
export function parsePong(text: string): { readonly heapBytes: number; readonly cpuMilliseconds: number } {
	const { heapBytes, cpuMilliseconds } = parseRecord(text);
	const isPong = Number.isSafeInteger(heapBytes) && Number.isSafeInteger(cpuMilliseconds);
	return expected(isPong, { heapBytes: Math.max(0, Number(heapBytes)), cpuMilliseconds: Math.max(0, Number(cpuMilliseconds)) }, 'pong');
}

/** JSON of a plugin, without the keys that could reach a prototype when somebody merges it. Throws `FrameBreach` when it is not JSON. */
export function parsePluginJson(text: string): unknown {
	try {
		return isPlain(text) ? JSON.parse(text) : JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value));
	} catch {
		throw new FrameBreach('a message that is not JSON');
	}
}

/**
 * Looking at each key takes ten times as long. The key can only be there where it is spelled out or written in escapes, and looking ends
 * with an error in what is nested so deeply that others could not walk through it.
 */
function isPlain(text: string): boolean {
	return !text.includes('__proto__') && !text.includes('\\u') && !hasManyLevels(text);
}

function hasManyLevels(text: string): boolean {
	let count = 0;
	for (const opener of ['[', '{']) {
		for (let at = text.indexOf(opener); at !== -1; at = text.indexOf(opener, at + 1)) {
			count += 1;
			if (count > SHALLOW_LEVELS) {
				return true;
			}
		}
	}

	return false;
}

function parseRecord(text: string): Readonly<Record<string, unknown>> {
	const value = parsePluginJson(text);
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw new FrameBreach('a message that is not a JSON object');
	}

	return value as Readonly<Record<string, unknown>>;
}

function expected<T>(isValid: boolean, value: T, kind: string): T {
	if (!isValid) {
		throw new FrameBreach(`a message "${kind}" of an unknown shape`);
	}

	return value;
}
