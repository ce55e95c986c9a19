type Pair = readonly [unknown, unknown];

/** Node's deep equality; `strict` compares types and prototypes as well. Cycles are compared by position. */
export function isDeepEqual(a: unknown, b: unknown, { strict }: { readonly strict: boolean }): boolean {
	return compare(a, b, { strict, seen: [] });
}

type Context = { readonly strict: boolean; readonly seen: readonly Pair[] };

function compare(a: unknown, b: unknown, context: Context): boolean {
	if (Object.is(a, b)) {
		return true;
	}

	if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
		// oxlint-disable-next-line eqeqeq -- the loose comparison is what assert.deepEqual promises.
		return !context.strict && a == b;
	}

	if (context.strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) {
		return false;
	}

	if (context.seen.some(([first, second]) => first === a && second === b)) {
		return true;
	}

	return compareObjects(a, b, { ...context, seen: [...context.seen, [a, b]] });
}

function compareObjects(a: object, b: object, context: Context): boolean {
	return Array.isArray(a) === Array.isArray(b) && (compareSpecial(a, b, context) ?? compareProperties(a, b, context));
}

/** What is not told by its own properties; null for everything else. */
function compareSpecial(a: object, b: object, context: Context): boolean | null {
	if (a instanceof Date && b instanceof Date) {
		return a.getTime() === b.getTime();
	}

	if (a instanceof RegExp && b instanceof RegExp) {
		return String(a) === String(b);
	}

	if (a instanceof Error && b instanceof Error && (a.message !== b.message || a.name !== b.name)) {
		return false;
	}

	if (a instanceof Map && b instanceof Map) {
		return a.size === b.size && [...a].every(([key, value]) => b.has(key) && compare(value, b.get(key), context));
	}

	if (a instanceof Set && b instanceof Set) {
		return a.size === b.size && [...a].every((value) => b.has(value) || [...b].some((other) => compare(value, other, context)));
	}

	return null;
}

function compareProperties(a: object, b: object, context: Context): boolean {
	const keys = Object.keys(a);
	return (
		keys.length === Object.keys(b).length &&
		keys.every((key) => Object.hasOwn(b, key) && compare(Reflect.get(a, key), Reflect.get(b, key), context))
	);
}
