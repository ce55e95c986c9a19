/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { bytesIn } from './array-buffers.ts';

const NO_BYTES = new Uint8Array(0);

/** https://encoding.spec.whatwg.org/#names-and-labels, of the encodings there are here. */
const LABELS: Readonly<Record<string, string>> = {
	'utf-8': 'unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8',
	'utf-16le': 'csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le',
	'utf-16be': 'unicodefffe utf-16be',
	'windows-1252':
		'ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252',
};
/** Of windows-1252, from 0x80; the rest is that of Latin-1. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ';
const ENCODINGS = new Map(
	Object.entries(LABELS).flatMap(([encoding, labels]) => labels.split(' ').map((label) => [label, encoding] as const)),
);

type DecoderOptions = { readonly fatal?: unknown; readonly ignoreBOM?: unknown };

/** UTF-8, UTF-16 and windows-1252, which is what the web calls Latin-1; other labels throw RangeError, as an unknown one does everywhere. */
export class TextDecoder {
	readonly #encoding: string;
	readonly #fatal: boolean;
	readonly #ignoreBOM: boolean;
	#held: Uint8Array = NO_BYTES;
	#isFirst = true;

	constructor(label: unknown = 'utf-8', options: DecoderOptions | null = {}) {
		const encoding = ENCODINGS.get(
			String(label)
				.replaceAll(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '')
				.toLowerCase(),
		);
		if (encoding === undefined) {
			throw Object.assign(new RangeError(`The "${String(label)}" encoding is not supported`), { code: 'ERR_ENCODING_NOT_SUPPORTED' });
		}

		this.#encoding = encoding;
		this.#fatal = Boolean(options?.fatal);
		this.#ignoreBOM = Boolean(options?.ignoreBOM);
	}

	get encoding(): string {
		return this.#encoding;
	}

	get fatal(): boolean {
		return this.#fatal;
	}

	get ignoreBOM(): boolean {
		return this.#ignoreBOM;
	}

	decode(input?: unknown, options: { readonly stream?: unknown } | null = {}): string {
		const isStream = Boolean(options?.stream);
		const bytes = joined(this.#held, toBytes(input));
		const keepFrom = isStream ? this.#wholeLength(bytes) : bytes.length;
		this.#held = bytes.slice(keepFrom);
		let text = this.#decodeWhole(bytes.subarray(0, keepFrom));
		if (this.#isFirst && !this.#ignoreBOM && text.startsWith('\uFEFF')) {
			text = text.slice(1);
		}

		this.#isFirst = isStream ? this.#isFirst && keepFrom === 0 : true;
		return text;
	}

	get [Symbol.toStringTag](): string {
		return 'TextDecoder';
	}

	#decodeWhole(bytes: Uint8Array): string {
		switch (this.#encoding) {
			case 'utf-16le':
			case 'utf-16be':
				return decodeUtf16(bytes, { high: this.#encoding === 'utf-16le' ? 1 : 0, isFatal: this.#fatal });
			case 'windows-1252':
				return decodeWindows(bytes);
			default:
				return decodeUtf8(bytes, this.#fatal);
		}
	}

	/** How many bytes end on a character, so that a stream may be cut anywhere. */
	#wholeLength(bytes: Uint8Array): number {
		switch (this.#encoding) {
			case 'utf-8':
				return wholeUtf8(bytes);
			case 'windows-1252':
				return bytes.length;
			default: {
				const even = bytes.length - (bytes.length % 2);
				const last = bytes[even - (this.#encoding === 'utf-16le' ? 1 : 2)] ?? 0;
				// Half of a pair waits for the other half.
				return even > 0 && last >= 0xd8 && last <= 0xdb ? even - 2 : even;
			}
		}
	}
}

/** The decoder of the Encoding Standard: one U+FFFD per maximal part that is not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, fatal = false): string {
	let text = '';
	let units: number[] = [];
	for (let index = 0; index < bytes.length;) {
		const { code, length } = readCodePoint(bytes, index);
		if (code < 0 && fatal) {
			throw notValid('utf-8');
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

function notValid(encoding: string): TypeError {
	return Object.assign(new TypeError(`The encoded data was not valid for encoding ${encoding}`), {
		code: 'ERR_ENCODING_INVALID_ENCODED_DATA',
	});
}

function wholeUtf8(bytes: Uint8Array): number {
	for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
		const at = bytes.length - back;
		const byte = bytes[at] ?? 0;
		if (byte >= 0xc0) {
			// A sequence that is wrong already does not wait for its end.
			return sequenceLength(byte) > back && readCodePoint(bytes, at).length === back ? at : bytes.length;
		}

		if (byte < 0x80) {
			break;
		}
	}

	return bytes.length;
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

/** `high`: which byte of two is the higher one. */
function decodeUtf16(bytes: Uint8Array, { high, isFatal }: { readonly high: 0 | 1; readonly isFatal: boolean }): string {
	let text = '';
	for (let index = 0; index + 1 < bytes.length; index += 2) {
		text += String.fromCharCode(((bytes[index + high] ?? 0) << 8) | (bytes[index + 1 - high] ?? 0));
	}

	const isCut = bytes.length % 2 === 1;
	const last = text.charCodeAt(text.length - 1);
	// Half of a pair and half of a unit are one thing that is missing.
	const whole = isCut && last >= 0xd8_00 && last <= 0xdb_ff ? text.slice(0, -1) : text;
	if (isFatal && (isCut || !text.isWellFormed())) {
		throw notValid(high === 1 ? 'utf-16le' : 'utf-16be');
	}

	return whole.toWellFormed() + (isCut ? '\uFFFD' : '');
}

function decodeWindows(bytes: Uint8Array): string {
	let text = '';
	for (let start = 0; start < bytes.length; start += 8192) {
		text += String.fromCharCode(...bytes.subarray(start, start + 8192));
	}

	return text.replaceAll(/[\u0080-\u009F]/g, (character) => WINDOWS[character.charCodeAt(0) - 0x80] ?? '');
}

function toBytes(input: unknown): Uint8Array {
	if (input === undefined) {
		return NO_BYTES;
	}

	const bytes = bytesIn(input);
	if (bytes === null) {
		throw Object.assign(new TypeError('The "list" argument must be an instance of ArrayBuffer or ArrayBufferView.'), {
			code: 'ERR_INVALID_ARG_TYPE',
		});
	}

	return bytes;
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
