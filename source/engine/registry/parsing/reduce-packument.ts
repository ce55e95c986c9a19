const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;

/** What becomes of a field: `all` of it is kept, `tags` as well and `latest` is remembered, or of an object in it only the fields of a shape. */
type Kept = 'all' | 'tags' | Shape;
type Shape = {
	/** Fields by length and first byte of their names, which tells most names apart without comparing them. */
	readonly candidates: readonly (readonly Field[] | undefined)[];
	/** What becomes of fields that are not listed. */
	readonly others: Kept | null;
};
type Field = { readonly name: Uint8Array; readonly kept: Kept };

const DISTRIBUTION = shapeOf({
	integrity: 'all',
	shasum: 'all',
	tarball: 'all',
	unpackedSize: 'all',
	signatures: 'all',
	attestations: 'all',
});
const EVERY_VERSION: Readonly<Record<string, Kept>> = {
	license: 'all',
	licenses: 'all',
	dependencies: 'all',
	optionalDependencies: 'all',
	peerDependencies: 'all',
	peerDependenciesMeta: 'all',
	bundleDependencies: 'all',
	bundledDependencies: 'all',
	engines: 'all',
	os: 'all',
	cpu: 'all',
	libc: 'all',
	deprecated: 'all',
	hasInstallScript: 'all',
	gypfile: 'all',
	scripts: shapeOf({ preinstall: 'all', install: 'all', postinstall: 'all' }),
	plugward: shapeOf({}),
	dist: DISTRIBUTION,
};
const VERSION = shapeOf(EVERY_VERSION);
/** What is kept of the newest one alone. */
const NEWEST_VERSION = shapeOf({ ...EVERY_VERSION, description: 'all', keywords: 'all', _npmUser: 'all' });
const DOCUMENT = shapeOf({
	name: 'all',
	'dist-tags': 'tags',
	time: 'all',
	modified: 'all',
	maintainers: 'all',
	versions: { candidates: [], others: NEWEST_VERSION },
});

/**
 * The JSON of a packument without what the metadata index does not keep, which is most of it: reading the rest takes a fraction of the
 * time. What stays is copied byte for byte and in order, so that reading it gives the same. Null when the bytes are not shaped like a
 * packument; they are then for a real parser to refuse, which also sees what is passed over here.
 */
export function reducePackument(body: Buffer): Buffer | null {
	const reducer = new Reducer(body);
	const end = reducer.object(reducer.space(0), DOCUMENT);
	return end === FAILED || reducer.space(end) !== body.length ? null : reducer.output();
}

const FAILED = -1;

/** Each step takes a position and gives the one behind what it read, or `FAILED`. Nesting is counted where its depth is the sender's choice. */
class Reducer {
	readonly #body: Buffer;
	readonly #output: Buffer;
	#length = 0;
	/** The version that `latest` names; null as long as nothing has said so. */
	#newest: Uint8Array | null = null;

	constructor(body: Buffer) {
		this.#body = body;
		this.#output = Buffer.allocUnsafeSlow(body.length);
	}

	output(): Buffer {
		return this.#output.subarray(0, this.#length);
	}

	space(start: number): number {
		const body = this.#body;
		let i = start;
		while (i < body.length && isSpace(body[i])) {
			i += 1;
		}

		return i;
	}

	/** Copies the object that starts here, with the fields of the shape. */
	object(start: number, shape: Shape): number {
		const body = this.#body;
		if (body[start] !== OPEN_BRACE) {
			return FAILED;
		}

		this.#write(OPEN_BRACE);
		let i = this.space(start + 1);
		let isFirst = true;
		while (body[i] !== CLOSE_BRACE) {
			const nameStart = i;
			const nameEnd = this.#string(i);
			const colon = nameEnd === FAILED ? FAILED : this.space(nameEnd);
			if (colon === FAILED || body[colon] !== COLON) {
				return FAILED;
			}

			const valueStart = this.space(colon + 1);
			const kept = keptOf(body, { start: nameStart + 1, end: nameEnd - 1, shape });
			if (kept === null) {
				i = this.#value(valueStart);
			} else {
				if (!isFirst) {
					this.#write(COMMA);
				}

				isFirst = false;
				i = this.#keep(nameStart, valueStart, kept);
			}

			i = i === FAILED ? FAILED : this.space(i);
			if (i === FAILED || (body[i] !== COMMA && body[i] !== CLOSE_BRACE)) {
				return FAILED;
			}

			if (body[i] === COMMA) {
				i = this.space(i + 1);
				if (body[i] !== QUOTE) {
					return FAILED;
				}
			}
		}

		this.#write(CLOSE_BRACE);
		return i + 1;
	}

