import { FROM_GUEST } from '../guest-calls.ts';
import { sendToHost } from './bridge.ts';
import { DOMException } from './dom-exception.ts';
import { loadPart } from './parts.ts';

const MAXIMUM_BYTES = 65_536;
const FLOATS = [Float16Array, Float32Array, Float64Array];

/** Random bytes of the host's generator; the isolate's Math.random is not one. */
export function randomBytes(count: number): Uint8Array<ArrayBuffer> {
	const text = sendToHost(FROM_GUEST.random, count, '') ?? '';
	return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export class Crypto {
	/** Loaded when it is first touched. */
	get subtle(): unknown {
		return loadPart('subtle')['subtle'];
	}

	getRandomValues<T extends ArrayBufferView>(target: T): T {
		if (!ArrayBuffer.isView(target) || target instanceof DataView || FLOATS.some((kind) => target instanceof kind)) {
			throw new DOMException('The data argument must be an integer-type TypedArray', 'TypeMismatchError');
		}

		if (target.byteLength > MAXIMUM_BYTES) {
			throw new DOMException(`getRandomValues fills at most ${MAXIMUM_BYTES} bytes at once.`, 'QuotaExceededError');
		}

		new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(randomBytes(target.byteLength));
		return target;
	}

	randomUUID(): string {
		const bytes = randomBytes(16);
		bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
		bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
		return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
	}

	get [Symbol.toStringTag](): string {
		return 'Crypto';
	}
}

export const crypto = new Crypto();
