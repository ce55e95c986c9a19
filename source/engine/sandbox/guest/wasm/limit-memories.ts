const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const IMPORT_SECTION = 2;
const MEMORY_SECTION = 5;
const MEMORY_IMPORT = 2;
const HAS_MAXIMUM = 1;
const IS_SHARED = 2;

type Section = { readonly id: number; readonly start: number; readonly bodyStart: number; readonly end: number };

/**
 * The module with no memory that may grow beyond so many pages. Throws RangeError when one asks for more at once, and TypeError for
 * shared memories. What is no module, or a broken one, is left to the engine, which says so.
 */
export function limitMemories(bytes: Uint8Array, maximum: number): Uint8Array<ArrayBuffer> {
	const copy = Uint8Array.from(bytes);
	if (MAGIC.some((byte, index) => copy[index] !== byte)) {
		return copy;
	}

	const parts: Uint8Array[] = [copy.subarray(0, MAGIC.length)];
	for (const section of sections(copy)) {
		switch (section.id) {
			case IMPORT_SECTION:
				refuseSharedImports(new Reader(copy, section.bodyStart, section.end));
				parts.push(copy.subarray(section.start, section.end));
				break;
			case MEMORY_SECTION:
				parts.push(boundedSection(new Reader(copy, section.bodyStart, section.end), maximum));
				break;
			default:
				parts.push(copy.subarray(section.start, section.end));
		}
	}

	const limited = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		limited.set(part, at);
		at += part.length;
	}

	return limited;
}

function* sections(bytes: Uint8Array): Generator<Section> {
	let at = MAGIC.length;
	while (at < bytes.length) {
		const reader = new Reader(bytes, at + 1, bytes.length);
		const size = reader.number();
		const end = Math.min(reader.at + size, bytes.length);
		yield { id: bytes[at] ?? 0, start: at, bodyStart: reader.at, end };
		at = end;
	}
}

function boundedSection(reader: Reader, maximum: number): Uint8Array {
	const count = reader.number();
	const body = [...encoded(count)];
	for (let index = 0; index < count && !reader.isDone; index += 1) {
		const flags = reader.byte();
		refuseShared(flags);
		const initial = reader.number();
		const most = (flags & HAS_MAXIMUM) === 0 ? maximum : Math.min(reader.number(), maximum);
		if (initial > maximum) {
			throw new RangeError(`A memory of ${initial} pages was asked for; at most ${maximum} fit into the memory bound.`);
		}

		body.push(flags | HAS_MAXIMUM, ...encoded(initial), ...encoded(most));
	}

	return Uint8Array.from([MEMORY_SECTION, ...encoded(body.length), ...body]);
}

/** Reads only as far as a memory may be: what follows kinds that are not known here is left to the engine. */
function refuseSharedImports(reader: Reader): void {
	const count = reader.number();
	for (let index = 0; index < count && !reader.isDone; index += 1) {
		reader.skip(reader.number());
		reader.skip(reader.number());
		const kind = reader.byte();
		if (kind === MEMORY_IMPORT) {
			const flags = reader.byte();
			refuseShared(flags);
			skipLimits(reader, flags);
		} else if (!skipImport(reader, kind)) {
			return;
		}
	}
}

/** False for kinds that are not known here. */
function skipImport(reader: Reader, kind: number): boolean {
	switch (kind) {
		case 0:
			reader.number();
			return true;
		case 1:
			reader.byte();
			skipLimits(reader, reader.byte());
			return true;
		case 3:
			reader.skip(2);
			return true;
		default:
			return false;
	}
}

function skipLimits(reader: Reader, flags: number): void {
	reader.number();
	if ((flags & HAS_MAXIMUM) !== 0) {
		reader.number();
	}
}

function refuseShared(flags: number): void {
	if ((flags & IS_SHARED) !== 0) {
		throw new TypeError('There are no shared memories in the sandbox.');
	}
}

class Reader {
	at: number;
	readonly #bytes: Uint8Array;
	readonly #end: number;

	constructor(bytes: Uint8Array, at: number, end: number) {
		this.#bytes = bytes;
		this.at = at;
		this.#end = end;
	}

	get isDone(): boolean {
		return this.at >= this.#end;
	}

	byte(): number {
		const byte = this.#bytes[this.at] ?? 0;
		this.at += 1;
		return byte;
	}

	skip(count: number): void {
		this.at += count;
	}

	/** Unsigned LEB128, up to what a number holds. */
	number(): number {
		let value = 0;
		let factor = 1;
		for (let count = 0; count < 10; count += 1) {
			const byte = this.byte();
			value += (byte & 0x7f) * factor;
			if (byte < 0x80) {
				break;
			}

			factor *= 128;
		}

		return value;
	}
}

function encoded(value: number): readonly number[] {
	const bytes: number[] = [];
	let rest = value;
	while (rest >= 128) {
		bytes.push((rest % 128) | 0x80);
		rest = Math.floor(rest / 128);
	}

	return [...bytes, rest];
}
