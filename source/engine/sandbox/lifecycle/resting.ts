/** Waits for the moment in which nothing is in flight. */
export class Resting {
	#waiting: (() => void)[] = [];

	/** Nothing is in flight, or nothing ever will be again. */
	tell(): void {
		for (const resolve of this.#waiting.splice(0)) {
			resolve();
		}
	}

	/** Resolves then, after that many milliseconds, or when `over` does. */
	async within(milliseconds: number, over: Promise<unknown>): Promise<void> {
		const timeout = Promise.withResolvers<void>();
		const timer = setTimeout(timeout.resolve, milliseconds);
		const idle = new Promise<void>((resolve) => {
			this.#waiting.push(resolve);
		});
		await Promise.race([idle, timeout.promise, over]);
		clearTimeout(timer);
	}
}
