/** The best `size` of numbered things after the first `from`, best first, without sorting the others. `isBetter` is a strict order. */
export class BestOf {
	readonly #size: number;
	readonly #isBetter: (left: number, right: number) => boolean;
	/** A heap with the worst of the best on top. */
	readonly #heap: number[] = [];

	constructor(size: number, isBetter: (left: number, right: number) => boolean) {
		this.#size = size;
		this.#isBetter = isBetter;
	}

	offer(index: number): void {
		const heap = this.#heap;
		if (heap.length < this.#size) {
			heap.push(index);
			this.#rise(heap.length - 1);
		} else if (heap.length > 0 && this.#isBetter(index, heap[0] ?? 0)) {
			heap[0] = index;
			this.#sink();
		}
	}

	sorted(): number[] {
		return this.#heap.toSorted((left, right) => (left === right ? 0 : this.#isBetter(left, right) ? -1 : 1));
	}

	#isWorse(left: number, right: number): boolean {
		return this.#isBetter(this.#heap[right] ?? 0, this.#heap[left] ?? 0);
	}

	#swap(left: number, right: number): void {
		const kept = this.#heap[left] ?? 0;
		this.#heap[left] = this.#heap[right] ?? 0;
		this.#heap[right] = kept;
	}

	#rise(from: number): void {
		for (let at = from; at > 0;) {
			const parent = (at - 1) >> 1;
			if (!this.#isWorse(at, parent)) {
				return;
			}

			this.#swap(at, parent);
			at = parent;
		}
	}

	#sink(): void {
		for (let at = 0; ;) {
			let worst = at;
			for (const child of [at * 2 + 1, at * 2 + 2]) {
				if (child < this.#heap.length && this.#isWorse(child, worst)) {
					worst = child;
				}
			}

			if (worst === at) {
				return;
			}

			this.#swap(at, worst);
			at = worst;
		}
	}
}
