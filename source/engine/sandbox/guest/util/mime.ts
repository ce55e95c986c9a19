/* oxlint-disable typescript/no-unnecessary-type-conversion -- callers are untyped JavaScript, so what the types promise is converted all the same. */

// https://mimesniff.spec.whatwg.org/#parsing-a-mime-type
const NO_TOKEN = /[^!#$%&'*+\-.^_`|~\dA-Za-z]/;
const NO_QUOTED_TEXT = /[^\t\u0020-\u007E\u0080-\u00FF]/;
const LEADING_SPACE = /^[\r\n\t ]*/;
const TRAILING_SPACE = /[\r\n\t ]*$/;

/** The parameters of a media type, by name in lower case, in the order they came. */
export class MIMEParams {
	readonly #values = new Map<string, string>();

	delete(name: unknown): void {
		this.#values.delete(lower(name));
	}

	get(name: unknown): string | null {
		return this.#values.get(lower(name)) ?? null;
	}

	has(name: unknown): boolean {
		return this.#values.has(lower(name));
	}

	set(name: unknown, value: unknown): void {
		const [key, text] = [String(name), String(value)];
		refuse('parameter name', key, key === '' ? 0 : key.search(NO_TOKEN));
		refuse('parameter value', text, text.search(NO_QUOTED_TEXT));
		this.#values.set(lower(key), text);
	}

	*entries(): Generator<[string, string]> {
		yield* this.#values.entries();
	}

	*keys(): Generator<string> {
		yield* this.#values.keys();
	}

	*values(): Generator<string> {
		yield* this.#values.values();
	}

	[Symbol.iterator](): Generator<[string, string]> {
		return this.entries();
	}

	toString(): string {
		return [...this.#values].map(([name, value]) => `${name}=${quoted(value)}`).join(';');
	}

	toJSON(): string {
		return this.toString();
	}

	/** What is no parameter is passed over, and the first of two with one name counts. */
	static parse(text: string): MIMEParams {
		const params = new MIMEParams();
		for (let at = 0; at < text.length;) {
			at += LEADING_SPACE.exec(text.slice(at))?.[0].length ?? 0;
			const name = /^[^;=]*/.exec(text.slice(at))?.[0] ?? '';
			at += name.length;
			if (text[at] !== '=') {
				at += 1;
				continue;
			}

			const value = text[at + 1] === '"' ? readQuoted(text, at + 1) : readPlain(text, at + 1);
			at = value.end + 1;
			if (name !== '' && !NO_TOKEN.test(name) && value.text !== null && !NO_QUOTED_TEXT.test(value.text) && !params.has(name)) {
				params.set(name, value.text);
			}
		}

		return params;
	}
}

/** A media type: `text/html;charset=utf-8`. */
export class MIMEType {
	#type: string;
	#subtype: string;
	readonly #params: MIMEParams;

	constructor(input: unknown) {
		const text = String(input);
		const start = LEADING_SPACE.exec(text)?.[0].length ?? 0;
		const slash = text.indexOf('/', start);
		const type = slash === -1 ? text.slice(start) : text.slice(start, slash);
		refuse(
			'type',
			text,
			type === '' || slash === -1 ? Math.max(type.search(NO_TOKEN), NOWHERE) : type.search(NO_TOKEN),
			type === '' || slash === -1,
		);
		const semicolon = text.indexOf(';', slash + 1);
		const subtype = text.slice(slash + 1, semicolon === -1 ? undefined : semicolon).replace(TRAILING_SPACE, '');
		refuse('subtype', text, subtype.search(NO_TOKEN), subtype === '');
		this.#type = lower(type);
		this.#subtype = lower(subtype);
		this.#params = MIMEParams.parse(semicolon === -1 ? '' : text.slice(semicolon + 1));
	}

	get type(): string {
		return this.#type;
	}
	set type(value: unknown) {
		const text = String(value);
		refuse('type', text, text.search(NO_TOKEN), text === '');
		this.#type = lower(text);
	}

	get subtype(): string {
		return this.#subtype;
	}
	set subtype(value: unknown) {
		const text = String(value);
		refuse('subtype', text, text.search(NO_TOKEN), text === '');
		this.#subtype = lower(text);
	}

	get essence(): string {
		return `${this.#type}/${this.#subtype}`;
	}

	get params(): MIMEParams {
		return this.#params;
	}

	toString(): string {
		const params = this.#params.toString();
		return params === '' ? this.essence : `${this.essence};${params}`;
	}

	toJSON(): string {
		return this.toString();
	}
}

const NOWHERE = -1;

/** Throws when there is a wrong character at `index`, or `isWrong` as a whole. */
function refuse(what: string, text: string, index: number, isWrong = false): void {
	if (isWrong || index !== NOWHERE) {
		const where = index === NOWHERE ? '' : ` at ${index}`;
		throw Object.assign(new TypeError(`The MIME syntax for a ${what} in ${JSON.stringify(text)} is invalid${where}`), {
			code: 'ERR_INVALID_MIME_SYNTAX',
		});
	}
}

type Value = { readonly text: string | null; /** Of the semicolon behind it. */ readonly end: number };

function readPlain(text: string, start: number): Value {
	const end = endOf(text, start);
	const value = text.slice(start, end).replace(TRAILING_SPACE, '');
	return { text: value === '' ? null : value, end };
}

/** A quote that is not closed ends with the text; what stands between it and the semicolon does not count. */
function readQuoted(text: string, start: number): Value {
	let value = '';
	let at = start + 1;
	for (; at < text.length && text[at] !== '"'; at += 1) {
		if (text[at] === '\\' && at + 1 < text.length) {
			at += 1;
		}

		value += text[at] ?? '';
	}

	return { text: value, end: endOf(text, at) };
}

function endOf(text: string, start: number): number {
	const end = text.indexOf(';', start);
	return end === -1 ? text.length : end;
}

function quoted(value: string): string {
	return value !== '' && !NO_TOKEN.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

function lower(value: unknown): string {
	return String(value).toLowerCase();
}
