const encoder = new TextEncoder();

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
		this.writeBytes(encoder.encode(text));
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
