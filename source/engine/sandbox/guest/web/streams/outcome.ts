/** A promise that can be settled anew: `closed` and `ready` of readers and writers. Nobody has to look at it. */
export class Outcome {
	#current = Promise.withResolvers<undefined>();
	#isPending = true;

	constructor() {
		this.renew();
	}

	get promise(): Promise<undefined> {
		return this.#current.promise;
	}

	resolve(): void {
		this.#current.resolve(undefined);
		this.#isPending = false;
	}

	/** A promise that is settled already is replaced by one that is rejected. */
	reject(reason: unknown): void {
		if (!this.#isPending) {
			this.renew();
		}

		this.#current.reject(reason);
		this.#isPending = false;
	}

	renew(): void {
		this.#current = Promise.withResolvers<undefined>();
		this.#current.promise.catch(() => undefined);
		this.#isPending = true;
	}
}
