import { Buffer } from '../modules/buffer.ts';
import { callable } from './callable.ts';
import { readDescriptor } from './fs-descriptors.ts';
import { readBytes, writeBytes } from './fs-files.ts';
import { toPath } from './paths.ts';
import { Readable } from './readable.ts';
import type { Callback } from './stream-base.ts';
import { Writable } from './writable.ts';

type Options = Readonly<Record<string, unknown>>;

const CHUNK_BYTES = 64 * 1024;

class PlainReadStream extends Readable {
	readonly path: string;
	bytesRead = 0;
	readonly #options: Options;
	#bytes: Buffer | null = null;
	#position = 0;

	constructor(path: unknown, given: unknown = {}) {
		const options = typeof given === 'string' ? { encoding: given } : (given as Options);
		super({
			highWaterMark: Number(options['highWaterMark'] ?? CHUNK_BYTES),
			...(typeof options['encoding'] === 'string' ? { encoding: options['encoding'] } : {}),
		});
		this.path = typeof options['fd'] === 'number' ? '' : toPath(path);
		this.#options = options;
	}

	override _read(size: number): void {
		if (this.#bytes === null) {
			const { fd, start, end } = this.#options;
			const all = typeof fd === 'number' ? readDescriptor(fd) : readBytes(this.path);
			this.#bytes = all.subarray(Number(start ?? 0), typeof end === 'number' && end < all.length ? end + 1 : all.length);
			this.emit('open', 0);
			this.emit('ready');
		}

		const part = this.#bytes.subarray(this.#position, this.#position + size);
		this.#position += part.length;
		this.bytesRead = this.#position;
		this.push(part.length === 0 ? null : part);
	}

	close(callback?: Callback): void {
		if (callback !== undefined) {
			this.once('close', () => callback());
		}

		this.destroy();
	}
}

const unfinished = new Set<PlainWriteStream>();

/** A program that ends without ending its streams has written what it wrote all the same. */
export function writeUnfinished(): void {
	for (const stream of unfinished) {
		stream.writeNow();
	}
}

/** Whole or not at all, as every write of the broker: what was written stands when the stream has finished. */
class PlainWriteStream extends Writable {
	readonly path: string;
	bytesWritten = 0;
	readonly #chunks: Buffer[] = [];
	readonly #flag: string;

	constructor(path: unknown, given: unknown = {}) {
		super({ decodeStrings: true });
		const options = typeof given === 'string' ? {} : (given as Options);
		this.path = toPath(path);
		this.#flag = typeof options['flags'] === 'string' ? options['flags'] : 'w';
		unfinished.add(this);
		queueMicrotask(() => {
			this.emit('open', 0);
			this.emit('ready');
		});
	}

	override _write(chunk: unknown, _encoding: string, callback: Callback): void {
		const bytes = Buffer.from(chunk);
		this.bytesWritten += bytes.length;
		this.#chunks.push(bytes);
		callback();
	}

	_final(callback: Callback): void {
		try {
			this.writeNow();
			callback();
		} catch (error) {
			callback(error as Error);
		}
	}

	writeNow(): void {
		unfinished.delete(this);
		const flags = { append: this.#flag.startsWith('a'), exclusive: this.#flag.includes('x') };
		writeBytes(this.path, Buffer.concat(this.#chunks), flags);
	}

	override destroy(error?: Error | null): this {
		unfinished.delete(this);
		return super.destroy(error);
	}

	close(callback?: Callback): void {
		if (callback !== undefined) {
			this.once('close', () => callback());
		}

		this.end();
	}
}

export const ReadStream = callable(PlainReadStream);
export const WriteStream = callable(PlainWriteStream);

export function createReadStream(path: unknown, options?: unknown): PlainReadStream {
	return new ReadStream(path, options);
}

export function createWriteStream(path: unknown, options?: unknown): PlainWriteStream {
	return new WriteStream(path, options);
}
