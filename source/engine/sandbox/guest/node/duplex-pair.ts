import { Duplex, type DuplexOptions } from './duplex.ts';
import type { Callback } from './stream-base.ts';

/** One end of a pair: what is written to it can be read from the other, as soon as somebody there reads. */
class Side extends Duplex {
	other: Side | null = null;
	/** Told when the other side wants more. */
	#waiting: Callback | null = null;

	override _read(): void {
		const waiting = this.#waiting;
		this.#waiting = null;
		waiting?.();
	}

	override _write(chunk: unknown, _encoding: string, callback: Callback): void {
		if ((chunk as { readonly length?: number }).length === 0) {
			queueMicrotask(() => callback());
			return;
		}

		const { other } = this;
		if (other !== null) {
			other.push(chunk);
			other.#waiting = callback;
		}
	}

	_final(callback: Callback): void {
		this.other?.on('end', () => callback());
		this.other?.push(null);
	}
}

/** `stream.duplexPair`. */
export function duplexPair(options?: DuplexOptions): readonly [Duplex, Duplex] {
	const [one, other] = [new Side(options), new Side(options)];
	one.other = other;
	other.other = one;
	return [one, other];
}
