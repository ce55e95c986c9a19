import { randomBytes } from 'node:crypto';

import { CAPABILITY_WINDOW, MAXIMUM_GUEST_CHARACTERS, TO_CORE } from '../frames.ts';
import { FROM_GUEST, TO_GUEST, type CallFailure, type CallMessage, type LoadMessage } from '../guest-calls.ts';
import { createComputer } from './compute.ts';
import { createSchemaChecker, type SchemaChecker } from './schema-checker.ts';
import { answerUrl } from './url-answers.ts';
import type { Context, Isolate, IsolateLibrary, Reference } from './walls.ts';

declare const GUEST_PRELUDE: string;
/** Sources of the lazy parts, by name. */
declare const GUEST_PARTS: Readonly<Record<string, string>>;

const MAXIMUM_RANDOM_BYTES = 65_536;
const MEBIBYTE = 1024 * 1024;
/** No call has this id. */
const STRAY = -1;

export type PluginSession = {
	readonly prepare: (load: LoadMessage) => void;
	readonly run: (code: string) => void;
	readonly call: (id: number, call: CallMessage) => void;
	readonly answer: (id: number, text: string) => void;
	readonly abort: (id: number) => void;
	/** Answered from inside the isolate, so that an isolate which hangs does not answer. */
	readonly ping: (id: number) => void;
	/** Ends the isolates; a call that hangs in one may go on for ever, which only the end of the process stops. */
	readonly dispose: () => void;
};

type SessionOptions = {
	readonly library: IsolateLibrary;
	readonly send: (kind: number, id: number, payload: string) => void;
	/** Asks the core and waits in place. */
	readonly ask: (question: string) => string;
};

type Deliver = (kind: number, id: number, text: string) => void;

type Guest = { readonly isolate: Isolate; readonly context: Context; readonly deliver: Reference<Deliver>; readonly load: LoadMessage };

/** Runs one plugin. Every failure becomes an `error` frame with the id of the call, or 0 while loading. */
export function createPluginSession(options: SessionOptions): PluginSession {
	return new Session(options);
}

class Session implements PluginSession {
	readonly #library: IsolateLibrary;
	readonly #send: SessionOptions['send'];
	readonly #ask: SessionOptions['ask'];
	readonly #compute = createComputer();
	readonly #calls = new Map<number, CallMessage>();
	readonly #waitingCapabilities = new Set<number>();
	#guest: Guest | null = null;
	#schemas: SchemaChecker | null = null;
	#timer: NodeJS.Timeout | null = null;
	/** Calls that were neither answered nor failed; only about these may anything be said. */
	readonly #open = new Set<number>();
	#isDisposed = false;

	constructor({ library, send, ask }: SessionOptions) {
		this.#ask = ask;
		this.#library = library;
		this.#send = send;
	}

