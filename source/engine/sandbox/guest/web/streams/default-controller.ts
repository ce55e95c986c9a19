import { illegalState, INTERNAL, methodOf, promiseOf, refuseConstruction, whenSettled } from './algorithms.ts';
import type { Controller, ReadableCore, ReadRequest } from './readable-core.ts';
import { SizedQueue } from './sized-queue.ts';
import type { SizeOf } from './strategies.ts';

export type SourceAlgorithms = {
	readonly start: (controller: unknown) => unknown;
	readonly pull: (controller: unknown) => Promise<unknown>;
	readonly cancel: (reason: unknown) => Promise<unknown>;
};

const NOTHING: SourceAlgorithms = { start: () => undefined, pull: async () => undefined, cancel: async () => undefined };

/** A source as it was given, as algorithms that never throw in place. */
export function sourceAlgorithms(source: unknown): SourceAlgorithms {
	const start = methodOf(source, 'start');
	const pull = methodOf(source, 'pull');
	const cancel = methodOf(source, 'cancel');
	return {
		start: (controller) => start?.(controller),
		pull: (controller) => promiseOf(pull, controller),
		cancel: (reason) => promiseOf(cancel, reason),
	};
}

/** https://streams.spec.whatwg.org/#rs-default-controller-class, for chunks of any kind. */
export class DefaultController implements Controller {
	readonly face = new ReadableStreamDefaultController(INTERNAL, this);
	readonly #stream: ReadableCore;
	readonly #queue = new SizedQueue<unknown>();
	readonly #size: SizeOf;
	readonly #highWaterMark: number;
	#algorithms: SourceAlgorithms;
	#isStarted = false;
	#isPulling = false;
	#pullsAgain = false;
	#wantsToClose = false;

	constructor(stream: ReadableCore, algorithms: SourceAlgorithms, strategy: { readonly size: SizeOf; readonly highWaterMark: number }) {
		this.#stream = stream;
		this.#algorithms = algorithms;
		this.#size = strategy.size;
		this.#highWaterMark = strategy.highWaterMark;
		stream.controller = this;
		const started = algorithms.start(this.face);
		whenSettled(
			Promise.resolve(started),
			() => {
				this.#isStarted = true;
				this.#pullIfNeeded();
			},
			(reason) => this.fail(reason),
		);
	}

	get desiredSize(): number | null {
		switch (this.#stream.phase) {
			case 'errored':
				return null;
			case 'closed':
				return 0;
			case 'readable':
				return this.#highWaterMark - this.#queue.totalSize;
		}
	}

	get canTakeMore(): boolean {
		return !this.#wantsToClose && this.#stream.phase === 'readable';
	}

	get hasBackpressure(): boolean {
		return !this.#wantsMore();
	}

	enqueue(chunk: unknown): void {
		if (!this.canTakeMore) {
			return;
		}

		const request = this.#stream.reader?.nextRequest();
		if (request === undefined) {
			this.#enqueueSized(chunk);
		} else {
			request.chunk(chunk);
		}

		this.#pullIfNeeded();
	}

	close(): void {
		if (!this.canTakeMore) {
			return;
		}

		this.#wantsToClose = true;
		if (this.#queue.length === 0) {
			this.#forget();
			this.#stream.close();
		}
	}

	fail(reason: unknown): void {
		if (this.#stream.phase === 'readable') {
			this.#queue.clear();
			this.#forget();
			this.#stream.fail(reason);
		}
	}

	pull(request: ReadRequest): void {
		if (this.#queue.length === 0) {
			this.#stream.reader?.enqueue(request);
			this.#pullIfNeeded();
			return;
		}

		const chunk = this.#queue.shift();
		if (this.#wantsToClose && this.#queue.length === 0) {
			this.#forget();
			this.#stream.close();
		} else {
			this.#pullIfNeeded();
		}

		request.chunk(chunk);
	}

	cancel(reason: unknown): Promise<unknown> {
		this.#queue.clear();
		const { cancel } = this.#algorithms;
		this.#forget();
		return cancel(reason);
	}

	release(): void {
		// Nothing is held for the reader.
	}

	#enqueueSized(chunk: unknown): void {
		try {
			this.#queue.push(chunk, this.#size(chunk));
		} catch (error) {
			this.fail(error);
			throw error;
		}
	}

	#wantsMore(): boolean {
		if (!this.#isStarted || !this.canTakeMore) {
			return false;
		}

		return (this.#stream.reader?.waiting ?? 0) > 0 || (this.desiredSize ?? 0) > 0;
	}

	#pullIfNeeded(): void {
		if (!this.#wantsMore()) {
			return;
		}

		if (this.#isPulling) {
			this.#pullsAgain = true;
			return;
		}

		this.#isPulling = true;
		whenSettled(
			this.#algorithms.pull(this.face),
			() => {
				this.#isPulling = false;
				if (this.#pullsAgain) {
					this.#pullsAgain = false;
					this.#pullIfNeeded();
				}
			},
			(reason) => this.fail(reason),
		);
	}

	#forget(): void {
		this.#algorithms = NOTHING;
	}
}

export class ReadableStreamDefaultController {
	readonly #core: DefaultController;

	constructor(token: unknown, core?: DefaultController) {
		refuseConstruction(token);
		this.#core = core as DefaultController;
	}

	get desiredSize(): number | null {
		return this.#core.desiredSize;
	}

	close(): void {
		if (!this.#core.canTakeMore) {
			throw illegalState('Controller is already closed');
		}

		this.#core.close();
	}

	enqueue(chunk?: unknown): void {
		if (!this.#core.canTakeMore) {
			throw illegalState('Controller is already closed');
		}

		this.#core.enqueue(chunk);
	}

	error(reason?: unknown): void {
		this.#core.fail(reason);
	}
}
