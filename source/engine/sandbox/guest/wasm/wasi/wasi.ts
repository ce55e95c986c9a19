import { compute } from '../../compute.ts';
import { randomBytes } from '../../crypto.ts';
import { encodeUtf8 } from '../../encoding.ts';
import { descriptorCalls } from './descriptor-calls.ts';
import { Descriptors, type StandardStreams } from './descriptors.ts';
import { ERRNO, errnoOf, type ErrnoName, WasiError } from './errno.ts';
import { LinearMemory } from './linear-memory.ts';
import { pathCalls } from './path-calls.ts';

type Call = (...args: never[]) => void;
export type Calls = Readonly<Record<string, Call>>;
export type Surroundings = {
	readonly args: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	readonly folders: readonly { readonly name: string; readonly path: string }[];
	readonly streams: StandardStreams;
};

const REALTIME = 0;
const RESOLUTION_NANOSECONDS = 1_000_000n;
const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
const MAXIMUM_SUBSCRIPTIONS = 1024;
const SLEEP_MILLISECONDS = 100;
const RANDOM_PIECE = 65_536;
const { now } = Date;

/** Thrown through the module to end it. */
export class WasiExit extends Error {
	readonly exitCode: number;

	constructor(exitCode: number) {
		super(`exit ${exitCode}`);
		this.exitCode = exitCode;
	}
}

/** What a module of WASI preview 1 imports. Files go the way of all files here: through the broker. */
export class Wasi {
	readonly memory = new LinearMemory();
	readonly descriptors: Descriptors;
	readonly imports: Readonly<Record<string, unknown>>;
	readonly #surroundings: Surroundings;

	constructor(surroundings: Surroundings) {
		this.#surroundings = surroundings;
		this.descriptors = new Descriptors(surroundings.folders);
		const calls: Calls = {
			...this.#processCalls(),
			...descriptorCalls(this.memory, this.descriptors, surroundings.streams),
			...pathCalls(this.memory, this.descriptors),
			...refusals(),
		};
		this.imports = Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, numbered(call)]));
	}

	#processCalls(): Calls {
		const { memory } = this;
		const { args, environment } = this.#surroundings;
		const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
		return {
			args_get: (table: number, texts: number) => memory.strings(args, table, texts),
			args_sizes_get: (count: number, size: number) => sizes(memory, args, { count, size }),
			environ_get: (table: number, texts: number) => memory.strings(variables, table, texts),
			environ_sizes_get: (count: number, size: number) => sizes(memory, variables, { count, size }),
			clock_res_get: (_clock: number, pointer: number) => memory.setUint64(pointer, RESOLUTION_NANOSECONDS),
			clock_time_get: (clock: number, _precision: bigint, pointer: number) => memory.setUint64(pointer, timeOf(clock)),
			random_get: (pointer: number, length: number) => fillRandomly(memory.bytes(pointer, length)),
			poll_oneoff: (input: number, output: number, ...[count, events]: [number, number]) => poll(memory, { input, output, count, events }),
			sched_yield: () => undefined,
			proc_exit: (code: number) => {
				throw new WasiExit(code & 0xff);
			},
			proc_raise: () => {
				throw new WasiExit(134);
			},
		};
	}
}

/** What is thrown becomes the number of an error, but for the end of the program. */
function numbered(call: Call): (...args: never[]) => number {
	return (...args) => {
		try {
			call(...args);
			return ERRNO.SUCCESS;
		} catch (error) {
			if (error instanceof WasiExit) {
				throw error;
			}

			return errnoOf(error);
		}
	};
}

function refusals(): Calls {
	const refuse =
		(name: ErrnoName): Call =>
		() => {
			throw new WasiError(name);
		};
	return {
		path_link: refuse('ENOTSUP'),
		path_symlink: refuse('ENOTSUP'),
		path_readlink: refuse('EINVAL'),
		sock_accept: refuse('ENOTSUP'),
		sock_recv: refuse('ENOTSUP'),
		sock_send: refuse('ENOTSUP'),
		sock_shutdown: refuse('ENOTSUP'),
	};
}

function sizes(memory: LinearMemory, texts: readonly string[], { count, size }: { readonly count: number; readonly size: number }): void {
	memory.setUint32(count, texts.length);
	memory.setUint32(
		size,
		texts.reduce((sum, text) => sum + encodeUtf8(text).length + 1, 0),
	);
}

function timeOf(clock: number): bigint {
	if (clock < REALTIME || clock > 3) {
		throw new WasiError('EINVAL');
	}

	return BigInt(now()) * RESOLUTION_NANOSECONDS;
}

function fillRandomly(target: Uint8Array): void {
	for (let at = 0; at < target.length; at += RANDOM_PIECE) {
		target.set(randomBytes(Math.min(RANDOM_PIECE, target.length - at)), at);
	}
}

type Poll = { readonly input: number; readonly output: number; readonly count: number; readonly events: number };

/** Descriptors are always ready; without one, the shortest of the clocks is waited for. */
function poll(memory: LinearMemory, { input, output, count, events }: Poll): void {
	if (count === 0 || count >>> 0 > MAXIMUM_SUBSCRIPTIONS) {
		throw new WasiError('EINVAL');
	}

	const { view } = memory;
	const subscriptions = Array.from({ length: count }, (_, index) => {
		const at = (input >>> 0) + index * SUBSCRIPTION_BYTES;
		const type = view.getUint8(at + 8);
		const isAbsolute = (view.getUint16(at + 40, true) & 1) === 1;
		const until = Number(view.getBigUint64(at + 24, true) / RESOLUTION_NANOSECONDS) + (isAbsolute ? 0 : now());
		return { user: view.getBigUint64(at, true), type, until };
	});
	const ready = subscriptions.filter(({ type }) => type !== 0);
	const first = Math.min(...subscriptions.map(({ until }) => until));
	const told = ready.length > 0 ? ready : waitFor(first, subscriptions);
	for (const [index, { user, type }] of told.entries()) {
		const at = (output >>> 0) + index * EVENT_BYTES;
		memory.bytes(at, EVENT_BYTES).fill(0);
		memory.setUint64(at, user);
		memory.view.setUint8(at + 10, type);
	}

	memory.setUint32(events, told.length);
}

function waitFor<T extends { readonly until: number }>(first: number, all: readonly T[]): readonly T[] {
	for (let left = first - now(); left > 0; left = first - now()) {
		compute('sleep', { options: { milliseconds: Math.min(left, SLEEP_MILLISECONDS) } });
	}

	return all.filter(({ until }) => until <= first);
}
