import { createServer, type Server, type Socket } from 'node:net';
import { EngineError, toEngineError } from '../errors.ts';
import { CONTROL_VERSION, encodeMessage, MAXIMUM_REQUEST_BYTES, MessageReader } from './frames.ts';
import { type ControlRequest, describeError, parseRequest } from './messages.ts';

const MAXIMUM_CONNECTIONS = 32;
const MAXIMUM_REQUESTS = 16;

export type ControlledCore = {
	readonly startedAt: string;
	/** What was typed to start it. */
	readonly command: string;
	/** Does what is asked; `tell` sends lines while it goes on, and resolves when there is room for more. */
	readonly perform: (
		request: Exclude<ControlRequest, { readonly call: 'cancel' }>,
		call: { readonly signal: AbortSignal; readonly tell: (lines: readonly object[]) => Promise<void> },
	) => Promise<unknown>;
};

/** Answers on a socket that only the user can reach, until it is disposed of. Rejects with what listening failed with. */
export async function serveControl(path: string, core: ControlledCore): Promise<AsyncDisposable> {
	const connections = new Set<Socket>();
	const server = createServer((socket) => {
		connections.add(socket);
		socket.once('close', () => connections.delete(socket));
		answer(socket, core);
	});
	server.maxConnections = MAXIMUM_CONNECTIONS;
	await listen(server, path);
	// The plugins keep the process alive, or whoever started them; not the door to them.
	server.unref();
	return {
		[Symbol.asyncDispose]: async () => {
			for (const socket of connections) {
				socket.destroy();
			}

			await new Promise<void>((resolve) => {
				server.close(() => resolve());
			});
		},
	};
}

async function listen(server: Server, path: string): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(path, () => {
			server.off('error', reject);
			resolve();
		});
	});
}

function answer(socket: Socket, core: ControlledCore): void {
	const reader = new MessageReader(MAXIMUM_REQUEST_BYTES);
	const running = new Map<number, AbortController>();
	let lastId = 0;
	socket.unref();
	socket.on('error', () => socket.destroy());
	socket.once('close', () => {
		for (const controller of running.values()) {
			controller.abort(new EngineError('cancelled', 'Nobody waits for the answer any more.'));
		}
	});
	const send = (message: object): boolean => !socket.destroyed && socket.write(encodeMessage(message));
	const perform = async (request: Exclude<ControlRequest, { readonly call: 'cancel' }>): Promise<void> => {
		const { id } = request;
		const controller = new AbortController();
		running.set(id, controller);
		try {
			const tell = async (lines: readonly object[]): Promise<void> => {
				if (!send({ id, lines })) {
					await drained(socket);
				}
			};
			send({ id, result: (await core.perform(request, { signal: controller.signal, tell })) ?? null });
		} catch (error) {
			send({ id, error: describeError(toEngineError(error, { code: 'internal', message: 'The request failed inside plugward.' })) });
		} finally {
			running.delete(id);
		}
	};

	send({ hello: { pid: process.pid, startedAt: core.startedAt, command: core.command }, version: CONTROL_VERSION });
	socket.on('data', (chunk: Buffer) => {
		try {
			for (const message of reader.push(chunk)) {
				const request = parseRequest(message);
				if (request.call === 'cancel') {
					running.get(request.id)?.abort(new EngineError('cancelled', 'The request was cancelled.'));
				} else if (request.id <= lastId || running.size >= MAXIMUM_REQUESTS) {
					socket.destroy();
				} else {
					lastId = request.id;
					void perform(request);
				}
			}
		} catch {
			// What is no request of this protocol gets no answer: there is no telling where the next one would begin.
			socket.destroy();
		}
	});
}

async function drained(socket: Socket): Promise<void> {
	await new Promise<void>((resolve) => {
		const done = (): void => {
			socket.off('drain', done);
			socket.off('close', done);
			resolve();
		};
		socket.once('drain', done);
		socket.once('close', done);
	});
}
