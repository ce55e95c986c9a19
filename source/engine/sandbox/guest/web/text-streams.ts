import { bytesIn } from '../array-buffers.ts';
import { encodeUtf8 } from '../encoding.ts';
import { TextDecoder } from '../text-decoder.ts';
import type { ReadableStream } from './streams/readable-stream.ts';
import { transformOf, type TransformStream } from './streams/transform-stream.ts';
import type { WritableStream } from './streams/writable-stream.ts';

/** A pair of streams that is made of a transform. */
class Pair {
	readonly #transform: TransformStream;

	constructor(transform: TransformStream) {
		this.#transform = transform;
	}

	get readable(): ReadableStream {
		return this.#transform.readable;
	}

	get writable(): WritableStream {
		return this.#transform.writable;
	}
}

export class TextEncoderStream extends Pair {
	constructor() {
		// Half of a pair waits for the other half.
		let held = '';
		super(
			transformOf({
				transform: (chunk, controller) => {
					const text = held + String(chunk);
					const last = text.charCodeAt(text.length - 1);
					const keeps = last >= 0xd8_00 && last <= 0xdb_ff;
					held = keeps ? text.slice(-1) : '';
					const whole = keeps ? text.slice(0, -1) : text;
					if (whole !== '') {
						controller.enqueue(encodeUtf8(whole));
					}
				},
				flush: (controller) => {
					if (held !== '') {
						controller.enqueue(encodeUtf8(held));
					}
				},
			}),
		);
	}

	get encoding(): string {
		return 'utf-8';
	}
}

export class TextDecoderStream extends Pair {
	readonly #decoder: TextDecoder;

	constructor(label = 'utf-8', options: { readonly fatal?: boolean; readonly ignoreBOM?: boolean } = {}) {
		const decoder = new TextDecoder(label, options);
		super(
			transformOf({
				transform: (chunk, controller) => {
					const bytes = bytesIn(chunk);
					if (bytes === null) {
						throw Object.assign(new TypeError('A decoder takes bytes.'), { code: 'ERR_INVALID_ARG_TYPE' });
					}

					const text = decoder.decode(bytes, { stream: true });
					if (text !== '') {
						controller.enqueue(text);
					}
				},
				flush: (controller) => {
					const text = decoder.decode();
					if (text !== '') {
						controller.enqueue(text);
					}
				},
			}),
		);
		this.#decoder = decoder;
	}

	get encoding(): string {
		return this.#decoder.encoding;
	}

	get fatal(): boolean {
		return this.#decoder.fatal;
	}

	get ignoreBOM(): boolean {
		return this.#decoder.ignoreBOM;
	}
}

export { Pair };
