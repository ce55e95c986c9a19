/** A map that forgets what was used longest ago once the weights add up to more than `capacity` (bytes, or entries of weight 1). */
export type LeastRecentCache<V> = {
	get(key: string): V | undefined;
	set(key: string, value: V, weight?: number): void;
	delete(key: string): void;
};

export function createLeastRecentCache<V>(capacity: number): LeastRecentCache<V> {
	// A Map iterates in insertion order: setting again moves a key to the end, so the first key is the oldest.
	const entries = new Map<string, { readonly value: V; readonly weight: number }>();
	let total = 0;
	const remove = (key: string) => {
		total -= entries.get(key)?.weight ?? 0;
		entries.delete(key);
	};

	return {
		get(key) {
			const entry = entries.get(key);
			if (entry !== undefined) {
				entries.delete(key);
				entries.set(key, entry);
			}

			return entry?.value;
		},
		set(key, value, weight = 1) {
			remove(key);
			if (weight > capacity) {
				return;
			}

			entries.set(key, { value, weight });
			total += weight;
			for (const oldest of entries.keys()) {
				if (total <= capacity) {
					break;
				}

				remove(oldest);
			}
		},
		delete: remove,
	};
}
