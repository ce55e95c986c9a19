/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { latin1 } from './encoding.ts';

const NO_BYTES = new Uint8Array(0);

const ENCODINGS: Readonly<Record<string, string>> = {
	utf8: 'utf-8',
	'utf-8': 'utf-8',
	'unicode-1-1-utf-8': 'utf-8',
	'utf-16le': 'utf-16le',
	'utf-16': 'utf-16le',
	ucs2: 'utf-16le',
	latin1: 'windows-1252',
	'iso-8859-1': 'windows-1252',
	ascii: 'windows-1252',
	'us-ascii': 'windows-1252',
};

type DecoderOptions = { readonly fatal?: boolean; readonly ignoreBOM?: boolean };

/** UTF-8, UTF-16LE and Latin-1; other labels throw RangeError, as an unknown one does everywhere. */
export class TextDecoder {
	readonly encoding: string;
	readonly fatal: boolean;
	readonly ignoreBOM: boolean;
	#held: Uint8Array = NO_BYTES;
	#isFirst = true;

	constructor(label = 'utf-8', options: DecoderOptions = {}) {
		const encoding = ENCODINGS[String(label).trim().toLowerCase()];
		if (encoding === undefined) {
			throw new RangeError(`The encoding "${label}" is not available in the sandbox.`);
		}

		this.encoding = encoding;
		this.fatal = options.fatal === true;
		this.ignoreBOM = options.ignoreBOM === true;
	}

	decode(input?: ArrayBuffer | ArrayBufferView, options: { readonly stream?: boolean } = {}): string {
		const bytes = joined(this.#held, toBytes(input));
		const keepFrom = options.stream === true ? this.#wholeLength(bytes) : bytes.length;
		this.#held = bytes.slice(keepFrom);
		let text = this.#decodeWhole(bytes.subarray(0, keepFrom));
		if (this.#isFirst && text !== '' && !this.ignoreBOM && text.startsWith('\uFEFF')) {
			text = text.slice(1);
		}

		this.#isFirst = options.stream === true ? this.#isFirst && keepFrom === 0 : true;
		return text;
	}

	#decodeWhole(bytes: Uint8Array): string {
		switch (this.encoding) {
			case 'utf-16le':
				return decodeUtf16(bytes);
			case 'windows-1252':
				return latin1(bytes);
			default:
				return decodeUtf8(bytes, this.fatal);
		}
	}

	/** How many bytes end on a character, so that a stream may be cut anywhere. */
	#wholeLength(bytes: Uint8Array): number {
		if (this.encoding === 'utf-16le') {
			return bytes.length - (bytes.length % 2);
		}

		if (this.encoding !== 'utf-8') {
			return bytes.length;
		}

		for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
			const byte = bytes[bytes.length - back] ?? 0;
			if (byte >= 0xc0) {
				return sequenceLength(byte) > back ? bytes.length - back : bytes.length;
			}

			if (byte < 0x80) {
				break;
			}
		}

		return bytes.length;
	}
}

/** The decoder of the Encoding Standard: one U+FFFD per maximal part that is not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, fatal = false): string {
	let text = '';
	let units: number[] = [];
	for (let index = 0; index < bytes.length;) {
		const { code, length } = readCodePoint(bytes, index);
		if (code < 0 && fatal) {
			throw new TypeError('The bytes are not valid UTF-8.');
		}

		const point = code < 0 ? 0xff_fd : code;
		if (point > 0xff_ff) {
			units.push(0xd8_00 + ((point - 0x1_00_00) >> 10), 0xdc_00 + ((point - 0x1_00_00) & 0x3_ff));
		} else {
			units.push(point);
		}

		index += length;
		if (units.length > 4096) {
			text += String.fromCharCode(...units);
			units = [];
		}
	}

	return text + String.fromCharCode(...units);
}

function readCodePoint(bytes: Uint8Array, at: number): { readonly code: number; readonly length: number } {
	const first = bytes[at] ?? 0;
	if (first < 0x80) {
		return { code: first, length: 1 };
	}

	const wanted = sequenceLength(first);
	if (wanted === 1) {
		return { code: -1, length: 1 };
	}

	let code = first & (0x7f >> wanted);
	for (let index = 1; index < wanted; index += 1) {
		const byte = bytes[at + index];
		// The second byte's range rules out overlong forms, surrogates and what is past U+10FFFF.
		if (byte === undefined || byte < (index === 1 ? lowest(first) : 0x80) || byte > (index === 1 ? highest(first) : 0xbf)) {
			return { code: -1, length: index };
		}

		code = (code << 6) | (byte & 0x3f);
	}

	return { code, length: wanted };
}

function sequenceLength(first: number): number {
	if (first >= 0xc2 && first <= 0xdf) {
		return 2;
	}

	if (first >= 0xe0 && first <= 0xef) {
		return 3;
	}

	return first >= 0xf0 && first <= 0xf4 ? 4 : 1;
}

function lowest(first: number): number {
	if (first === 0xe0) {
		return 0xa0;
	}

	return first === 0xf0 ? 0x90 : 0x80;
}

function highest(first: number): number {
	if (first === 0xed) {
		return 0x9f;
	}

	return first === 0xf4 ? 0x8f : 0xbf;
}

function decodeUtf16(bytes: Uint8Array): string {
	let text = '';
	for (let index = 0; index + 1 < bytes.length; index += 2) {
		text += String.fromCharCode((bytes[index] ?? 0) | ((bytes[index + 1] ?? 0) << 8));
	}

	return text.toWellFormed();
}

function toBytes(input: ArrayBuffer | ArrayBufferView | undefined): Uint8Array {
	if (input === undefined) {
		return NO_BYTES;
	}

	return ArrayBuffer.isView(input) ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength) : new Uint8Array(input);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
	if (first.length === 0) {
		return second;
	}

	const bytes = new Uint8Array(first.length + second.length);
	bytes.set(first);
	bytes.set(second, first.length);
	return bytes;
}
