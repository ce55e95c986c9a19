import { encodeUtf8 } from '../../encoding.ts';
import type { WasmMemory } from '../../native-webassembly.ts';
import { decodeUtf8 } from '../../text-decoder.ts';
import { WasiError } from './errno.ts';

const MAXIMUM_PATH_BYTES = 4096;
const MAXIMUM_VECTORS = 1024;

/** The memory of a module. Every access is checked by the views themselves: outside of it they throw RangeError. */
export class LinearMemory {
	#memory: WasmMemory | null = null;

	attach(memory: WasmMemory): void {
		this.#memory = memory;
	}

	get view(): DataView {
		return new DataView(this.#buffer());
	}

	bytes(pointer: number, length: number): Uint8Array<ArrayBuffer> {
		return new Uint8Array(this.#buffer(), pointer >>> 0, length >>> 0);
	}

	/** A path; throws for one that is no UTF-8, too long or has a NUL in it. */
	path(pointer: number, length: number): string {
		if (length >>> 0 > MAXIMUM_PATH_BYTES) {
			throw new WasiError('ENAMETOOLONG');
		}

		let text: string;
		try {
			text = decodeUtf8(this.bytes(pointer, length), true);
		} catch (error) {
			throw error instanceof TypeError ? new WasiError('EILSEQ') : error;
		}

		if (text.includes('\0')) {
			throw new WasiError('EILSEQ');
		}

		return text;
	}

	/** The buffers of a scattered read or write. */
	vectors(pointer: number, count: number): readonly Uint8Array<ArrayBuffer>[] {
		if (count >>> 0 > MAXIMUM_VECTORS) {
			throw new WasiError('EINVAL');
		}

		const { view } = this;
		const start = pointer >>> 0;
		return Array.from({ length: count >>> 0 }, (_, index) =>
			this.bytes(view.getUint32(start + index * 8, true), view.getUint32(start + index * 8 + 4, true)),
		);
	}

	setUint32(pointer: number, value: number): void {
		this.view.setUint32(pointer >>> 0, value, true);
	}

	setUint64(pointer: number, value: bigint): void {
		this.view.setBigUint64(pointer >>> 0, value, true);
	}

	/** Strings with a NUL after each, and a table of where each begins. */
	strings(texts: readonly string[], tablePointer: number, textPointer: number): void {
		let at = textPointer >>> 0;
		for (const [index, text] of texts.entries()) {
			const bytes = encodeUtf8(`${text}\0`);
			this.setUint32((tablePointer >>> 0) + index * 4, at);
			this.bytes(at, bytes.length).set(bytes);
			at += bytes.length;
		}
	}

	#buffer(): ArrayBuffer {
		if (this.#memory === null) {
			throw new WasiError('EFAULT');
		}

		return this.#memory.buffer;
	}
}
