import { FROM_GUEST } from '../guest-calls.ts';
import { parseJson, sendToHost, toJson } from './bridge.ts';

const CHUNK_BYTES = 2 * 1024 * 1024;
let lastHeld = 0;

/** Lets the host do what it does on bytes alone: digests, compression, ciphers. Throws what node says about the data. */
export function compute(operation: string, more: Readonly<Record<string, unknown>> = {}): unknown {
	const text = sendToHost(FROM_GUEST.compute, 0, toJson({ operation, ...more }) ?? '') ?? '{}';
	const { value, error } = parseJson(text) as {
		readonly value?: unknown;
		readonly error?: { readonly code: string; readonly message: string };
	};
	if (error !== undefined) {
		throw Object.assign(new Error(error.message), { code: error.code });
	}

	return value;
}

/** The same on bytes of any size; they go over in pieces. */
export function computeOn(operation: string, bytes: Uint8Array, more: Readonly<Record<string, unknown>> = {}): unknown {
	lastHeld += 1;
	let start = 0;
	for (; bytes.length - start > CHUNK_BYTES; start += CHUNK_BYTES) {
		compute('hold', { id: lastHeld, data: bytes.subarray(start, start + CHUNK_BYTES).toBase64() });
	}

	return compute(operation, { ...more, id: lastHeld, data: bytes.subarray(start).toBase64() });
}

/** Each piece goes over by itself. */
export function computeInPieces(bytes: Uint8Array, send: (data: string) => void): void {
	for (let start = 0; start === 0 || start < bytes.length; start += CHUNK_BYTES) {
		send(bytes.subarray(start, start + CHUNK_BYTES).toBase64());
	}
}
