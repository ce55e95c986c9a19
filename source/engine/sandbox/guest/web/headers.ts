/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript. */
type Pair = [string, string];

const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i;

export class Headers {
	readonly #values = new Map<string, string[]>();

	constructor(init?: unknown) {
		if (init === undefined) {
			return;
		}

		if ((typeof init !== 'object' && typeof init !== 'function') || init === null) {
			throw new TypeError('Headers are made of pairs or an object.');
		}

		for (const pair of Symbol.iterator in init ? (init as Iterable<unknown>) : Object.entries(init)) {
			const [name, value, ...more] = pair as Iterable<unknown>;
			if (value === undefined || more.length > 0) {
				throw new TypeError('A header is a pair of a name and a value.');
			}

			this.append(name, value);
		}
	}

	append(name: unknown, value: unknown): void {
		const key = nameOf(name);
		this.#values.getOrInsertComputed(key, () => []).push(valueOf(value));
	}

	set(name: unknown, value: unknown): void {
		this.#values.set(nameOf(name), [valueOf(value)]);
	}

	get(name: unknown): string | null {
		return this.#values.get(nameOf(name))?.join(', ') ?? null;
	}

	getSetCookie(): string[] {
		return [...(this.#values.get('set-cookie') ?? [])];
	}

	has(name: unknown): boolean {
		return this.#values.has(nameOf(name));
	}

	delete(name: unknown): void {
		this.#values.delete(nameOf(name));
	}

	forEach(callback: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
		if (typeof callback !== 'function') {
			throw new TypeError('forEach takes a function.');
		}

		for (const [name, value] of this) {
			Reflect.apply(callback, self, [value, name, this]);
		}
	}

	*entries(): Generator<Pair> {
		// Cookies cannot be joined, since they may hold commas.
		yield* [...this.#values]
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.flatMap(([name, values]): Pair[] =>
				name === 'set-cookie' ? values.map((value): Pair => [name, value]) : [[name, values.join(', ')]],
			);
	}

	*keys(): Generator<string> {
		for (const [name] of this.entries()) {
			yield name;
		}
	}

	*values(): Generator<string> {
		for (const [, value] of this.entries()) {
			yield value;
		}
	}

	[Symbol.iterator](): Generator<Pair> {
		return this.entries();
	}

	get [Symbol.toStringTag](): string {
		return 'Headers';
	}
}

function nameOf(name: unknown): string {
	const text = String(name);
	if (!NAME.test(text)) {
		throw new TypeError(`Headers: "${text}" is an invalid header name.`);
	}

	return text.toLowerCase();
}

function valueOf(value: unknown): string {
	const text = String(value).replaceAll(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
	// oxlint-disable-next-line no-control-regex -- those are what a header must not hold.
	if (/[\0\r\n]/.test(text) || /[^\0-\xff]/.test(text)) {
		throw new TypeError(`Headers: "${text}" is an invalid header value.`);
	}

	return text;
}
