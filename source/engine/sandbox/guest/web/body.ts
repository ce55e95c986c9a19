/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript. */
import { bytesIn } from '../array-buffers.ts';
import { encodeUtf8 } from '../encoding.ts';
import { decodeUtf8 } from '../text-decoder.ts';
import { URLSearchParams } from '../url.ts';
import { Blob, blobBytes, blobOf, bytesStream, concatenate } from './blob.ts';
import { FormData } from './form-data.ts';
import type { Headers } from './headers.ts';
import { decodeForm, encodeForm } from './multipart.ts';
import { ReadableStream, readableCore } from './streams/readable-stream.ts';

/** A body as it was given: whole, or a stream that is read when it is asked for. */
type Source = { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly stream: ReadableStream } | null;
export type Extracted = { readonly source: Source; readonly type: string | null };

/** What was given as a body. Throws TypeError for a stream that is in use. */
export function extractBody(given: unknown): Extracted {
	if (given === null || given === undefined) {
		return { source: null, type: null };
	}

	if (given instanceof ReadableStream) {
		if (given.locked || readableCore(given).isDisturbed) {
			throw new TypeError('The stream of a body is in use already.');
		}

		return { source: { stream: given }, type: null };
	}

	if (given instanceof Blob) {
		return { source: { bytes: blobBytes(given) }, type: given.type === '' ? null : given.type };
	}

	if (given instanceof FormData) {
		const { bytes, type } = encodeForm(given);
		return { source: { bytes }, type };
	}

	if (given instanceof URLSearchParams) {
		return { source: { bytes: encodeUtf8(given.toString()) }, type: 'application/x-www-form-urlencoded;charset=UTF-8' };
	}

	const bytes = bytesIn(given)?.slice();
	if (bytes !== undefined) {
		return { source: { bytes }, type: null };
	}

	if (typeof given === 'object' && typeof Reflect.get(given, Symbol.asyncIterator) === 'function') {
		return { source: { stream: ReadableStream.from(given) }, type: null };
	}

	return { source: { bytes: encodeUtf8(String(given)) }, type: 'text/plain;charset=UTF-8' };
}

/** What Request and Response share. */
export class Body {
	#source: Source;
	/** Made when it is first asked for. */
	#stream: ReadableStream | null = null;
	#isUsed = false;
	readonly #contentType: () => string;

	constructor(source: Source, headers: Headers) {
		this.#source = source;
		this.#contentType = () => headers.get('content-type') ?? '';
	}

	get body(): ReadableStream | null {
		if (this.#source === null) {
			return null;
		}

		this.#stream ??= 'stream' in this.#source ? this.#source.stream : bytesStream(this.#source.bytes);
		if (this.#isUsed && !readableCore(this.#stream).isDisturbed) {
			// The bytes were taken without the stream; it has nothing any more.
			void this.#stream.cancel();
		}

		return this.#stream;
	}

	get bodyUsed(): boolean {
		return (
			this.#source !== null &&
			(this.#isUsed || (this.#streamOrNull() !== null && readableCore(this.#streamOrNull() as ReadableStream).isDisturbed))
		);
	}

	async bytes(): Promise<Uint8Array<ArrayBuffer>> {
		const source = this.#source;
		if (source === null) {
			return new Uint8Array(0);
		}

		const stream = this.#streamOrNull();
		if (this.bodyUsed || stream?.locked === true) {
			throw new TypeError('Body is unusable: Body has already been read');
		}

		this.#isUsed = true;
		return stream === null && 'bytes' in source ? source.bytes.slice() : readAll(stream as ReadableStream);
	}

	async arrayBuffer(): Promise<ArrayBuffer> {
		return (await this.bytes()).buffer;
	}

	async blob(): Promise<Blob> {
		return blobOf(await this.bytes(), this.#contentType());
	}

	async text(): Promise<string> {
		const text = decodeUtf8(await this.bytes());
		return text.startsWith('\uFEFF') ? text.slice(1) : text;
	}

	async json(): Promise<unknown> {
		return JSON.parse(await this.text());
	}

	async formData(): Promise<FormData> {
		const type = this.#contentType();
		const bytes = await this.bytes();
		if (/^multipart\/form-data\b/i.test(type)) {
			return decodeForm(bytes, type);
		}

		if (!/^application\/x-www-form-urlencoded\b/i.test(type)) {
			throw new TypeError(`A body of type "${type}" is no form.`);
		}

		const form = new FormData();
		for (const [name, value] of new URLSearchParams(decodeUtf8(bytes))) {
			form.append(name, value);
		}

		return form;
	}

	/** A body for a copy; a stream is read by both from now on. */
	protected cloneSource(): Source {
		if (this.bodyUsed || this.#streamOrNull()?.locked === true) {
			throw new TypeError('The body is in use already.');
		}

		const stream = this.#streamOrNull();
		if (this.#source === null || stream === null) {
			return this.#source;
		}

		const [own, other] = stream.tee();
		this.#source = { stream: own };
		this.#stream = own;
		return { stream: other };
	}

	#streamOrNull(): ReadableStream | null {
		return this.#stream ?? (this.#source !== null && 'stream' in this.#source ? this.#source.stream : null);
	}
}

async function readAll(stream: ReadableStream): Promise<Uint8Array<ArrayBuffer>> {
	const parts: Uint8Array[] = [];
	for await (const chunk of { [Symbol.asyncIterator]: () => stream.values() }) {
		if (!(chunk instanceof Uint8Array)) {
			throw new TypeError('The stream of a body gave something that is no Uint8Array.');
		}

		parts.push(chunk);
	}

	return concatenate(parts);
}
