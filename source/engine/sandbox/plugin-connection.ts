import type { PluginLimits } from '../manifest.ts';
import { CAPABILITY_WINDOW, createIdSource, FrameBreach, PROTOCOL_VERSION, TO_CORE, TO_HOST, type Frame } from './frames.ts';
import type { CallFailure, CallMessage, LoadMessage } from './guest-calls.ts';
import { spawnHost, type HostExit, type HostProcess } from './host-process.ts';
import {
	parseCallFailure,
	parseCapabilityRequest,
	parseHello,
	parseLogLine,
	parseReady,
	type CapabilityRequest,
	type LogLine,
} from './host-messages.ts';
import { watchResources, type ResourceUse, type ResourceWatch } from './resource-watch.ts';

/** How a connection ended before its time, or why one call failed. */
export type PluginEnd =
	| { readonly type: 'failed'; readonly failure: CallFailure }
	| { readonly type: 'limit'; readonly limit: 'wall' | 'cpu' | 'memory' }
	| { readonly type: 'breach'; readonly reason: string }
	| { readonly type: 'stopped'; readonly cause: unknown };

export class PluginEndedError extends Error {
	override readonly name = 'PluginEndedError';
	readonly end: PluginEnd;

	constructor(end: PluginEnd) {
		super(`the plugin ended: ${end.type}`);
		this.end = end;
	}
}

export type ConnectionOptions = {
	readonly load: LoadMessage;
	readonly code: string;
	readonly limits: PluginLimits;
	/** Another program in the host's place; only tests send breaches on purpose. */
	readonly hostProgram?: string;
	readonly onStart: (pid: number) => void;
	/** The answer as JSON text; a rejection ends the plugin. */
	readonly onCapability: (request: CapabilityRequest) => Promise<string>;
	readonly onLog: (line: LogLine) => void;
};

type State = 'starting' | 'arming' | 'loading' | 'ready' | 'ended';

/**
 * One plugin in one host process, from its start to its kill. Everything the host says goes through here: what does not fit the state
 * is a breach, and a breach, a limit or a stop kill the process at once. Nothing here trusts the host to end by itself.
 */
export class PluginConnection {
	readonly #options: ConnectionOptions;
	readonly #ready = Promise.withResolvers<readonly string[]>();
	readonly #calls = new Map<number, PromiseWithResolvers<string>>();
	readonly #capabilities = new Set<number>();
	readonly #nextId = createIdSource();
	#state: State = 'starting';
	#lastCapability = 0;
	#end: PluginEnd | null = null;
	#host: HostProcess | null = null;
	#watch: ResourceWatch | null = null;
	#use: ResourceUse = { cpuMilliseconds: 0, peakMemoryBytes: 0 };

	private constructor(options: ConnectionOptions) {
		this.#options = options;
		// A connection that ends before anybody asks must not count as an unhandled rejection.
		this.#ready.promise.catch(() => undefined);
	}

	/** Spawns the host and starts loading; `ready` tells when the plugin's module has run. */
	static async start(options: ConnectionOptions): Promise<PluginConnection> {
		const connection = new PluginConnection(options);
		const early: Frame[] = [];
		const host = await spawnHost(
			{
				onFrame: (frame) => (connection.#host === null ? void early.push(frame) : connection.#receive(frame)),
				onBreach: (reason) => connection.finish({ type: 'breach', reason }),
			},
			options.hostProgram ?? null,
		);
		connection.#host = host;
		void host.exited.then((exit) => connection.finish(endOfExit(exit)));
		try {
			connection.#watch = watchResources({
				pid: host.pid,
				limits: options.limits,
				onExceeded: (limit) => connection.finish({ type: 'limit', limit }),
			});
			options.onStart(host.pid);
		} catch (error) {
			// Nobody would hold the connection to end it.
			connection.finish({ type: 'stopped', cause: error });
			throw error;
		}

		for (const frame of early) {
			connection.#receive(frame);
		}

