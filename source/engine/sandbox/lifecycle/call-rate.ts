const SECONDS = 5;

/** What is counted of a plugin that stays, over all of its processes. */
export type LiveFigures = {
	readonly calls: number;
	readonly restarts: number;
	readonly denied: number;
	readonly waiting: number;
	readonly callsPerSecond: number;
};

/** How often something happens, over the last whole seconds. */
export class CallRate {
	readonly #counts: number[] = Array.from({ length: SECONDS + 1 }, () => 0);
	#second = 0;

	count(): void {
		this.#move();
		this.#counts[this.#second % this.#counts.length] = (this.#counts[this.#second % this.#counts.length] ?? 0) + 1;
	}

	/** Without the second that has not ended. */
	perSecond(): number {
		this.#move();
		const current = this.#second % this.#counts.length;
		return this.#counts.reduce((sum, count, index) => (index === current ? sum : sum + count), 0) / SECONDS;
	}

	#move(): void {
		const now = Math.floor(performance.now() / 1000);
		const first = Math.max(this.#second + 1, now - SECONDS);
		for (let second = first; second <= now; second += 1) {
			this.#counts[second % this.#counts.length] = 0;
		}

		this.#second = now;
	}
}
