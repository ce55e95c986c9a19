/** The socket of a process that keeps plugins running: `u32le length | JSON in UTF-8`, in both directions. */
export const CONTROL_VERSION = 1;

/** What one that asks may send at once, and what one that answers may. */
export const MAXIMUM_REQUEST_BYTES = 256 * 1024;
export const MAXIMUM_ANSWER_BYTES = 16 * 1024 * 1024;

const LENGTH_BYTES = 4;

/** The other side sent something that this protocol does not know. */
export class ControlBreach extends Error {
	override readonly name = 'ControlBreach';
}

export function encodeMessage(message: object): Buffer {
	const body = Buffer.from(JSON.stringify(message), 'utf8');
	const frame = Buffer.allocUnsafe(LENGTH_BYTES + body.length);
	frame.writeUInt32LE(body.length, 0);
	body.copy(frame, LENGTH_BYTES);
	return frame;
}

/** Splits a stream of bytes into messages. Holds at most one message of the allowed size and one chunk. */
export class MessageReader {
	readonly #maximumBytes: number;
	readonly #decoder = new TextDecoder('utf-8', { fatal: true });
	#held: Buffer = Buffer.alloc(0);

	constructor(maximumBytes: number) {
		this.#maximumBytes = maximumBytes;
	}

	/** Throws `ControlBreach`. */
	push(chunk: Uint8Array): readonly unknown[] {
		this.#held = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
		const messages: unknown[] = [];
		while (this.#held.length >= LENGTH_BYTES) {
			const length = this.#held.readUInt32LE(0);
			if (length === 0 || length > this.#maximumBytes) {
				throw new ControlBreach(`a message of ${length} bytes, expected 1 to ${this.#maximumBytes}`);
			}

			if (this.#held.length < LENGTH_BYTES + length) {
				break;
			}

			messages.push(this.#parse(this.#held.subarray(LENGTH_BYTES, LENGTH_BYTES + length)));
			this.#held = this.#held.subarray(LENGTH_BYTES + length);
		}

		return messages;
	}

	#parse(bytes: Uint8Array): unknown {
		try {
			const message: unknown = JSON.parse(this.#decoder.decode(bytes));
			return message;
		} catch {
			throw new ControlBreach('a message that is not JSON');
		}
	}
}
