/**
 * The first code in every isolate. It takes the one callback out, removes what only helps an attacker, puts the web's common
 * globals in, and returns the one function the host may call. No wall depends on it: a plugin can break its own globals only.
 */
import { FROM_GUEST, TO_GUEST } from '../guest-calls.ts';
import { connectBridge, sendToHost } from './bridge.ts';
import { receiveCapabilityResult } from './capabilities.ts';
import { guestConsole } from './console.ts';
import { Crypto, crypto } from './crypto.ts';
import { atob, btoa, TextEncoder } from './encoding.ts';
import { AbortController, AbortSignal } from './abort.ts';
import { DOMException } from './dom-exception.ts';
import { CustomEvent, Event, EventTarget } from './event-target.ts';
import { fetch } from './lazy-fetch.ts';
import { Buffer } from './modules/buffer.ts';
import { nodeModule } from './node-modules.ts';
import { HAS_WEBASSEMBLY, setMemoryBound } from './native-webassembly.ts';
import { guestProcess } from './modules/process.ts';
import { abortCall, receiveCall, startPlugin, crashTool, endTurn } from './plugin-calls.ts';
import { defineLazily, keepName, loadPart, provideShared } from './parts.ts';
import { performance } from './performance.ts';
import { structuredClone } from './structured-clone.ts';
import { TextDecoder } from './text-decoder.ts';
import { clearTimer, queueTask, runDueTimers, setImmediate, setInterval, setTimeout } from './timers.ts';
import { URL, URLSearchParams } from './url.ts';
import { WEB_STREAM_NAMES } from './web-stream-names.ts';

// Memory outside the isolate's limit, shared memory and clocks finer than a millisecond, timing of the collector.
const REMOVED = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'FinalizationRegistry', 'WeakRef', 'gc'];
const REMOVED_BUFFER_METHODS = ['resize', 'transfer', 'transferToFixedLength'];

const WEB = [
	'Blob',
	'File',
	'FormData',
	'Headers',
	'MessageChannel',
	'MessageEvent',
	'MessagePort',
	'Request',
	'Response',
	'URLPattern',
	...WEB_STREAM_NAMES,
];

/** Returns what the host calls: a kind, an id and a string. */
export function install(
	post: (kind: number, id: number, text: string) => string | undefined,
	modules: Readonly<Record<string, unknown>>,
	memoryBytes: number,
): (kind: number, id: number, text: string) => void {
	connectBridge(post);
	setMemoryBound(memoryBytes);
	provideShared(modules);
	for (const name of REMOVED) {
		Reflect.deleteProperty(globalThis, name);
	}

	for (const name of REMOVED_BUFFER_METHODS) {
		Reflect.deleteProperty(ArrayBuffer.prototype, name);
	}

	// Assigning it stays possible and does nothing: call sites would hand out the prelude's own functions.
	Object.defineProperty(Error, 'prepareStackTrace', {
		get: () => undefined,
		set: () => {},
		configurable: false,
	});
	installGlobals();
	return receive;
}

function receive(kind: number, id: number, text: string): void {
	try {
		dispatch(kind, id, text);
	} catch (error) {
		if (!crashTool(error)) {
			throw error;
		}
	}
}

function dispatch(kind: number, id: number, text: string): void {
	switch (kind) {
		case TO_GUEST.start:
			startPlugin(text);
			return;
		case TO_GUEST.call:
			receiveCall(id, text);
			return;
		case TO_GUEST.capabilityResult:
			receiveCapabilityResult(id, text);
			return;
		case TO_GUEST.timer:
			runDueTimers();
			return;
		case TO_GUEST.abort:
			abortCall(id);
			return;
		case TO_GUEST.ping:
			sendToHost(FROM_GUEST.pong, id, '');
			return;
		case TO_GUEST.idle:
			endTurn();
	}
}

function installGlobals(): void {
	const globals: Readonly<Record<string, unknown>> = {
		console: guestConsole,
		setTimeout,
		setInterval,
		setImmediate,
		clearTimeout: clearTimer,
		clearInterval: clearTimer,
		clearImmediate: clearTimer,
		queueMicrotask: queueTask,
		atob,
		btoa,
		TextEncoder,
		TextDecoder,
		structuredClone,
		AbortController,
		AbortSignal,
		Event,
		CustomEvent,
		EventTarget,
		DOMException,
		performance,
		Crypto,
		crypto,
		URL,
		URLSearchParams,
		fetch,
		Buffer,
		process: guestProcess,
		self: globalThis,
		navigator: { userAgent: 'plugward', language: 'en-US', languages: ['en-US'], hardwareConcurrency: 1 },
		reportError: (error: unknown) => guestConsole.error(error),
		require: nodeModule.here('/plugward-package/node_modules/index.js')['require'],
		global: globalThis,
		plugwardModule: nodeModule,
		// What the bundler puts around functions; one that is made from its own text finds it here.
		__name: (target: unknown) => target,
		// For code that is made from text while the program runs; files of a bundle have their own.
		plugwardHere: nodeModule.here('/plugward-package/node_modules/index.js'),
	};
	for (const [name, value] of Object.entries(globals)) {
		keepName(name, value);
		Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
	}

	if (HAS_WEBASSEMBLY) {
		defineWebAssembly();
	}

	defineLazily(globalThis, 'web', WEB);
	defineLazily(globalThis, 'subtle', ['CryptoKey', 'SubtleCrypto']);
}

/** Loaded when it is first touched, and bounded: see the part. */
function defineWebAssembly(): void {
	const define = (value: unknown): void =>
		void Object.defineProperty(globalThis, 'WebAssembly', { value, writable: true, configurable: true, enumerable: false });
	Object.defineProperty(globalThis, 'WebAssembly', {
		get: () => {
			const value = (loadPart('wasm')['sharedWebAssembly'] as () => unknown)();
			define(value);
			return value;
		},
		set: define,
		configurable: true,
		enumerable: false,
	});
}