	prepare(load: LoadMessage): void {
		const isolate = new this.#library.Isolate({
			memoryLimit: load.heapMegabytes,
			// V8 cannot go on after this; parking the thread leaves the kill to the core, which is watching.
			onCatastrophicError: () => this.#fail(0, { reason: 'memory', detail: '' }),
		});
		const context = isolate.createContextSync();
		const deliver = context.evalClosureSync(
			`'use strict';\n${GUEST_PRELUDE}\nreturn guest.install($0, $1);`,
			[this.#callback(), load.heapMegabytes * MEBIBYTE],
			{
				result: { reference: true },
			},
		) as Reference<Deliver>;
		this.#guest = { isolate, context, deliver, load };
		// Made before the core sets the memory bound, so that no address space has to be reserved later.
		this.#schemas = load.checksSchemas ? createSchemaChecker(this.#library, load.turnMilliseconds) : null;
		this.#send(TO_CORE.armed, 0, '');
	}

	run(code: string): void {
		void this.#turn(0, async ({ isolate, context, load }) => {
			const script = await isolate.compileScript(code, { filename: 'plugin.js' });
			await script.run(context, { timeout: load.turnMilliseconds });
			await this.#deliver(TO_GUEST.start, 0, JSON.stringify({ kind: load.kind, permissions: load.permissions }));
		});
	}

	call(id: number, call: CallMessage): void {
		this.#open.add(id);
		void this.#turn(id, async () => {
			const problem = call.inputSchema === null ? null : await this.#checked().check(call.inputSchema, call.input, 'input');
			if (problem !== null) {
				this.#fail(id, problem);
				return;
			}

			this.#calls.set(id, call);
			await this.#deliver(TO_GUEST.call, id, JSON.stringify({ method: call.method, task: call.task, input: call.input }));
		});
	}

	answer(id: number, text: string): void {
		this.#waitingCapabilities.delete(id);
		void this.#turn(STRAY, () => this.#deliver(TO_GUEST.capabilityResult, id, text));
	}

	abort(id: number): void {
		void this.#turn(STRAY, () => this.#deliver(TO_GUEST.abort, id, ''));
	}

	ping(id: number): void {
		void this.#turn(STRAY, () => this.#deliver(TO_GUEST.ping, id, ''));
	}

	dispose(): void {
		this.#isDisposed = true;
		if (this.#timer !== null) {
			clearTimeout(this.#timer);
		}

		if (this.#guest?.isolate.isDisposed === false) {
			this.#guest.isolate.dispose();
		}

		this.#schemas?.dispose();
	}

	async #turn(id: number, work: (guest: Guest) => Promise<void>): Promise<void> {
		try {
			if (this.#guest === null) {
				throw new Error('nothing was loaded');
			}

			await work(this.#guest);
		} catch (error) {
			this.#fail(id, this.#explain(error, id));
		}
	}

	async #deliver(kind: number, id: number, text: string): Promise<void> {
		const guest = this.#guest;
		if (guest !== null) {
			await guest.deliver.apply(undefined, [kind, id, text], { timeout: guest.load.turnMilliseconds });
			if (guest.load.kind === 'tool') {
				await guest.deliver.apply(undefined, [TO_GUEST.idle, 0, ''], { timeout: guest.load.turnMilliseconds });
			}
		}
	}

	/** The one way out of the isolate: two numbers and a string in, a string or nothing back. It must never throw host errors in. */
	#callback() {
		return new this.#library.Callback((kind: unknown, id: unknown, text: unknown): string | undefined => {
			if (typeof kind !== 'number' || typeof id !== 'number' || typeof text !== 'string' || text.length > MAXIMUM_GUEST_CHARACTERS) {
				return undefined;
			}

			return this.#receive(kind, id, text);
		});
	}

	#receive(kind: number, id: number, text: string): string | undefined {
		switch (kind) {
			case FROM_GUEST.ready:
				this.#send(TO_CORE.ready, 0, text);
				return undefined;
			case FROM_GUEST.result:
				void this.#finish(id, text);
				return undefined;
			case FROM_GUEST.error:
				this.#failByGuest(id, text);
				return undefined;
			case FROM_GUEST.capability:
				this.#askCore(id, text);
				return undefined;
			case FROM_GUEST.log:
				this.#send(TO_CORE.log, 0, text);
				return undefined;
			case FROM_GUEST.armTimer:
				this.#armTimer(id);
				return undefined;
			case FROM_GUEST.random:
				return randomBytes(Math.min(Math.max(Math.trunc(id), 0), MAXIMUM_RANDOM_BYTES)).toString('latin1');
			case FROM_GUEST.url:
				return answerUrl(text);
			case FROM_GUEST.pong:
				void this.#pong(id);
				return undefined;
			case FROM_GUEST.question:
				return this.#ask(text);
			case FROM_GUEST.part:
				return Object.hasOwn(GUEST_PARTS, text) ? GUEST_PARTS[text] : undefined;
			case FROM_GUEST.compute:
				return this.#compute(text);
			default:
				return undefined;
		}
	}

	async #pong(id: number): Promise<void> {
		const isolate = this.#guest?.isolate;
		if (isolate === undefined || isolate.isDisposed) {
			return;
		}

		const heap = await isolate.getHeapStatistics();
		const cpuMilliseconds = Math.round(Number(isolate.cpuTime / 1_000_000n));
		this.#send(TO_CORE.pong, id, JSON.stringify({ heapBytes: heap.used_heap_size + heap.externally_allocated_size, cpuMilliseconds }));
	}

	#askCore(id: number, text: string): void {
		// The prelude keeps the window; who goes past it has replaced the prelude and gets no answer.
		if (this.#waitingCapabilities.size < CAPABILITY_WINDOW && Number.isInteger(id) && id > 0 && !this.#waitingCapabilities.has(id)) {
			this.#waitingCapabilities.add(id);
			this.#send(TO_CORE.capability, id, text);
		}
	}

	async #finish(id: number, output: string): Promise<void> {
		const call = this.#calls.get(id);
		if (call === undefined) {
			return;
		}

		this.#calls.delete(id);
		await this.#turn(id, async () => {
			const problem = call.outputSchema === null ? null : await this.#checked().check(call.outputSchema, output, 'output');
			if (problem === null) {
				this.#open.delete(id);
				this.#send(TO_CORE.result, id, output);
			} else {
				this.#fail(id, problem);
			}
		});
	}

	/** The guest keeps all its timers itself and asks for one wake-up at a time, so that it cannot fill this process with timers. */
	#armTimer(milliseconds: number): void {
		if (this.#timer !== null) {
			clearTimeout(this.#timer);
		}

		const delay = Math.min(Math.max(Math.trunc(milliseconds), 1), 2_147_483_647);
		this.#timer = setTimeout(() => void this.#turn(STRAY, () => this.#deliver(TO_GUEST.timer, 0, '')), delay);
	}

	#checked(): SchemaChecker {
		if (this.#schemas === null) {
			throw new Error('a schema came that was not announced');
		}

		return this.#schemas;
	}

	#explain(error: unknown, id: number): CallFailure {
		if (this.#guest?.isolate.isDisposed === true) {
			return { reason: 'memory', detail: '' };
		}

		const text = error instanceof Error ? error.message : 'a value that is not an error was thrown';
		if (text === 'Script execution timed out.') {
			return { reason: 'time', detail: '' };
		}

		const stack = error instanceof Error && typeof error.stack === 'string' ? { stack: error.stack.slice(0, 8000) } : {};
		return { reason: id === 0 ? 'load' : 'thrown', detail: text.slice(0, 4000), ...stack };
	}

	/** What the guest says about its own calls; 0 is about all of it. */
	#failByGuest(id: number, text: string): void {
		this.#calls.delete(id);
		if (id === 0 || this.#open.delete(id)) {
			this.#send(TO_CORE.error, id, text);
		}
	}

	/** A timer or a late answer belongs to no call: what it throws fails the newest that waits, and is a line of output when none does. */
	#fail(given: number, failure: CallFailure): void {
		if (this.#isDisposed) {
			return;
		}

		const isFinal = failure.reason === 'memory' || failure.reason === 'time' || given === 0;
		const id = isFinal ? 0 : given === STRAY ? ([...this.#open].at(-1) ?? STRAY) : given;
		this.#calls.delete(id);
		if (isFinal || this.#open.delete(id)) {
			this.#send(TO_CORE.error, id, JSON.stringify(failure));
		} else {
			this.#send(TO_CORE.log, 0, JSON.stringify({ stream: 'error', text: `outside of any call: ${failure.detail}` }));
		}
	}
}
