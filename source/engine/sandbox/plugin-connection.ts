import type { PluginLimits } from '../manifest.ts';
import { CALL_WINDOW, CAPABILITY_WINDOW, createIdSource, FrameBreach, TO_CORE, TO_HOST, type Frame } from './frames.ts';
import { encodeCall, type CallFailure, type CallMessage, type LoadMessage } from './guest-calls.ts';
import { Heartbeat } from './heartbeat.ts';
import type { HostLink, TakeHost } from './host-link.ts';
import {
	parseCallFailure,
	parseCapabilityRequest,
	parseLogLine,
	parsePong,
	parseProgress,
	parseReady,
	type CapabilityRequest,
	type LogLine,
	type TaskProgress,
} from './host-messages.ts';
import { endOfFailure, PluginEndedError, type PluginEnd } from './plugin-end.ts';
import { ResourceWatch, type ResourceUse } from './resource-watch.ts';
import { StandingQuestions } from './standing-questions.ts';

export type ConnectionOptions = {
	readonly load: LoadMessage;
	readonly code: string;
	readonly limits: PluginLimits;
	readonly takeHost: TakeHost;
	/** Whether each call has the processor time of the limits to itself; otherwise all of them share it. */
	readonly isLongLived: boolean;
	readonly signal: AbortSignal;
	readonly onStart: (pid: number) => void;
	/** The answer as JSON text; a rejection ends the plugin. */
	readonly onCapability: (request: CapabilityRequest) => Promise<string>;
	/** The same for a call that stands still until it is answered; a promise that never settles stops the guest for good. */
	readonly onQuestion: (request: CapabilityRequest) => Promise<string>;
	/** A question took so long that it was refused, since the neighbours in a shared process waited with it. */
	readonly onSlowQuestion?: () => void;
	readonly onLog: (line: LogLine) => void;
};

/** `heapBytes` is what the host says of the isolate, for the screen alone; null before it said anything. */
export type ConnectionUse = ResourceUse & { readonly heapBytes: number | null };

type Call = PromiseWithResolvers<string> & { readonly cpuStart: number; readonly onProgress: (progress: TaskProgress) => void };
/** Between calls a plugin may use as much processor time in this span as in one call. */
const IDLE_BUDGET_MILLISECONDS = 60_000;

type State = 'arming' | 'loading' | 'ready' | 'ended';

/**
 * One plugin in its isolate, from its start to its kill. Everything the host says goes through here: what does not fit the state
 * is a breach, and a breach, a limit or a stop kill the process at once. Nothing here trusts the host to end by itself.
 */
export class PluginConnection {
	readonly #options: ConnectionOptions;
	readonly #ready = Promise.withResolvers<readonly string[]>();
	readonly #ended = Promise.withResolvers<PluginEnd>();
	readonly #calls = new Map<number, Call>();
	readonly #capabilities = new Set<number>();
	readonly #nextId = createIdSource();
	readonly #host: HostLink;
	readonly #heartbeat: Heartbeat;
	readonly #questions: StandingQuestions;
	#limits: PluginLimits;
	#state: State = 'arming';
	#lastCapability = 0;
	#idleSince = 0;
	#idleCpuStart = 0;
	#end: PluginEnd | null = null;
	#watch: ResourceWatch | null = null;
	#heapBytes: number | null = null;
	#said: ResourceUse = { cpuMilliseconds: 0, peakMemoryBytes: 0, memoryBytes: 0 };

