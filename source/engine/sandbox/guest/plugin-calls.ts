/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { FROM_GUEST, splitCall, type CallFailure, type PluginMethod } from '../guest-calls.ts';
import { parseJson, sendJson, sendToHost, toJson } from './bridge.ts';
import { PermissionDeniedError, requestCapability } from './capabilities.ts';
import { guestConsole } from './console.ts';
import { AbortController, type AbortSignal } from './abort.ts';
import { fetch } from './lazy-fetch.ts';
import { messages } from './messages.ts';
import { RUN_TESTS, runDeclaredTests } from './modules/test.ts';
import { runProgram } from './run-program.ts';
import { storage } from './storage.ts';
import { loadPart } from './parts.ts';

type Method = (...args: unknown[]) => unknown;
type Module = Readonly<Record<string, unknown>>;
type Start = { readonly kind: 'plugin' | 'plain' | 'tool'; readonly permissions: readonly string[] };
/** What the bundler's script leaves behind; with `start` the module waits for something while it loads. */
type Bundle = { readonly entry?: Module; readonly start?: () => Promise<Module> };
type ToolRunner = {
	readonly startTool: (input: string) => void;
	readonly endToolTurn: () => void;
	readonly crashTool: (error: unknown) => void;
};
type Call = { readonly method: PluginMethod; readonly task: string; readonly input: string };

const MAXIMUM_DETAIL = 4000;
const controllers = new Map<number, AbortController>();
const MAXIMUM_STACK = 8000;
const MAXIMUM_PROGRESS_TEXT = 200;
let start: Start = { kind: 'plain', permissions: [] };
let loaded: Module = {};
let initialized: Promise<void> | null = null;

/** Takes over what the plugin's script left behind and tells the host what it found. */
export function startPlugin(text: string): void {
	start = parseJson(text) as Start;
	if (start.kind === 'tool') {
		sendJson(FROM_GUEST.ready, 0, { methods: [] });
		return;
	}

	const bundle = Reflect.get(globalThis, 'plugwardBundle') as Bundle | undefined;
	if (bundle?.start === undefined) {
		takeOver(bundle?.entry ?? {});
	} else {
		bundle.start().then(takeOver, (error: unknown) => sendJson(FROM_GUEST.error, 0, { ...describe(error), reason: 'load' }));
	}
}

function takeOver(namespace: Module): void {
	loaded = start.kind === 'plugin' ? pluginOf(namespace) : namespace;
	if (start.kind === 'plugin' && typeof loaded['execute'] !== 'function') {
		sendJson(
			FROM_GUEST.error,
			0,
			failure('load', 'the main module does not export a plugin: expected `export default definePlugin({ execute ... })`'),
		);
		return;
	}

	sendJson(FROM_GUEST.ready, 0, { methods: Object.keys(loaded).filter((name) => typeof loaded[name] === 'function') });
}

/** Runs one call. Whatever happens becomes exactly one result or one error with the call's id. */
export function receiveCall(id: number, text: string): void {
	const { head, input } = splitCall(text);
	const call: Call = { ...(parseJson(head) as Omit<Call, 'input'>), input };
	if (start.kind === 'tool') {
		tool().startTool(call.input);
		return;
	}

	const controller = new AbortController();
	controllers.set(id, controller);
	runCall(call, { id, signal: controller.signal })
		.then((output) => sendToHost(FROM_GUEST.result, id, output))
		.catch((error: unknown) => sendJson(FROM_GUEST.error, id, describe(error)))
		.finally(() => controllers.delete(id));
}

/** A tool ends when nothing is left that could wake it. */
export function endTurn(): void {
	tool().endToolTurn();
}

/** True when it was the error of a tool, which has told it and ended. */
export function crashTool(error: unknown): boolean {
	if (start.kind !== 'tool') {
		return false;
	}

	tool().crashTool(error);
	return true;
}

function tool(): ToolRunner {
	return loadPart('node')['tool'] as ToolRunner;
}

/** Fires the signal of one call; whoever runs it says when it is over. */
export function abortCall(id: number): void {
	controllers.get(id)?.abort();
}

type Running = { readonly id: number; readonly signal: AbortSignal };

async function runCall(call: Call, running: Running): Promise<string> {
	const value = start.kind === 'plugin' ? await callPlugin(call, running) : await callExport(call);
	const json = toJson(value);
	if (json === undefined && call.method === 'execute') {
		throw new CallError('not-json', `the result is ${typeof value}, which is not JSON`);
	}

	return json ?? 'null';
}

