import { illegalState } from './algorithms.ts';
import { Outcome } from './outcome.ts';

/** What waits for the next chunk. */
export type ReadRequest = {
	readonly chunk: (value: unknown) => void;
	readonly close: () => void;
	readonly error: (reason: unknown) => void;
};

/** What waits for bytes in a buffer of its own; `close` gets the empty rest of that buffer. */
export type ReadIntoRequest = {
	readonly chunk: (view: ArrayBufferView) => void;
	readonly close: (view: ArrayBufferView | undefined) => void;
	readonly error: (reason: unknown) => void;
};

/** What the stream asks of the controller behind it. */
export type Controller = {
	readonly pull: (request: ReadRequest) => void;
	readonly cancel: (reason: unknown) => Promise<unknown>;
	/** A reader lets go of the stream. */
	readonly release: () => void;
};

/** https://streams.spec.whatwg.org/#rs-class: what a ReadableStream is, without its public face. */
export class ReadableCore {
	phase: 'readable' | 'closed' | 'errored' = 'readable';
	error: unknown = undefined;
	isDisturbed = false;
	reader: ReaderCore | null = null;
	#controller: Controller | null = null;

	get controller(): Controller {
		if (this.#controller === null) {
			throw illegalState('the stream has no controller');
		}

		return this.#controller;
	}

	set controller(controller: Controller) {
		this.#controller = controller;
	}

	async cancel(reason: unknown): Promise<void> {
		this.isDisturbed = true;
		if (this.phase === 'closed') {
			return;
		}

		if (this.phase === 'errored') {
			throw this.error;
		}

		this.close();
		for (const request of this.reader?.takeIntoRequests() ?? []) {
			request.close(undefined);
		}

		await this.controller.cancel(reason);
	}

	close(): void {
		this.phase = 'closed';
		this.reader?.closed.resolve();
		for (const request of this.reader?.takeRequests() ?? []) {
			request.close();
		}
	}

	fail(reason: unknown): void {
		this.phase = 'errored';
		this.error = reason;
		this.reader?.reject(reason);
	}
}

/** What holds the lock of a stream; `isByob`: it brings buffers of its own. */
export class ReaderCore {
	stream: ReadableCore | null;
	readonly isByob: boolean;
	readonly closed = new Outcome();
	#requests: ReadRequest[] = [];
	#intoRequests: ReadIntoRequest[] = [];

	constructor(stream: ReadableCore, { isByob }: { readonly isByob: boolean }) {
		if (stream.reader !== null) {
			throw illegalState('ReadableStream is locked');
		}

		this.stream = stream;
		this.isByob = isByob;
		stream.reader = this;
		if (stream.phase === 'closed') {
			this.closed.resolve();
		} else if (stream.phase === 'errored') {
			this.closed.reject(stream.error);
		}
	}

	get waiting(): number {
		return this.#requests.length;
	}

	get waitingInto(): number {
		return this.#intoRequests.length;
	}

	read(request: ReadRequest): void {
		const { stream } = this;
		if (stream === null) {
			request.error(illegalState('The reader is not attached to a stream'));
			return;
		}

		stream.isDisturbed = true;
		switch (stream.phase) {
			case 'closed':
				request.close();
				return;
			case 'errored':
				request.error(stream.error);
				return;
			case 'readable':
				stream.controller.pull(request);
		}
	}

	enqueue(request: ReadRequest): void {
		this.#requests.push(request);
	}

	enqueueInto(request: ReadIntoRequest): void {
		this.#intoRequests.push(request);
	}

	nextRequest(): ReadRequest | undefined {
		return this.#requests.shift();
	}

	nextIntoRequest(): ReadIntoRequest | undefined {
		return this.#intoRequests.shift();
	}

	takeRequests(): readonly ReadRequest[] {
		return this.#requests.splice(0);
	}

	takeIntoRequests(): readonly ReadIntoRequest[] {
		return this.#intoRequests.splice(0);
	}

	reject(reason: unknown): void {
		this.closed.reject(reason);
		this.#rejectWaiting(reason);
	}

	release(): void {
		const { stream } = this;
		if (stream === null) {
			return;
		}

		const reason = illegalState('Releasing reader');
		this.closed.reject(reason);
		stream.controller.release();
		stream.reader = null;
		this.stream = null;
		this.#rejectWaiting(reason);
	}

	#rejectWaiting(reason: unknown): void {
		for (const request of [...this.takeRequests(), ...this.takeIntoRequests()]) {
			request.error(reason);
		}
	}
}
