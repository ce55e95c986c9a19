/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { atob, btoa, encodeUtf8, latin1 } from '../encoding.ts';
import { defineLazily } from '../parts.ts';
import { decodeUtf8, TextDecoder } from '../text-decoder.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const ENCODINGS = new Set([
	'utf8',
	'utf-8',
	'hex',
	'base64',
	'base64url',
	'latin1',
	'binary',
	'ascii',
	'utf16le',
	'utf-16le',
	'ucs2',
	'ucs-2',
]);

function bytesOf(text: string, encoding: string): Bytes {
	switch (encoding.toLowerCase()) {
		case 'hex':
			return Uint8Array.fromHex(/^(?:[0-9a-f]{2})*/i.exec(text)?.[0] ?? '');
		case 'base64':
		case 'base64url':
			return Uint8Array.fromBase64(
				text
					.replace(/=.*$/s, '')
					.replace(/[^A-Za-z0-9+/_-]/g, '')
					.replaceAll('-', '+')
					.replaceAll('_', '/'),
			);
		case 'latin1':
		case 'binary':
		case 'ascii':
			return Uint8Array.from({ length: text.length }, (_, index) => text.charCodeAt(index) & 0xff);
		case 'utf16le':
		case 'utf-16le':
		case 'ucs2':
		case 'ucs-2':
			return Uint8Array.from({ length: text.length * 2 }, (_, index) => (text.charCodeAt(index >> 1) >> (index % 2 === 0 ? 0 : 8)) & 0xff);
		default:
			return encodeUtf8(text);
	}
}

function textOf(bytes: Uint8Array, encoding: string): string {
	switch (encoding.toLowerCase()) {
		case 'hex':
			return bytes.toHex();
		case 'base64':
			return bytes.toBase64();
		case 'base64url':
			return bytes.toBase64({ alphabet: 'base64url', omitPadding: true });
		case 'latin1':
		case 'binary':
			return latin1(bytes);
		case 'ascii':
			return latin1(bytes.map((byte) => byte & 0x7f));
		case 'utf16le':
		case 'utf-16le':
		case 'ucs2':
		case 'ucs-2':
			return new TextDecoder('utf-16le', { ignoreBOM: true }).decode(bytes);
		default:
			return decodeUtf8(bytes);
	}
}

const SHOWN_BYTES = 50;

/** Node's Buffer as far as pure packages use it: strings, bytes, numbers. */
export class Buffer extends Uint8Array<ArrayBuffer> {
	static readonly poolSize = 8192;

	// Node's signatures differ from those of Uint8Array.from, so the static side is typed loosely here.
	static override from(this: unknown, value: unknown, encodingOrOffset?: unknown, length?: number): Buffer {
		if (typeof value === 'string') {
			return asBuffer(bytesOf(value, typeof encodingOrOffset === 'string' ? encodingOrOffset : 'utf8'));
		}

		if (value instanceof ArrayBuffer) {
			return new Buffer(value, Number(encodingOrOffset ?? 0), length);
		}

		if (
			typeof value === 'object' &&
			value !== null &&
			Reflect.get(value, 'type') === 'Buffer' &&
			Array.isArray(Reflect.get(value, 'data'))
		) {
			return asBuffer(Uint8Array.from(Reflect.get(value, 'data') as number[]));
		}

		if (typeof value !== 'object' || value === null) {
			throw new TypeError('The first argument must be a string, Buffer, ArrayBuffer, Array, or Array-like Object.');
		}

		return asBuffer(Uint8Array.from(value as ArrayLike<number>, (item) => Number(item) & 0xff));
	}

	/** `<Buffer 68 69>`, as consoles show it. */
	[Symbol.for('nodejs.util.inspect.custom')](): string {
		const hex = [...this.subarray(0, SHOWN_BYTES)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
		const left = this.length - SHOWN_BYTES;
		return `<Buffer${hex === '' ? '' : ` ${hex}`}${left > 0 ? ` ... ${left} more byte${left > 1 ? 's' : ''}` : ''}>`;
	}

	static alloc(size: number, fill?: unknown, encoding = 'utf8'): Buffer {
		const buffer = zeroed(size);
		return fill === undefined || fill === 0 ? buffer : buffer.fill(fill as string, encoding);
	}

	static allocUnsafe(size: number): Buffer {
		return zeroed(size);
	}

	static allocUnsafeSlow(size: number): Buffer {
		return zeroed(size);
	}

	static isBuffer(value: unknown): value is Buffer {
		return value instanceof Buffer;
	}

	static isEncoding(name: unknown): boolean {
		return ENCODINGS.has(String(name).toLowerCase());
	}

	static byteLength(value: string | ArrayBuffer | ArrayBufferView, encoding = 'utf8'): number {
		return typeof value === 'string' ? bytesOf(value, encoding).length : value.byteLength;
	}

	static concat(list: readonly Uint8Array[], total = list.reduce((sum, item) => sum + item.length, 0)): Buffer {
		const joined = zeroed(total);
		let at = 0;
		for (const item of list) {
			joined.set(item.subarray(0, Math.max(0, total - at)), at);
			at = Math.min(total, at + item.length);
		}

		return joined;
	}

	static compare(a: Uint8Array, b: Uint8Array): number {
		for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
			const difference = (a[index] ?? 0) - (b[index] ?? 0);
			if (difference !== 0) {
				return Math.sign(difference);
			}
		}

		return Math.sign(a.length - b.length);
	}

	override toString(encoding = 'utf8', start = 0, end = this.length): string {
		return textOf(this.subarray(start, end), encoding);
	}