async function callPlugin(call: Call, running: Running): Promise<unknown> {
	initialized ??= Promise.resolve(method('initialize')?.(context(running))).then(() => undefined);
	await initialized;
	const input = parseJson(call.input);
	switch (call.method) {
		case 'initialize':
			return null;
		case 'execute':
			return method('execute')?.({ task: call.task, input }, context(running));
		case 'handleMessage':
			return method('handleMessage')?.(input, context(running));
		case 'restoreState': {
			const { state, version } = input as { readonly state: unknown; readonly version: number };
			return method('restoreState')?.(state, version);
		}
		case 'shutdown':
			return method('shutdown')?.(input);
		case 'getCapabilities':
		case 'getState':
			return method(call.method)?.();
	}
}

async function callExport(call: Call): Promise<unknown> {
	if (call.task === RUN_TESTS) {
		return runDeclaredTests();
	}

	const found = findExport(call.task);
	const input = parseJson(call.input);
	return Reflect.apply(found, undefined, Array.isArray(input) ? input : [input]);
}

function findExport(task: string): Method {
	const standard = loaded['default'];
	const candidates = task === 'default' ? [standard] : [ownValue(loaded, task), ownValue(standard, task)];
	const found = candidates.find((value) => typeof value === 'function');
	if (found === undefined) {
		const names = [...new Set([...callableNames(loaded), ...callableNames(standard)])].slice(0, 20);
		throw new CallError('no-such-task', `it exports no function "${task}"; it has ${names.length === 0 ? 'none' : names.join(', ')}`);
	}

	return found as Method;
}

function ownValue(holder: unknown, name: string): unknown {
	return (typeof holder === 'object' && holder !== null) || typeof holder === 'function'
		? Object.hasOwn(holder, name)
			? Reflect.get(holder, name)
			: undefined
		: undefined;
}

function callableNames(holder: unknown): readonly string[] {
	return (typeof holder === 'object' && holder !== null) || typeof holder === 'function'
		? Object.keys(holder).filter((name) => typeof Reflect.get(holder, name) === 'function')
		: [];
}

function method(name: string): Method | null {
	const found = loaded[name];
	return typeof found === 'function' ? (...args) => Reflect.apply(found, loaded, args) as unknown : null;
}

function pluginOf(namespace: Module): Module {
	const standard = namespace['default'];
	if (typeof standard !== 'object' || standard === null) {
		return namespace;
	}

	// CommonJS written by a compiler: module.exports.default.
	const inner: unknown = Reflect.get(standard, 'default');
	return (typeof inner === 'object' && inner !== null ? inner : standard) as Module;
}

/** A fraction outside of 0 to 1, or none, is of a task that does not know how far it has come. */
function tellProgress(id: number, fraction: unknown, text: unknown): void {
	const known = typeof fraction === 'number' && fraction >= 0 && fraction <= 1 ? fraction : null;
	sendJson(FROM_GUEST.progress, id, { fraction: known, text: text === undefined ? '' : String(text).slice(0, MAXIMUM_PROGRESS_TEXT) });
}

function context({ id, signal }: Running): Readonly<Record<string, unknown>> {
	return {
		log: { info: guestConsole.info, warn: guestConsole.warn, error: guestConsole.error },
		fetch,
		fs: {
			readFile: (path: unknown) => requestCapability('fs.readFile', { path: String(path) }),
			writeFile: (path: unknown, text: unknown) => requestCapability('fs.writeFile', { path: String(path), text: String(text) }),
			list: (path: unknown) => requestCapability('fs.list', { path: String(path) }),
			stat: (path: unknown) => requestCapability('fs.stat', { path: String(path) }),
		},
		exec: runProgram,
		storage,
		env: { get: (name: unknown) => requestCapability('env.get', { name: String(name) }) },
		signal,
		progress: (fraction: unknown, text?: unknown) => tellProgress(id, fraction, text),
		messages,
		permissions: [...start.permissions],
	};
}

class CallError extends Error {
	readonly reason: CallFailure['reason'];

	constructor(reason: CallFailure['reason'], message: string) {
		super(message);
		this.reason = reason;
	}
}

function describe(error: unknown): CallFailure {
	if (error instanceof CallError) {
		return failure(error.reason, error.message);
	}

	if (error instanceof PermissionDeniedError) {
		return failure('denied', error.message);
	}

	if (error instanceof Error) {
		const { name, message } = error;
		const said = failure('thrown', name === 'Error' ? String(message) : `${String(name)}: ${String(message)}`);
		return typeof error.stack === 'string' ? { ...said, stack: error.stack.slice(0, MAXIMUM_STACK) } : said;
	}

	return failure('thrown', typeof error === 'string' ? error : 'a value that is not an error was thrown');
}

function failure(reason: CallFailure['reason'], detail: string): CallFailure {
	return { reason, detail: detail.slice(0, MAXIMUM_DETAIL) };
}