	private constructor(options: ConnectionOptions, host: HostLink) {
		this.#options = options;
		this.#limits = options.limits;
		this.#host = host;
		this.#heartbeat = new Heartbeat({
			ping: (id) => host.send(TO_HOST.ping, id, ''),
			turnMilliseconds: options.load.turnMilliseconds,
			isBusy: () => this.#calls.size > 0,
			isWaiting: host.isWaiting,
			onMissed: () => this.finish({ type: 'limit', limit: 'heartbeat' }),
		});
		this.#questions = new StandingQuestions({
			host,
			onQuestion: options.onQuestion,
			onSlowQuestion: () => options.onSlowQuestion?.(),
			onFailure: (error) => this.finish({ type: 'stopped', cause: error }),
		});
		// A connection that ends before anybody asks must not count as an unhandled rejection.
		this.#ready.promise.catch(() => undefined);
	}

	/** Takes a host and starts loading; `ready` tells when the plugin's module has run. Rejects with `PluginEndedError` when there is no host. */
	static async start(options: ConnectionOptions): Promise<PluginConnection> {
		const host = await options.takeHost(options.signal);
		const connection = new PluginConnection(options, host);
		host.listen({
			onFrame: (frame) => connection.#receive(frame),
			onQuestion: (frame) => connection.#receiveQuestion(frame),
			onEnd: (end) => connection.finish(end),
		});
		try {
			connection.#begin();
		} catch (error) {
			// Nobody would hold the connection to end it.
			connection.finish({ type: 'stopped', cause: error });
			throw error;
		}

		return connection;
	}

	#begin(): void {
		if (this.#host.slot === 0) {
			this.#watch = new ResourceWatch({
				pid: this.#host.pid,
				limits: () => this.#limits,
				cpuStart: () => this.#cpuStart(),
				isBusy: () => this.#state !== 'ready' || this.#calls.size > 0,
				kernelBounds: this.#host.writesFiles ? 'memory' : 'memory-and-files',
				onExceeded: (limit) => this.finish({ type: 'limit', limit }),
			});
		}

		this.#options.onStart(this.#host.pid);
		this.#host.send(TO_HOST.load, 0, JSON.stringify(this.#options.load));
	}

	/** Names of the methods the plugin has. Rejects with `PluginEndedError`. */
	get ready(): Promise<readonly string[]> {
		return this.#ready.promise;
	}

	/** Why it ended; never rejects. */
	get ended(): Promise<PluginEnd> {
		return this.#ended.promise;
	}

	get use(): ConnectionUse {
		return { ...this.#resources(), heapBytes: this.#heapBytes };
	}

	get pid(): number {
		return this.#host.pid;
	}

	/** What counts from now on, also for calls in flight. The bound of the kernel stays where it was. */
	setLimits(limits: PluginLimits): void {
		this.#limits = limits;
	}

	/** False from the moment it was told to end. */
	get isAlive(): boolean {
		return this.#end === null;
	}

	/** Runs one method; resolves with JSON text. Rejects with `PluginEndedError`. At most `CALL_WINDOW` at a time. */
	async call(message: CallMessage): Promise<string> {
		await this.ready;
		return this.begin(message).answer;
	}

	/** The same for a plugin that is ready, with the id that `abort` takes. */
	begin(
		message: CallMessage,
		onProgress: (progress: TaskProgress) => void = ignore,
	): { readonly id: number; readonly answer: Promise<string> } {
		if (this.#end !== null) {
			throw new PluginEndedError(this.#end);
		}

		if (this.#state !== 'ready' || this.#calls.size >= CALL_WINDOW) {
			throw new RangeError(`expected a plugin that is ready and at most ${CALL_WINDOW} calls in flight`);
		}

		const id = this.#nextId();
		const waiting = { ...Promise.withResolvers<string>(), cpuStart: this.#resources().cpuMilliseconds, onProgress };
		this.#calls.set(id, waiting);
		this.#host.send(TO_HOST.call, id, encodeCall(message));
		return { id, answer: waiting.promise };
	}

	/** Tells the plugin that one call is cancelled; it may still answer, and a kill comes from the caller. */
	abort(id: number): void {
		if (this.#state === 'ready') {
			this.#host.send(TO_HOST.abort, id, '');
		}
	}

	/** Ends the plugin for one reason, the first given. Kills the process and fails everything that waits. */
	finish(end: PluginEnd): void {
		if (this.#end !== null) {
			return;
		}

		this.#end = end;
		this.#state = 'ended';
		this.#questions.end();
		this.#host.end({ isHanging: isHanging(end) });
		this.#watch?.stop();
		this.#heartbeat.stop();
		const error = new PluginEndedError(end);
		this.#ready.reject(error);
		for (const waiting of this.#calls.values()) {
			waiting.reject(error);
		}

		this.#calls.clear();
		this.#ended.resolve(end);
	}

	/** Kills the process if it lives and waits until the system has it gone. */
	async [Symbol.asyncDispose](): Promise<void> {
		this.finish({ type: 'stopped', cause: null });
		await this.#host.gone();
	}

	#receive(frame: Frame): void {
		if (this.#state === 'ended') {
			return;
		}

		try {
			this.#dispatch(frame, frame.payload.toString('utf8'));
		} catch (error) {
			if (!(error instanceof FrameBreach)) {
				this.finish({ type: 'stopped', cause: error });
				return;
			}

			this.finish({ type: 'breach', reason: error.message });
		}
	}

	#receiveQuestion({ id, payload }: Frame): void {
		if (this.#state === 'ended') {
			this.#questions.refuse(id);
			return;
		}

		try {
			this.#requireRunning('question');
			void this.#questions.answer(id, parseCapabilityRequest(payload.toString('utf8')));
		} catch (error) {
			this.finish(error instanceof FrameBreach ? { type: 'breach', reason: error.message } : { type: 'stopped', cause: error });
		}
	}

	#dispatch(frame: Frame, text: string): void {
		switch (frame.kind) {
			case TO_CORE.armed:
				this.#advance('arming', 'loading');
				this.#watch?.setBaseline();
				this.#host.send(TO_HOST.code, 0, this.#options.code);
				// While the host compiles.
				this.#watch?.boundByKernel();
				return;
			case TO_CORE.ready:
				this.#advance('loading', 'ready');
				if (this.#options.isLongLived) {
					this.#heartbeat.start();
				}

				this.#ready.resolve(parseReady(text));
				return;
			case TO_CORE.result:
				this.#takeCall(frame.id).resolve(text);
				return;
			case TO_CORE.error:
				this.#fail(frame.id, parseCallFailure(text));
				return;
			case TO_CORE.capability:
				this.#requireRunning('capability');
				void this.#answer(frame.id, parseCapabilityRequest(text));
				return;
			case TO_CORE.log:
				this.#requireRunning('log');
				this.#options.onLog(parseLogLine(text));
				return;
			case TO_CORE.progress:
				this.#requireRunning('progress');
				// One that comes after the answer is of no interest any more.
				this.#calls.get(frame.id)?.onProgress(parseProgress(text));
				return;
			case TO_CORE.pong:
				this.#takePong(frame.id, text);
				return;
			default:
				throw new FrameBreach(`a message of kind ${frame.kind} came in state "${this.#state}"`);
		}
	}

	/** While loading a failure ends the plugin; afterwards it belongs to the call with its id, or to all when it names none. */
	#fail(id: number, failure: CallFailure): void {
		this.#requireRunning('error');
		// After these V8 has thrown away or interrupted the isolate: nothing more may run in it.
		if (id === 0 || failure.reason === 'memory' || failure.reason === 'time') {
			this.finish(endOfFailure(failure));
			return;
		}

		this.#takeCall(id).reject(new PluginEndedError({ type: 'failed', failure }));
	}

	async #answer(id: number, request: CapabilityRequest): Promise<void> {
		if (id <= this.#lastCapability || this.#capabilities.size >= CAPABILITY_WINDOW) {
			this.finish({ type: 'breach', reason: `capability call ${id} is out of order or beyond the window` });
			return;
		}

		this.#lastCapability = id;
		this.#capabilities.add(id);
		try {
			const answer = await this.#options.onCapability(request);
			this.#capabilities.delete(id);
			if (this.#end === null) {
				this.#host.send(TO_HOST.capabilityResult, id, answer);
			}
		} catch (error) {
			this.finish({ type: 'stopped', cause: error });
		}
	}

	#advance(from: State, to: State): void {
		if (this.#state !== from) {
			throw new FrameBreach(`a message that belongs to state "${from}" came in state "${this.#state}"`);
		}

		this.#state = to;
	}

	#requireRunning(what: string): void {
		if (this.#state !== 'loading' && this.#state !== 'ready') {
			throw new FrameBreach(`a message "${what}" came in state "${this.#state}"`);
		}
	}

	#takePong(id: number, text: string): void {
		if (!this.#heartbeat.answer(id)) {
			throw new FrameBreach(`an answer to heartbeat ${id}, which was not sent`);
		}

		const { heapBytes, cpuMilliseconds } = parsePong(text);
		this.#heapBytes = heapBytes;
		this.#said = { cpuMilliseconds, memoryBytes: heapBytes, peakMemoryBytes: Math.max(this.#said.peakMemoryBytes, heapBytes) };
	}

	#resources(): ResourceUse {
		return this.#watch?.use ?? this.#said;
	}

	/** Where the processor time of the oldest call in flight began; without one, where the last quiet minute began. */
	#cpuStart(): number {
		if (!this.#options.isLongLived) {
			return 0;
		}

		const now = performance.now();
		if (this.#calls.size > 0 || now - this.#idleSince > IDLE_BUDGET_MILLISECONDS) {
			this.#idleSince = now;
			this.#idleCpuStart = this.#resources().cpuMilliseconds;
		}

		return this.#calls.size === 0 ? this.#idleCpuStart : Math.min(...[...this.#calls.values()].map(({ cpuStart }) => cpuStart));
	}

	#takeCall(id: number): PromiseWithResolvers<string> {
		const waiting = this.#calls.get(id);
		if (waiting === undefined) {
			throw new FrameBreach(`an answer to call ${id}, which does not wait`);
		}

		this.#calls.delete(id);
		return waiting;
	}
}

function ignore(): void {
	// Only tasks say how far they are.
}

/** What the host itself told of is over in the isolate; of the rest nobody knows whether it would ever end. */
function isHanging(end: PluginEnd): boolean {
	return end.type === 'breach' || (end.type === 'limit' && (end.limit === 'wall' || end.limit === 'heartbeat'));
}
