/**
 * A pure function of an immutable object and a word, that computes each answer once. Lists of ten thousand items are asked for the
 * same selection, filter and counts many times per key.
 */
export function remember<K extends object, V>(compute: (subject: K, word: string) => V): (subject: K, word?: string) => V {
	const answers = new WeakMap<K, { readonly word: string; readonly value: V }>();
	return (subject, word = '') => {
		const known = answers.get(subject);
		if (known !== undefined && known.word === word) {
			return known.value;
		}

		const value = compute(subject, word);
		answers.set(subject, { word, value });
		return value;
	};
}
