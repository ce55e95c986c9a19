import { connect, type Socket } from 'node:net';
import { EngineError } from '../errors.ts';
import { CONTROL_VERSION, ControlBreach, encodeMessage, MAXIMUM_ANSWER_BYTES, MessageReader } from './frames.ts';
import { type ControlHello, type ControlRequest, errorOf, parseAnswer, parseHello } from './messages.ts';

const GREETING_MILLISECONDS = 2000;

type WithoutId<Request> = Request extends unknown ? Omit<Request, 'id'> : never;
export type ControlCall = WithoutId<Exclude<ControlRequest, { readonly call: 'cancel' }>>;
type Waiting = {
	readonly resolve: (result: unknown) => void;
	readonly reject: (error: unknown) => void;
	readonly onLines: (lines: unknown) => void;
};

/** Nobody listens on the socket: the process that made it is dead. */
export class NobodyThere extends Error {
	override readonly name = 'NobodyThere';
}

/** A line to another process that keeps plugins running. */
export class ControlConnection {
	readonly hello: ControlHello['hello'];
	readonly #socket: Socket;
	readonly #waiting = new Map<number, Waiting>();
	#lastId = 0;
	#failure: EngineError | null = null;

	private constructor(socket: Socket, hello: ControlHello['hello']) {
		this.#socket = socket;
		this.hello = hello;
	}

	/** Throws `NobodyThere`, `core-unreachable`, `cancelled`. */
	static async open(path: string, { pid, signal }: { readonly pid: number; readonly signal: AbortSignal }): Promise<ControlConnection> {
		signal.throwIfAborted();
		const socket = connect(path);
		socket.unref();
		const reader = new MessageReader(MAXIMUM_ANSWER_BYTES);
		const greeted = Promise.withResolvers<ControlConnection>();
		let connection: ControlConnection | null = null;
		const fail = (error: unknown): void => {
			const failure = explain(error, pid);
			if (connection !== null) {
				connection.#end(failure instanceof EngineError ? failure : unreachable(pid, 'ended', error));
			}

			greeted.reject(failure);
			socket.destroy();
		};
		const onAbort = (): void => fail(signal.reason);
		const timer = setTimeout(() => fail(unreachable(pid, 'does not answer', null)), GREETING_MILLISECONDS);
		signal.addEventListener('abort', onAbort, { once: true });
		socket.on('error', fail);
		socket.once('close', () => fail(unreachable(pid, 'ended before it answered', null)));
		socket.on('data', (chunk: Buffer) => {
			try {
				for (const message of reader.push(chunk)) {
					if (connection === null) {
						connection = new ControlConnection(socket, greetingOf(message, pid));
						greeted.resolve(connection);
					} else {
						connection.#receive(message);
					}
				}
			} catch (error) {
				fail(error);
			}
		});
		try {
			return await greeted.promise;
		} finally {
			clearTimeout(timer);
			signal.removeEventListener('abort', onAbort);
		}
	}

	/** Resolves with what the process answered. Throws its errors, `core-unreachable`, `cancelled`. */
	async request(
		call: ControlCall,
		{ signal, onLines = ignore }: { readonly signal: AbortSignal; readonly onLines?: (lines: unknown) => void },
	): Promise<unknown> {
		if (this.#failure !== null) {
			throw this.#failure;
		}

		signal.throwIfAborted();
		this.#lastId += 1;
		const id = this.#lastId;
		const { promise, resolve, reject } = Promise.withResolvers<unknown>();
		this.#waiting.set(id, { resolve, reject, onLines });
		const onAbort = (): void => {
			this.#socket.write(encodeMessage({ id, call: 'cancel' }));
			reject(signal.reason);
		};
		signal.addEventListener('abort', onAbort, { once: true });
		this.#socket.ref();
		this.#socket.write(encodeMessage({ id, ...call }));
		try {
			return await promise;
		} finally {
			signal.removeEventListener('abort', onAbort);
			this.#waiting.delete(id);
			if (this.#waiting.size === 0) {
				this.#socket.unref();
			}
		}
	}

	get isOpen(): boolean {
		return this.#failure === null;
	}

	[Symbol.dispose](): void {
		this.#socket.destroy();
	}

	#receive(message: unknown): void {
		const answer = parseAnswer(message);
		const waiting = this.#waiting.get(answer.id);
		if (waiting === undefined) {
			// It crossed a cancellation.
			return;
		}

		if ('lines' in answer) {
			waiting.onLines(answer.lines);
		} else if ('error' in answer) {
			waiting.reject(errorOf(answer.error));
		} else {
			waiting.resolve(answer.result);
		}
	}

	#end(failure: EngineError): void {
		this.#failure ??= failure;
		for (const { reject } of this.#waiting.values()) {
			reject(failure);
		}
	}
}

function ignore(): void {
	// Only one that follows gets lines.
}

function greetingOf(message: unknown, pid: number): ControlHello['hello'] {
	const { hello, version } = parseHello(message);
	if (version !== CONTROL_VERSION) {
		throw new EngineError(
			'core-unreachable',
			`Process ${pid} speaks version ${version} of the protocol of plugward's sockets, expected ${CONTROL_VERSION}.`,
			{ hint: 'It was started by another release of plugward; use that one, or start it again.' },
		);
	}

	return hello;
}

function explain(error: unknown, pid: number): unknown {
	if (error instanceof ControlBreach) {
		return unreachable(pid, `sent ${error.message}`, error);
	}

	const code = error instanceof Error && 'code' in error ? error.code : null;
	if (code === 'ECONNREFUSED' || code === 'ENOENT') {
		return new NobodyThere(`Process ${pid} is gone.`, { cause: error });
	}

	return typeof code === 'string' && !(error instanceof EngineError) && code.startsWith('E')
		? unreachable(pid, `cannot be reached (${code})`, error)
		: error;
}

function unreachable(pid: number, what: string, cause: unknown): EngineError {
	return new EngineError('core-unreachable', `Process ${pid}, which keeps plugins running in this home, ${what}.`, {
		hint: 'See which there are: plugward ps',
		...(cause === null ? {} : { cause }),
	});
}