	toJSON(): { readonly type: 'Buffer'; readonly data: readonly number[] } {
		return { type: 'Buffer', data: [...this] };
	}

	equals(other: Uint8Array): boolean {
		return Buffer.compare(this, other) === 0;
	}

	compare(other: Uint8Array): number {
		return Buffer.compare(this, other);
	}

	override slice(start?: number, end?: number): Buffer {
		return this.subarray(start, end);
	}

	override subarray(start?: number, end?: number): Buffer {
		return asBuffer(super.subarray(start, end));
	}

	write(text: string, offset: unknown = 0, length: unknown = this.length, encoding = 'utf8'): number {
		const at = typeof offset === 'number' ? offset : 0;
		const bytes = bytesOf(text, [offset, length, encoding].find((value) => typeof value === 'string') ?? 'utf8');
		const room = Math.min(this.length - at, typeof length === 'number' ? length : this.length, bytes.length);
		this.set(bytes.subarray(0, room), at);
		return room;
	}

	copy(target: Uint8Array, targetStart = 0, start = 0, end = this.length): number {
		const part = super.subarray(start, Math.min(end, start + target.length - targetStart));
		target.set(part, targetStart);
		return part.length;
	}

	override fill(value: string | number | Uint8Array, start: number | string = 0, end = this.length, encoding = 'utf8'): this {
		if (typeof value === 'number') {
			return super.fill(value, Number(start) || 0, end);
		}

		const bytes = typeof value === 'string' ? bytesOf(value, typeof start === 'string' ? start : encoding) : value;
		for (let index = typeof start === 'number' ? start : 0; index < end && bytes.length > 0; index += 1) {
			this[index] = bytes[index % bytes.length] ?? 0;
		}

		return this;
	}

	override indexOf(value: unknown, from = 0, encoding = 'utf8'): number {
		if (typeof value === 'number') {
			return super.indexOf(value, from);
		}

		const wanted = typeof value === 'string' ? bytesOf(value, encoding) : (value as Uint8Array);
		for (let index = Math.max(0, from < 0 ? this.length + from : from); index + wanted.length <= this.length; index += 1) {
			if (wanted.every((byte, offset) => this[index + offset] === byte)) {
				return index;
			}
		}

		return -1;
	}

	override includes(value: unknown, from = 0, encoding = 'utf8'): boolean {
		return this.indexOf(value, from, encoding) !== -1;
	}
}

function zeroed(size: number): Buffer {
	return new Buffer(new ArrayBuffer(size));
}

function asBuffer(bytes: Bytes): Buffer {
	return bytes instanceof Buffer ? bytes : new Buffer(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

type NumberKind = { readonly name: string; readonly bytes: number; readonly view: string };

const NUMBERS: readonly NumberKind[] = [
	{ name: 'UInt8', bytes: 1, view: 'Uint8' },
	{ name: 'Int8', bytes: 1, view: 'Int8' },
	{ name: 'UInt16', bytes: 2, view: 'Uint16' },
	{ name: 'Int16', bytes: 2, view: 'Int16' },
	{ name: 'UInt32', bytes: 4, view: 'Uint32' },
	{ name: 'Int32', bytes: 4, view: 'Int32' },
	{ name: 'Float', bytes: 4, view: 'Float32' },
	{ name: 'Double', bytes: 8, view: 'Float64' },
	{ name: 'BigInt64', bytes: 8, view: 'BigInt64' },
	{ name: 'BigUInt64', bytes: 8, view: 'BigUint64' },
];

type ViewMethods = Readonly<Record<string, (offset: number, ...rest: unknown[]) => unknown>>;

// readUInt16LE and its forty relatives, from one table instead of forty methods.
for (const { name, bytes, view } of NUMBERS) {
	for (const order of bytes === 1 ? [''] : ['LE', 'BE']) {
		const read = function read(this: Buffer, offset = 0): unknown {
			const methods = new DataView(this.buffer, this.byteOffset, this.byteLength) as unknown as ViewMethods;
			return methods[`get${view}`]?.call(methods, offset, order === 'LE');
		};
		const write = function write(this: Buffer, value: unknown, offset = 0): number {
			const methods = new DataView(this.buffer, this.byteOffset, this.byteLength) as unknown as ViewMethods;
			methods[`set${view}`]?.call(methods, offset, value, order === 'LE');
			return offset + bytes;
		};
		for (const spelling of [name, name.replace('UInt', 'Uint')]) {
			Object.defineProperty(Buffer.prototype, `read${spelling}${order}`, { value: read, writable: true, configurable: true });
			Object.defineProperty(Buffer.prototype, `write${spelling}${order}`, { value: write, writable: true, configurable: true });
		}
	}
}

export const bufferModule = {
	Buffer,
	SlowBuffer: Buffer,
	kMaxLength: 0x7f_ff_ff_ff,
	kStringMaxLength: 0x1f_ff_ff_e8,
	INSPECT_MAX_BYTES: SHOWN_BYTES,
	constants: { MAX_LENGTH: 0x7f_ff_ff_ff, MAX_STRING_LENGTH: 0x1f_ff_ff_e8 },
	atob,
	btoa,
	isAscii: (bytes: Uint8Array) => bytes.every((byte) => byte < 0x80),
	isUtf8: (bytes: Uint8Array) => {
		try {
			new TextDecoder('utf-8', { fatal: true }).decode(bytes);
			return true;
		} catch {
			// It says what is no UTF-8 by throwing.
			return false;
		}
	},
};

defineLazily(bufferModule, 'web', ['Blob', 'File']);
