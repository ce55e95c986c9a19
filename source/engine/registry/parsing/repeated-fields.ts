type Json = Readonly<Record<string, unknown>>;

/**
 * What a field of the version before came to. Neighbouring versions mostly ask for the same, so that comparing is enough, and what is
 * equal is one object: whoever writes them down need not compare again.
 */
export class RepeatedField<T> {
	#raw: Json | null = null;
	#beside: unknown = null;
	#parsed: T | null = null;

	/** `beside` is what else the outcome depends on, compared by identity. */
	read(raw: Json, { beside, parse }: { readonly beside: unknown; readonly parse: (raw: Json) => T }): T {
		if (this.#parsed !== null && this.#raw !== null && this.#beside === beside && isEqual(raw, this.#raw)) {
			return this.#parsed;
		}

		const parsed = parse(raw);
		this.#raw = raw;
		this.#beside = beside;
		this.#parsed = parsed;
		return parsed;
	}
}

/** Equal text under equal names in equal order, or objects of that kind. Anything else counts as different, which only costs time. */
function isEqual(a: Json, b: Json, depth = 0): boolean {
	const names = Object.keys(a);
	const others = Object.keys(b);
	return names.length === others.length && names.every((name, i) => name === others[i] && isEqualValue(a[name], b[name], depth));
}

function isEqualValue(a: unknown, b: unknown, depth: number): boolean {
	return (
		a === b ||
		(depth === 0 && typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && isEqual(a as Json, b as Json, depth + 1))
	);
}
