import type { PullInto } from './pull-into.ts';

export type Bytes = { readonly buffer: ArrayBuffer; byteOffset: number; byteLength: number };

/** Bytes nobody has asked for yet. */
export class ByteQueue {
	#chunks: Bytes[] = [];
	size = 0;

	push(bytes: Bytes): void {
		this.#chunks.push(bytes);
		this.size += bytes.byteLength;
	}

	/** A copy of the last bytes of what was filled. */
	pushCopy({ buffer, byteOffset, filled }: PullInto, count: number): void {
		const end = byteOffset + filled;
		this.push({ buffer: buffer.slice(end - count, end), byteOffset: 0, byteLength: count });
	}

	/** The queue must not be empty. */
	shift(): Uint8Array {
		const { buffer, byteOffset, byteLength } = this.#chunks.shift() as Bytes;
		this.size -= byteLength;
		return new Uint8Array(buffer, byteOffset, byteLength);
	}

	/** True when the pull has as much as it needs: whole elements, unless it could take more than there is. */
	fill(pull: PullInto): boolean {
		const most = Math.min(this.size, pull.byteLength - pull.filled);
		const reachable = pull.filled + most;
		const aligned = reachable - (reachable % pull.elementSize);
		const isReady = aligned >= pull.minimum;
		let left = isReady ? aligned - pull.filled : most;
		while (left > 0) {
			const first = this.#chunks[0] as Bytes;
			const count = Math.min(left, first.byteLength);
			new Uint8Array(pull.buffer).set(new Uint8Array(first.buffer, first.byteOffset, count), pull.byteOffset + pull.filled);
			if (count === first.byteLength) {
				this.#chunks.shift();
			} else {
				first.byteOffset += count;
				first.byteLength -= count;
			}

			this.size -= count;
			pull.filled += count;
			left -= count;
		}

		return isReady;
	}

	clear(): void {
		this.#chunks = [];
		this.size = 0;
	}
}
