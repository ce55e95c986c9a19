/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { FROM_GUEST } from '../guest-calls.ts';
import { parseJson, sendToHost, toJson } from './bridge.ts';
import { encodeUtf8, latin1 } from './encoding.ts';
import { decodeUtf8 } from './text-decoder.ts';

type Fields = readonly string[];

// The order the host answers in.
const FIELD = {
	href: 0,
	protocol: 1,
	username: 2,
	password: 3,
	host: 4,
	hostname: 5,
	port: 6,
	pathname: 7,
	search: 8,
	hash: 9,
	origin: 10,
} as const;
type FieldName = keyof typeof FIELD;

/** The URL of the standard, parsed by the host on strings; searchParams are kept in step. */
export class URL {
	#fields: Fields;
	#params: URLSearchParams | null = null;

	constructor(input: unknown, base?: unknown) {
		const fields = ask(['parse', String(input), base === undefined ? null : String(base)]);
		if (fields === null) {
			throw Object.assign(new TypeError(`Invalid URL`), { code: 'ERR_INVALID_URL', input: String(input) });
		}

		this.#fields = fields;
	}

	static canParse(input: unknown, base?: unknown): boolean {
		return ask(['parse', String(input), base === undefined ? null : String(base)]) !== null;
	}

	static parse(input: unknown, base?: unknown): URL | null {
		return URL.canParse(input, base) ? new URL(input, base) : null;
	}

	get [Symbol.toStringTag](): string {
		return 'URL';
	}

	get href(): string {
		return this.#get('href');
	}
	set href(value: string) {
		const fields = ask(['set', this.href, 'href', String(value)]);
		if (fields === null) {
			throw Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: String(value) });
		}

		this.#fields = fields;
		this.#params?.replaceAll(this.search);
	}
	get origin(): string {
		return this.#get('origin');
	}
	get protocol(): string {
		return this.#get('protocol');
	}
	set protocol(value: string) {
		this.#set('protocol', value);
	}
	get username(): string {
		return this.#get('username');
	}
	set username(value: string) {
		this.#set('username', value);
	}
	get password(): string {
		return this.#get('password');
	}
	set password(value: string) {
		this.#set('password', value);
	}
	get host(): string {
		return this.#get('host');
	}
	set host(value: string) {
		this.#set('host', value);
	}
	get hostname(): string {
		return this.#get('hostname');
	}
	set hostname(value: string) {
		this.#set('hostname', value);
	}
	get port(): string {
		return this.#get('port');
	}
	set port(value: string) {
		this.#set('port', value);
	}
	get pathname(): string {
		return this.#get('pathname');
	}
	set pathname(value: string) {
		this.#set('pathname', value);
	}
	get search(): string {
		return this.#get('search');
	}
	set search(value: string) {
		this.#set('search', value);
		this.#params?.replaceAll(this.search);
	}
	get hash(): string {
		return this.#get('hash');
	}
	set hash(value: string) {
		this.#set('hash', value);
	}
	get searchParams(): URLSearchParams {
		this.#params ??= new URLSearchParams(this.search, (search) => this.#set('search', search));
		return this.#params;
	}

	toString(): string {
		return this.href;
	}

	toJSON(): string {
		return this.href;
	}

	#get(name: FieldName): string {
		return this.#fields[FIELD[name]] ?? '';
	}

	#set(name: FieldName, value: string): void {
		this.#fields = ask(['set', this.href, name, String(value)]) ?? this.#fields;
	}
}

export class URLSearchParams {
	#pairs: [string, string][] = [];
	readonly #onChange: ((search: string) => void) | null;

	constructor(init: unknown = '', onChange: ((search: string) => void) | null = null) {
		this.#onChange = onChange;
		if (typeof init === 'object' && init !== null) {
			const pairs = Symbol.iterator in init ? [...(init as Iterable<readonly [unknown, unknown]>)] : Object.entries(init);
			this.#pairs = pairs.map(toPair);
		} else {
			this.#pairs = parseQuery(String(init));
		}
	}

	get size(): number {
		return this.#pairs.length;
	}

	append(name: unknown, value: unknown): void {
		this.#change([...this.#pairs, [toUsv(name), toUsv(value)]]);
	}

	delete(name: unknown, value?: unknown): void {
		const matches = matcher(name, value);
		this.#change(this.#pairs.filter((pair) => !matches(pair)));
	}