	/** Copies a field: name, colon and what is kept of the value. */
	#keep(nameStart: number, valueStart: number, kept: Kept): number {
		if (typeof kept === 'object' && this.#body[valueStart] === OPEN_BRACE) {
			this.#copy(nameStart, valueStart);
			const isOther = kept === NEWEST_VERSION && this.#newest !== null && !this.#isNamed(nameStart, this.#newest);
			return this.object(valueStart, isOther ? VERSION : kept);
		}

		const end = this.#value(valueStart);
		if (end !== FAILED) {
			this.#copy(nameStart, end);
			if (kept === 'tags') {
				this.#learnNewest(valueStart, end);
			}
		}

		return end;
	}

	/** Tags mostly come before the versions; where they do not, every version is kept like the newest. */
	#learnNewest(start: number, end: number): void {
		const named = LATEST.exec(this.#body.toString('latin1', start, end))?.[1];
		this.#newest = named === undefined ? null : Buffer.from(`"${named}"`, 'latin1');
	}

	#isNamed(start: number, quoted: Uint8Array): boolean {
		return this.#body[start + quoted.length - 1] === QUOTE && isName(this.#body, start, quoted);
	}

	#value(start: number): number {
		const first = this.#body[start];
		switch (first) {
			case QUOTE:
				return this.#string(start);
			case OPEN_BRACE:
			case OPEN_BRACKET:
				return this.#nested(start);
			case undefined:
				return FAILED;
			default:
				return this.#word(start);
		}
	}

	#string(start: number): number {
		const body = this.#body;
		const { length } = body;
		if (body[start] !== QUOTE) {
			return FAILED;
		}

		let i = start + 1;
		while (i < length) {
			const byte = body[i];
			if (byte === QUOTE) {
				return i + 1;
			}

			i += byte === BACKSLASH ? 2 : 1;
		}

		return FAILED;
	}

	#nested(start: number): number {
		const body = this.#body;
		const { length } = body;
		let depth = 0;
		let i = start;
		while (i < length) {
			const byte = body[i];
			if (byte === QUOTE) {
				i = this.#string(i);
				if (i === FAILED) {
					return FAILED;
				}

				continue;
			}

			i += 1;
			if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
				depth += 1;
			} else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
				depth -= 1;
				if (depth === 0) {
					return i;
				}
			}
		}

		return FAILED;
	}

	/** A number, true, false or null: whatever stands until the value must be over. */
	#word(start: number): number {
		const body = this.#body;
		let i = start;
		while (i < body.length) {
			const byte = body[i];
			if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte)) {
				break;
			}

			i += 1;
		}

		return i === start ? FAILED : i;
	}

	#write(byte: number): void {
		this.#output[this.#length] = byte;
		this.#length += 1;
	}

	#copy(start: number, end: number): void {
		if (end - start > LONG_COPY_BYTES) {
			this.#output.set(this.#body.subarray(start, end), this.#length);
			this.#length += end - start;
			return;
		}

		for (let i = start; i < end; i += 1) {
			this.#output[this.#length] = this.#body[i] ?? 0;
			this.#length += 1;
		}
	}
}

/** A version in plain digits and letters, as all are that count. */
const LATEST = /"latest"\s*:\s*"([\w.+-]*)"/u;

/** Below this a loop is faster than the call. */
const LONG_COPY_BYTES = 64;

function isSpace(byte: number | undefined): boolean {
	return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

type Name = { readonly start: number; readonly end: number; readonly shape: Shape };

function keptOf(body: Uint8Array, { start, end, shape }: Name): Kept | null {
	const length = end - start;
	const first = body[start] ?? 0;
	const candidates = length > 0 && length < LONGEST_NAME ? shape.candidates[length * 256 + first] : undefined;
	if (candidates !== undefined) {
		for (const { name, kept } of candidates) {
			if (isName(body, start, name)) {
				return kept;
			}
		}
	}

	return shape.others ?? (hasEscape(body, start, end) ? 'all' : null);
}

const LONGEST_NAME = 64;

function isName(body: Uint8Array, start: number, name: Uint8Array): boolean {
	for (let i = 1; i < name.length; i += 1) {
		if (body[start + i] !== name[i]) {
			return false;
		}
	}

	return true;
}

/** A name with an escape may be any name, so its field stays. */
function hasEscape(body: Uint8Array, start: number, end: number): boolean {
	for (let i = start; i < end; i += 1) {
		if (body[i] === BACKSLASH) {
			return true;
		}
	}

	return false;
}

function shapeOf(fields: Readonly<Record<string, Kept>>): Shape {
	const candidates: Field[][] = [];
	for (const [text, kept] of Object.entries(fields)) {
		const name = new TextEncoder().encode(text);
		const slot = name.length * 256 + (name[0] ?? 0);
		candidates[slot] = [...(candidates[slot] ?? []), { name, kept }];
	}

	return { candidates, others: null };
}
