const encoder = new TextEncoder();

/** How many bytes a text of base64 with its padding stands for, if it is any. */
export function base64Length(text: string): number {
	return Math.floor(text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
}

/** A growing byte array. */
export class ByteWriter {
	#bytes = new Uint8Array(4096);
	#length = 0;

	get length(): number {
		return this.#length;
	}

	bytes(): Uint8Array {
		return this.#bytes.subarray(0, this.#length);
	}

	writeByte(value: number): void {
		this.#reserve(1);
		this.#bytes[this.#length] = value;
		this.#length += 1;
	}

	/** Seven bits a byte, lowest first; any safe integer. */
	writeNumber(value: number): void {
		let rest = value;
		while (rest > 0x7f) {
			this.writeByte((rest % 0x80) | 0x80);
			rest = Math.floor(rest / 0x80);
		}

		this.writeByte(rest);
	}

	writeBytes(bytes: Uint8Array): void {
		this.#reserve(bytes.length);
		this.#bytes.set(bytes, this.#length);
		this.#length += bytes.length;
	}

	writeText(text: string): void {
		// At most three bytes for each unit of the text.
		this.#reserve(text.length * 3);
		this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
	}

	/** What this base64 stands for, which no other text stands for. False, and nothing is written, when it is not of that kind. */
	writeBase64(text: string): boolean {
		const count = base64Length(text);
		this.#reserve(count);
		try {
			const target = this.#bytes.subarray(this.#length, this.#length + count);
			// Strict: the digits beyond the last byte are zero. Without white space it takes all of the text to fill so many bytes.
			const isWhole = target.setFromBase64(text, { lastChunkHandling: 'strict' }).written === count;
			this.#length += isWhole ? count : 0;
			return isWhole;
		} catch (error) {
			if (error instanceof SyntaxError) {
				return false;
			}

			throw error;
		}
	}

	/** `count` bytes in hexadecimal digits. */
	writeHex(text: string, count: number): void {
		this.#reserve(count);
		this.#bytes.subarray(this.#length, this.#length + count).setFromHex(text);
		this.#length += count;
	}

	/** Forgets what was written behind this position. */
	cutTo(length: number): void {
		this.#length = length;
	}

	/** Replaces a byte that was written before. */
	setByte(position: number, value: number): void {
		this.#bytes[position] = value;
	}

	/** Zero bytes up to a multiple of eight, where any typed array may start. */
	align(): void {
		while (this.#length % 8 !== 0) {
			this.writeByte(0);
		}
	}

	#reserve(count: number): void {
		if (this.#length + count > this.#bytes.length) {
			const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
			grown.set(this.bytes());
			this.#bytes = grown;
		}
	}
}
