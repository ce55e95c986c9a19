import { hasLostBytes } from '../../array-buffers.ts';
import { illegalState, INTERNAL, refuseConstruction } from './algorithms.ts';

type Responder = { readonly respond: (written: number) => void; readonly respondWithNewView: (view: ArrayBufferView) => void };

/** `ReadableStreamBYOBRequest`: the buffer a source is to fill. */
export class ByobRequest {
	#responder: Responder | null;
	#view: Uint8Array | null;

	constructor(token: unknown, responder?: Responder, view?: Uint8Array) {
		refuseConstruction(token);
		this.#responder = responder ?? null;
		this.#view = view ?? null;
	}

	get view(): Uint8Array | null {
		return this.#view;
	}

	respond(bytesWritten: unknown): void {
		const written = Number(bytesWritten);
		if (!Number.isInteger(written) || written < 0) {
			throw new TypeError('The number of bytes written must be a whole number.');
		}

		const responder = this.#responder;
		if (responder === null) {
			throw illegalState('This BYOB request has been invalidated');
		}

		if (this.#view !== null && hasLostBytes(this.#view.buffer)) {
			throw illegalState('Viewed ArrayBuffer is detached');
		}

		responder.respond(written);
	}

	respondWithNewView(view: unknown): void {
		requireUsable(view);
		if (this.#responder === null) {
			throw illegalState('This BYOB request has been invalidated');
		}

		if (hasLostBytes(view.buffer)) {
			throw illegalState('Viewed ArrayBuffer is detached');
		}

		this.#responder.respondWithNewView(view);
	}

	/** Only its controller may call it. */
	forget(token: symbol): void {
		if (token === INTERNAL) {
			this.#responder = null;
			this.#view = null;
		}
	}
}

Object.defineProperty(ByobRequest, 'name', { value: 'ReadableStreamBYOBRequest' });

export function requireUsable(view: unknown): asserts view is ArrayBufferView {
	if (!ArrayBuffer.isView(view)) {
		throw Object.assign(new TypeError('It must be an instance of Buffer, TypedArray, or DataView.'), { code: 'ERR_INVALID_ARG_TYPE' });
	}
}
