/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { DOMException } from './dom-exception.ts';

/** UTF-8 bytes of a string; lone surrogates become U+FFFD, as the Encoding Standard says. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(text.length * 3);
	let length = 0;
	for (let index = 0; index < text.length; index += 1) {
		let code = text.charCodeAt(index);
		if (code >= 0xd8_00 && code <= 0xdf_ff) {
			const low = text.charCodeAt(index + 1);
			if (code < 0xdc_00 && low >= 0xdc_00 && low <= 0xdf_ff) {
				code = 0x1_00_00 + ((code - 0xd8_00) << 10) + (low - 0xdc_00);
				index += 1;
			} else {
				code = 0xff_fd;
			}
		}

		length = writeCodePoint(bytes, length, code);
	}

	return bytes.slice(0, length);
}

export class TextEncoder {
	readonly encoding = 'utf-8';

	encode(text = ''): Uint8Array<ArrayBuffer> {
		return encodeUtf8(String(text));
	}

	encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
		let read = 0;
		let written = 0;
		for (const character of text) {
			const bytes = encodeUtf8(character);
			if (written + bytes.length > target.length) {
				break;
			}

			target.set(bytes, written);
			written += bytes.length;
			read += character.length;
		}

		return { read, written };
	}
}

export function atob(text: string): string {
	try {
		return latin1(Uint8Array.fromBase64(String(text)));
	} catch (error) {
		throw new DOMException('The string to be decoded is not correctly encoded.', { name: 'InvalidCharacterError', cause: error });
	}
}

export function btoa(text: string): string {
	const bytes = Uint8Array.from(String(text), (character) => {
		const code = character.charCodeAt(0);
		if (code > 0xff || character.length > 1) {
			throw new DOMException('Invalid character', 'InvalidCharacterError');
		}

		return code;
	});
	return bytes.toBase64();
}

export function latin1(bytes: Uint8Array): string {
	let text = '';
	for (let start = 0; start < bytes.length; start += 8192) {
		text += String.fromCharCode(...bytes.subarray(start, start + 8192));
	}

	return text;
}

function writeCodePoint(bytes: Uint8Array, at: number, code: number): number {
	if (code < 0x80) {
		bytes[at] = code;
		return at + 1;
	}

	if (code < 0x8_00) {
		bytes[at] = 0xc0 | (code >> 6);
		bytes[at + 1] = 0x80 | (code & 0x3f);
		return at + 2;
	}

	if (code < 0x1_00_00) {
		bytes[at] = 0xe0 | (code >> 12);
		bytes[at + 1] = 0x80 | ((code >> 6) & 0x3f);
		bytes[at + 2] = 0x80 | (code & 0x3f);
		return at + 3;
	}

	bytes[at] = 0xf0 | (code >> 18);
	bytes[at + 1] = 0x80 | ((code >> 12) & 0x3f);
	bytes[at + 2] = 0x80 | ((code >> 6) & 0x3f);
	bytes[at + 3] = 0x80 | (code & 0x3f);
	return at + 4;
}
