/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript. */
import { Blob, blobBytes, File } from './blob.ts';

type Value = string | File;

export class FormData {
	#entries: [string, Value][] = [];

	constructor(form?: unknown) {
		if (form !== undefined) {
			throw new TypeError('There are no forms here.');
		}
	}

	append(name: unknown, value: unknown, filename?: unknown): void {
		this.#entries.push([text(name), toValue(value, filename)]);
	}

	set(name: unknown, value: unknown, filename?: unknown): void {
		const key = text(name);
		const entry: [string, Value] = [key, toValue(value, filename)];
		const at = this.#entries.findIndex(([other]) => other === key);
		if (at === -1) {
			this.#entries.push(entry);
		} else {
			this.#entries = this.#entries.flatMap((other, index) => (index === at ? [entry] : other[0] === key ? [] : [other]));
		}
	}

	delete(name: unknown): void {
		const key = text(name);
		this.#entries = this.#entries.filter(([other]) => other !== key);
	}

	get(name: unknown): Value | null {
		return this.getAll(name)[0] ?? null;
	}

	getAll(name: unknown): Value[] {
		const key = text(name);
		return this.#entries.filter(([other]) => other === key).map(([, value]) => value);
	}

	has(name: unknown): boolean {
		return this.#entries.some(([other]) => other === text(name));
	}

	forEach(callback: (value: Value, name: string, form: FormData) => void, self?: unknown): void {
		for (const [name, value] of this) {
			Reflect.apply(callback, self, [value, name, this]);
		}
	}

	*entries(): Generator<[string, Value]> {
		// By index, so that what is added meanwhile is seen.
		for (let index = 0; index < this.#entries.length; index += 1) {
			yield [...(this.#entries[index] as [string, Value])];
		}
	}

	*keys(): Generator<string> {
		for (const [name] of this.entries()) {
			yield name;
		}
	}

	*values(): Generator<Value> {
		for (const [, value] of this.entries()) {
			yield value;
		}
	}

	[Symbol.iterator](): Generator<[string, Value]> {
		return this.entries();
	}

	get [Symbol.toStringTag](): string {
		return 'FormData';
	}
}

function text(value: unknown): string {
	return String(value).toWellFormed();
}

/** A blob becomes a file called "blob", unless it has another name. */
function toValue(value: unknown, filename: unknown): Value {
	if (!(value instanceof Blob)) {
		if (filename !== undefined) {
			throw new TypeError('Only a blob can have a file name.');
		}

		return text(value);
	}

	if (value instanceof File && filename === undefined) {
		return value;
	}

	return new File([blobBytes(value)], filename === undefined ? 'blob' : text(filename), {
		type: value.type,
		...(value instanceof File ? { lastModified: value.lastModified } : {}),
	});
}
