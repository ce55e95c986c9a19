/** Numbers from 0 to below 1 that are the same for the same seed. */
export function randomFrom(seed: number): () => number {
	let state = Math.imul(seed, 2_654_435_761) + 1;
	return () => {
		state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
		return state / 2 ** 32;
	};
}

export function pick<T>(random: () => number, from: readonly [T, ...T[]]): T {
	return from[Math.floor(random() * from.length)] ?? from[0];
}
