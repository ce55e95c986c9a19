/** A growing list of 32-bit integers without boxing. */
export class Numbers {
	items = new Int32Array(256);
	length = 0;

	push(value: number): number {
		if (this.length === this.items.length) {
			const grown = new Int32Array(this.length * 2);
			grown.set(this.items);
			this.items = grown;
		}

		this.items[this.length] = value;
		this.length += 1;
		return this.length - 1;
	}

	at(i: number): number {
		return this.items[i] ?? 0;
	}

	set(i: number, value: number): void {
		this.items[i] = value;
	}

	get last(): number {
		return this.items[this.length - 1] ?? 0;
	}
}

/** A growing pool of words; sets of values live in it and are known by offset. */
export class Words {
	items: Uint32Array;
	length = 0;

	constructor(capacity = 1024) {
		this.items = new Uint32Array(capacity);
	}

	/** The new words hold whatever was there before; the caller writes all of them. */
	allocate(count: number): number {
		const offset = this.length;
		this.length += count;
		if (this.length > this.items.length) {
			const grown = new Uint32Array(Math.max(this.items.length * 2, this.length));
			grown.set(this.items);
			this.items = grown;
		}

		return offset;
	}
}
