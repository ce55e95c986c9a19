import { bytesIn } from '../array-buffers.ts';
import { Buffer } from '../modules/buffer.ts';

/** Data as node's `crypto` takes it. Throws `ERR_INVALID_ARG_TYPE`. */
export function bytesOf(data: unknown, encoding?: unknown): Uint8Array<ArrayBuffer> {
	if (typeof data === 'string') {
		return Buffer.from(data, typeof encoding === 'string' ? encoding : 'utf8');
	}

	const bytes = bytesIn(data);
	if (bytes === null) {
		throw Object.assign(new TypeError('The "data" argument must be of type string or an instance of Buffer, TypedArray, or DataView.'), {
			code: 'ERR_INVALID_ARG_TYPE',
		});
	}

	return bytes;
}

export function bufferOf(answer: unknown): Buffer {
	return Buffer.from(String(answer), 'base64');
}