		return connection;
	}

	/** Names of the methods the plugin has. Rejects with `PluginEndedError`. */
	get ready(): Promise<readonly string[]> {
		return this.#ready.promise;
	}

	get use(): ResourceUse {
		return this.#watch?.use() ?? this.#use;
	}

	get pid(): number {
		return this.#host?.pid ?? 0;
	}

	/** Runs one method; resolves with JSON text. Rejects with `PluginEndedError`. */
	async call(message: CallMessage): Promise<string> {
		await this.ready;
		if (this.#end !== null) {
			throw new PluginEndedError(this.#end);
		}

		const id = this.#nextId();
		const waiting = Promise.withResolvers<string>();
		this.#calls.set(id, waiting);
		this.#host?.send(TO_HOST.call, id, JSON.stringify(message));
		return waiting.promise;
	}

	/** Tells the plugin that its call is cancelled; the kill comes from the caller. */
	abort(): void {
		if (this.#state === 'ready') {
			this.#host?.send(TO_HOST.abort, 0, '');
		}
	}

	/** Ends the plugin for one reason, the first given. Kills the process and fails everything that waits. */
	finish(end: PluginEnd): void {
		if (this.#end !== null) {
			return;
		}

		this.#end = end;
		this.#state = 'ended';
		this.#host?.kill();
		this.#watch?.stop();
		const error = new PluginEndedError(end);
		this.#ready.reject(error);
		for (const waiting of this.#calls.values()) {
			waiting.reject(error);
		}

		this.#calls.clear();
	}

	/** Kills the process if it lives and waits until the system has it gone. */
	async [Symbol.asyncDispose](): Promise<void> {
		this.finish({ type: 'stopped', cause: null });
		await this.#host?.exited;
	}

	#receive(frame: Frame): void {
		if (this.#state === 'ended') {
			return;
		}

		try {
			this.#dispatch(frame, Buffer.from(frame.payload).toString('utf8'));
		} catch (error) {
			if (!(error instanceof FrameBreach)) {
				this.finish({ type: 'stopped', cause: error });
				return;
			}

			this.finish({ type: 'breach', reason: error.message });
		}
	}

	#dispatch(frame: Frame, text: string): void {
		switch (frame.kind) {
			case TO_CORE.hello:
				this.#advance('starting', 'arming');
				this.#expectVersion(parseHello(text));
				this.#host?.send(TO_HOST.load, 0, JSON.stringify(this.#options.load));
				return;
			case TO_CORE.armed:
				this.#advance('arming', 'loading');
				this.#watch?.setBaseline();
				this.#host?.send(TO_HOST.code, 0, this.#options.code);
				return;
			case TO_CORE.ready:
				this.#advance('loading', 'ready');
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
				this.#host?.send(TO_HOST.capabilityResult, id, answer);
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

	#takeCall(id: number): PromiseWithResolvers<string> {
		const waiting = this.#calls.get(id);
		if (waiting === undefined) {
			throw new FrameBreach(`an answer to call ${id}, which does not wait`);
		}

		this.#calls.delete(id);
		return waiting;
	}

	#expectVersion(protocol: number): void {
		if (protocol !== PROTOCOL_VERSION) {
			throw new FrameBreach(`protocol ${protocol}, expected ${PROTOCOL_VERSION}`);
		}
	}
}

function endOfFailure(failure: CallFailure): PluginEnd {
	if (failure.reason === 'memory') {
		return { type: 'limit', limit: 'memory' };
	}

	return failure.reason === 'time' ? { type: 'limit', limit: 'cpu' } : { type: 'failed', failure };
}

/** A host ends only when the core kills it, so that any other end is a breach. */
function endOfExit(exit: HostExit): PluginEnd {
	const how = exit.signal === null ? `with code ${exit.code ?? 'unknown'}` : `by ${exit.signal}`;
	const words = exit.stderr.trim().split('\n', 1)[0] ?? '';
	return { type: 'breach', reason: `the host process ended ${how}${words === '' ? '' : ` (${words.slice(0, 200)})`}` };
}
