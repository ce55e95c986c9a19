/** Values with the size their strategy gave them, first in first out. */
export class SizedQueue<T> {
	readonly #items: { readonly value: T; readonly size: number }[] = [];
	totalSize = 0;

	get length(): number {
		return this.#items.length;
	}

	/** Throws RangeError for a size that is no size. */
	push(value: T, size: number): void {
		if (!(size >= 0) || size === Number.POSITIVE_INFINITY) {
			throw Object.assign(new RangeError(`A chunk cannot have the size ${size}.`), { code: 'ERR_INVALID_ARG_VALUE' });
		}

		this.#items.push({ value, size });
		this.totalSize += size;
	}

	/** The queue must not be empty. */
	shift(): T {
		const item = this.#items.shift();
		if (item === undefined) {
			throw new TypeError('The queue is empty.');
		}

		// Rounding of sizes that are no whole numbers must not leave less than nothing.
		this.totalSize = Math.max(0, this.totalSize - item.size);
		return item.value;
	}

	peek(): T | undefined {
		return this.#items[0]?.value;
	}

	clear(): void {
		this.#items.length = 0;
		this.totalSize = 0;
	}
}
