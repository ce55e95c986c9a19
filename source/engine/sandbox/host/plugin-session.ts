import { randomBytes } from 'node:crypto';

import { CAPABILITY_WINDOW, MAXIMUM_GUEST_CHARACTERS, TO_CORE } from '../frames.ts';
import { FROM_GUEST, splitCall, TO_GUEST, type CallFailure, type CallMessage, type LoadMessage } from '../guest-calls.ts';
import { createComputer } from './compute.ts';
import type { GuestScripts } from './guest-scripts.ts';
import { createSchemaChecker, type SchemaChecker } from './schema-checker.ts';
import { answerUrl } from './url-answers.ts';
import type { Context, Isolate, IsolateLibrary, Reference } from './isolate-library.ts';

const MAXIMUM_RANDOM_BYTES = 65_536;
const MEBIBYTE = 1024 * 1024;
/** No call has this id. */
const STRAY = -1;
const PLUGIN_FILE = { filename: 'plugin.js' };
const NO_HEAD = { method: 'execute', task: '', inputSchema: null, outputSchema: null } as const;

export type PluginSession = {
	/** Makes the isolate before anybody knows for whom; a plugin with another bound on its heap gets another one. */
	readonly warm: (heapMegabytes: number) => void;
	readonly prepare: (load: LoadMessage) => void;
	readonly run: (code: string) => void;
	/** `text`: see `encodeCall`. */
	readonly call: (id: number, text: string) => void;
	readonly answer: (id: number, text: string) => void;
	readonly abort: (id: number) => void;
	/** Answered from inside the isolate, so that an isolate which hangs does not answer. */
	readonly ping: (id: number) => void;
	/** Ends the isolates; a call that hangs in one may go on for ever, which only the end of the process stops. */
	readonly dispose: () => void;
};

type SessionOptions = {
	readonly library: IsolateLibrary;
	readonly scripts: GuestScripts;
	/** Whether the isolate is entered in the thread of this process, which is several times faster: where it is the only one. */
	readonly isDirect: boolean;
	readonly send: (kind: number, id: number, payload: string) => void;
	/** Asks the core and waits in place. */
	readonly ask: (question: string) => string;
};

type Deliver = (kind: number, id: number, text: string) => void;

type Prepared = {
	readonly isolate: Isolate;
	readonly context: Context;
	readonly deliver: Reference<Deliver>;
	readonly heapMegabytes: number;
};
type Guest = Prepared & { readonly load: LoadMessage };

/** What is kept of a call while it runs; the first line of its text. */
type CallHead = Omit<CallMessage, 'input'>;

/** Runs one plugin. Every failure becomes an `error` frame with the id of the call, or 0 while loading. */
export function createPluginSession(options: SessionOptions): PluginSession {
	return new Session(options);
}

class Session implements PluginSession {
	readonly #options: SessionOptions;
	readonly #send: SessionOptions['send'];
	readonly #compute = createComputer();
	readonly #calls = new Map<number, CallHead>();
	readonly #waitingCapabilities = new Set<number>();
	#prepared: Prepared | null = null;
	#guest: Guest | null = null;
	/** The isolate has answered this ping and the core has not heard of it. */
	#pong: number | null = null;
	/** Calls of one task have the same first line. */
	#lastHead: { readonly text: string; readonly head: CallHead } = { text: '', head: NO_HEAD };
	#schemas: SchemaChecker | null = null;
	#timer: NodeJS.Timeout | null = null;
	/** Calls that were neither answered nor failed; only about these may anything be said. */
	readonly #open = new Set<number>();
	#isDisposed = false;

	constructor(options: SessionOptions) {
		this.#options = options;
		this.#send = options.send;
	}