	get(name: unknown): string | null {
		return this.getAll(name)[0] ?? null;
	}

	getAll(name: unknown): string[] {
		return this.#pairs.filter(matcher(name)).map(([, value]) => value);
	}

	has(name: unknown, value?: unknown): boolean {
		return this.#pairs.some(matcher(name, value));
	}

	set(name: unknown, value: unknown): void {
		const pair: [string, string] = [toUsv(name), toUsv(value)];
		const at = this.#pairs.findIndex(([key]) => key === pair[0]);
		const rest = this.#pairs.filter(([key], index) => key !== pair[0] || index === at);
		this.#change(at === -1 ? [...rest, pair] : rest.map((other) => (other[0] === pair[0] ? pair : other)));
	}

	sort(): void {
		this.#change(this.#pairs.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b))));
	}

	forEach(callback: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void {
		for (const [name, value] of this.entries()) {
			Reflect.apply(callback, self, [value, name, this]);
		}
	}

	/** Takes over another query without telling the URL, which is the one who asks. */
	replaceAll(search: string): void {
		this.#pairs = parseQuery(search);
	}

	*entries(): Generator<[string, string]> {
		// By index, so that what is added meanwhile is seen.
		for (let index = 0; index < this.#pairs.length; index += 1) {
			yield [...(this.#pairs[index] as [string, string])];
		}
	}

	*keys(): Generator<string> {
		yield* this.#pairs.map(([name]) => name);
	}

	*values(): Generator<string> {
		yield* this.#pairs.map(([, value]) => value);
	}

	[Symbol.iterator](): Generator<[string, string]> {
		return this.entries();
	}

	toString(): string {
		return this.#pairs.map(([name, value]) => `${encodeForm(name)}=${encodeForm(value)}`).join('&');
	}

	get [Symbol.toStringTag](): string {
		return 'URLSearchParams';
	}

	#change(pairs: [string, string][]): void {
		this.#pairs = pairs;
		this.#onChange?.(this.toString());
	}
}

function matcher(name: unknown, value?: unknown): (pair: readonly [string, string]) => boolean {
	const key = toUsv(name);
	const wanted = value === undefined ? null : toUsv(value);
	return ([other, item]) => other === key && (wanted === null || item === wanted);
}

function ask(request: readonly (string | null)[]): Fields | null {
	const answer = sendToHost(FROM_GUEST.url, 0, toJson(request) ?? '');
	return answer === undefined || answer === '' ? null : (parseJson(answer) as Fields);
}

function parseQuery(text: string): [string, string][] {
	const query = text.startsWith('?') ? text.slice(1) : text;
	return query
		.split('&')
		.filter((part) => part !== '')
		.map((part) => {
			const equals = part.indexOf('=');
			return equals === -1 ? [decodeForm(part), ''] : [decodeForm(part.slice(0, equals)), decodeForm(part.slice(equals + 1))];
		});
}

function decodeForm(text: string): string {
	const spaced = text.replaceAll('+', ' ');
	if (!spaced.includes('%')) {
		return spaced.toWellFormed();
	}

	// Escapes are bytes, which need not be text; broken ones stay as they are written.
	const bytes = latin1(encodeUtf8(spaced)).replaceAll(/%([0-9a-f]{2})/gi, (_escape, code: string) =>
		String.fromCharCode(Number.parseInt(code, 16)),
	);
	return decodeUtf8(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
}

function toPair(given: unknown): [string, string] {
	if ((typeof given !== 'object' && typeof given !== 'function') || given === null || !(Symbol.iterator in given)) {
		throw invalidPair();
	}

	const [name, value, ...more] = given as Iterable<unknown>;
	if ([...(given as Iterable<unknown>)].length !== 2 || more.length > 0) {
		throw invalidPair();
	}

	return [toUsv(name), toUsv(value)];
}

function invalidPair(): TypeError {
	return Object.assign(new TypeError('Each query pair must be an iterable [name, value] tuple'), { code: 'ERR_INVALID_TUPLE' });
}

function toUsv(value: unknown): string {
	return String(value).toWellFormed();
}

function encodeForm(text: string): string {
	return encodeURIComponent(text.toWellFormed())
		.replaceAll('%20', '+')
		.replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
