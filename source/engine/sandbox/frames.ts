/**
 * The wire between core and host: `u32le length | u8 kind | u8 flags=0 | u16le slot | u32le id | payload`, where length counts
 * what follows it and the slot says which isolate of the process is meant: 0 in a process with one plugin, 1 and up in a shared one.
 * Both ends use this file. Anything that does not fit is a `FrameBreach`; there is no resynchronising.
 */
export const PROTOCOL_VERSION = 4;

/** Core to host. */
export const TO_HOST = { load: 1, code: 2, call: 3, capabilityResult: 4, abort: 5, ping: 6, unload: 7 } as const;

/** Host to core. */
export const TO_CORE = { hello: 16, armed: 17, ready: 18, result: 19, error: 20, capability: 21, log: 22, pong: 23, progress: 24 } as const;

/** On the second socket, one question and one answer at a time: the guest stands still until the answer is there. */
export const SYNC_TO_CORE = { question: 32 } as const;
export const SYNC_TO_HOST = { answer: 33 } as const;

/** The core is trusted by the host; bundles are large. */
export const MAXIMUM_FRAME_TO_HOST_BYTES = 48 * 1024 * 1024;

/** What a plugin can make the core hold at once. */
export const MAXIMUM_FRAME_TO_CORE_BYTES = 12 * 1024 * 1024;

/** Characters of one message out of the guest: a UTF-16 unit takes at most three bytes, and the head needs some too. */
export const MAXIMUM_GUEST_CHARACTERS = Math.floor((MAXIMUM_FRAME_TO_CORE_BYTES - 1024) / 3);

/** Capability calls of one plugin that may wait at the same time; the guest queues the rest on its own side. */
export const CAPABILITY_WINDOW = 8;

/** Calls into one isolate that may wait at the same time: a queue that never empties would keep V8 from freeing anything. */
export const CALL_WINDOW = 8;

export type Frame = { readonly kind: number; readonly slot: number; readonly id: number; readonly payload: Buffer };

const LENGTH_BYTES = 4;
const HEADER_BYTES = 8;
const MAXIMUM_ID = 0xff_ff_ff_ff;

/** The peer sent bytes that this protocol does not allow. */
export class FrameBreach extends Error {
	override readonly name = 'FrameBreach';
}

/** `slot` 0 is the only isolate of a process of its own. */
export function encodeFrame(kind: number, id: number, payload: string, slot = 0): Buffer {
	const length = Buffer.byteLength(payload, 'utf8');
	const frame = Buffer.allocUnsafe(LENGTH_BYTES + HEADER_BYTES + length);
	frame.writeUInt32LE(HEADER_BYTES + length, 0);
	frame.writeUInt8(kind, 4);
	frame.writeUInt8(0, 5);
	frame.writeUInt16LE(slot, 6);
	frame.writeUInt32LE(id, 8);
	frame.write(payload, LENGTH_BYTES + HEADER_BYTES, 'utf8');
	return frame;
}

/** Splits a byte stream into frames. Holds at most one frame of the allowed size. */
export class FrameReader {
	readonly #maximumBytes: number;
	readonly #kinds: ReadonlySet<number>;
	#chunks: Buffer[] = [];
	#heldBytes = 0;

	constructor(options: { readonly maximumBytes: number; readonly kinds: Readonly<Record<string, number>> }) {
		this.#maximumBytes = options.maximumBytes;
		this.#kinds = new Set(Object.values(options.kinds));
	}

	/** Takes what arrived and returns the frames that are now whole. Throws `FrameBreach`. */
	push(chunk: Uint8Array): readonly Frame[] {
		this.#chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
		this.#heldBytes += chunk.byteLength;
		const frames: Frame[] = [];
		for (let frame = this.#take(); frame !== null; frame = this.#take()) {
			frames.push(frame);
		}

		return frames;
	}

	#take(): Frame | null {
		if (this.#heldBytes < LENGTH_BYTES) {
			return null;
		}

		const length = this.#peek(LENGTH_BYTES).readUInt32LE(0);
		if (length < HEADER_BYTES || length > this.#maximumBytes) {
			throw new FrameBreach(`a frame of ${length} bytes, expected ${HEADER_BYTES} to ${this.#maximumBytes}`);
		}

		if (this.#heldBytes < LENGTH_BYTES + length) {
			return null;
		}

		const bytes = this.#peek(LENGTH_BYTES + length);
		this.#drop(LENGTH_BYTES + length);
		return this.#parse(bytes);
	}

	#parse(bytes: Buffer): Frame {
		const kind = bytes.readUInt8(4);
		if (!this.#kinds.has(kind) || bytes.readUInt8(5) !== 0) {
			throw new FrameBreach(`a frame of kind ${kind} with flags ${bytes.readUInt8(5)}, which does not exist`);
		}

		return { kind, slot: bytes.readUInt16LE(6), id: bytes.readUInt32LE(8), payload: bytes.subarray(LENGTH_BYTES + HEADER_BYTES) };
	}

	#peek(count: number): Buffer {
		const first = this.#chunks[0];
		if (first !== undefined && first.length >= count) {
			return first.subarray(0, count);
		}

		const joined = Buffer.concat(this.#chunks, this.#heldBytes);
		this.#chunks = [joined];
		return joined.subarray(0, count);
	}

	#drop(count: number): void {
		const first = this.#chunks[0];
		this.#heldBytes -= count;
		if (first === undefined || first.length === count) {
			this.#chunks.shift();
		} else {
			this.#chunks[0] = first.subarray(count);
		}
	}
}

/** Ids of one direction: 1, 2, 3 ..., never reused. */
export function createIdSource(): () => number {
	let last = 0;
	return () => {
		last += 1;
		if (last > MAXIMUM_ID) {
			throw new FrameBreach('more than 2^32 messages in one connection');
		}

		return last;
	};
}