	warm(heapMegabytes: number): void {
		const { library, scripts, isDirect } = this.#options;
		const isolate = new library.Isolate({
			memoryLimit: heapMegabytes,
			// V8 cannot go on after this. In a thread of its own that is parked and the kill left to the core, which is watching; in the thread of
			// this process nobody could say it any more, and V8 ends the process, with a word that the core understands.
			...(isDirect ? {} : { onCatastrophicError: () => this.#fail(0, { reason: 'memory', detail: '' }) }),
		});
		const context = isolate.createContextSync();
		const deliver = context.evalClosureSync(
			`'use strict';\n${scripts('prelude') ?? ''}\nreturn guest.install($0, $1);`,
			[this.#callback(), heapMegabytes * MEBIBYTE],
			{ result: { reference: true } },
		) as Reference<Deliver>;
		this.#prepared = { isolate, context, deliver, heapMegabytes };
	}

	prepare(load: LoadMessage): void {
		if (this.#prepared?.heapMegabytes !== load.heapMegabytes) {
			this.#prepared?.isolate.dispose();
			this.warm(load.heapMegabytes);
		}

		this.#guest = this.#prepared === null ? null : { ...this.#prepared, load };
		const { library, scripts } = this.#options;
		// Made before the core sets the memory bound, so that no address space has to be reserved later.
		this.#schemas = load.checksSchemas ? createSchemaChecker({ library, scripts, turnMilliseconds: load.turnMilliseconds }) : null;
		this.#send(TO_CORE.armed, 0, '');
	}

	run(code: string): void {
		void this.#turn(0, async ({ isolate, context, load }) => {
			const options = { timeout: load.turnMilliseconds };
			if (this.#options.isDirect) {
				isolate.compileScriptSync(code, PLUGIN_FILE).runSync(context, options);
			} else {
				await (await isolate.compileScript(code, PLUGIN_FILE)).run(context, options);
			}

			await this.#deliver(TO_GUEST.start, 0, JSON.stringify({ kind: load.kind, permissions: load.permissions }));
		});
	}

	call(id: number, text: string): void {
		this.#open.add(id);
		void this.#turn(id, async () => {
			const { head: first, input } = splitCall(text);
			const head = this.#readHead(first);
			const problem = head.inputSchema === null ? null : await this.#checked().check(head.inputSchema, input, 'input');
			if (problem !== null) {
				this.#fail(id, problem);
				return;
			}

			this.#calls.set(id, head);
			await this.#deliver(TO_GUEST.call, id, `${JSON.stringify({ method: head.method, task: head.task })}\n${input}`);
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
		void this.#turn(STRAY, async (guest) => {
			await this.#deliver(TO_GUEST.ping, id, '');
			if (this.#pong === id) {
				this.#pong = null;
				await this.#tellUse(id, guest);
			}
		});
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
			await this.#enter(guest, [kind, id, text]);
			if (guest.load.kind === 'tool') {
				await this.#enter(guest, [TO_GUEST.idle, 0, '']);
			}
		}
	}

	async #enter({ deliver, load }: Guest, given: Parameters<Deliver>): Promise<void> {
		const options = { timeout: load.turnMilliseconds };
		if (this.#options.isDirect) {
			deliver.applySync(undefined, given, options);
		} else {
			await deliver.apply(undefined, given, options);
		}
	}

	/** The one way out of the isolate: two numbers and a string in, a string or nothing back. It must never throw host errors in. */
	#callback() {
		return new this.#options.library.Callback((kind: unknown, id: unknown, text: unknown): string | undefined => {
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
			case FROM_GUEST.progress:
				this.#send(TO_CORE.progress, Math.max(0, Math.trunc(id)), text);
				return undefined;
			case FROM_GUEST.armTimer:
				this.#armTimer(id);
				return undefined;
			case FROM_GUEST.random:
				return randomBytes(Math.min(Math.max(Math.trunc(id), 0), MAXIMUM_RANDOM_BYTES)).toString('latin1');
			case FROM_GUEST.url:
				return answerUrl(text);
			case FROM_GUEST.pong:
				this.#pong = id;
				return undefined;
			case FROM_GUEST.question:
				return this.#options.ask(text);
			case FROM_GUEST.part:
				return this.#options.scripts(text);
			case FROM_GUEST.compute:
				return this.#compute(text);
			default:
				return undefined;
		}
	}

	#readHead(text: string): CallHead {
		if (text !== this.#lastHead.text) {
			this.#lastHead = { text, head: JSON.parse(text) as CallHead };
		}

		return this.#lastHead.head;
	}

	async #tellUse(id: number, { isolate }: Guest): Promise<void> {
		if (isolate.isDisposed) {
			return;
		}

		const heap = this.#options.isDirect ? isolate.getHeapStatisticsSync() : await isolate.getHeapStatistics();
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
