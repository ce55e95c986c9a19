import { MAXIMUM_GUEST_CHARACTERS } from '../frames.ts';

/** What the host gave: two numbers and a string out, a string or nothing back. Only prelude modules can see it. */
type Post = (kind: number, id: number, text: string) => string | undefined;

// Captured before any plugin code runs, so that a plugin which replaces JSON only confuses itself.
const { parse, stringify } = JSON;

let post: Post = () => undefined;

export function connectBridge(given: Post): void {
	post = given;
}

/** Throws when the text is longer than one message may be; the host drops such messages. */
export function sendToHost(kind: number, id: number, text: string): string | undefined {
	if (text.length > MAXIMUM_GUEST_CHARACTERS) {
		throw new RangeError(`One message of a plugin holds ${MAXIMUM_GUEST_CHARACTERS} characters, this one has ${text.length}.`);
	}

	return post(kind, id, text);
}

export function sendJson(kind: number, id: number, value: unknown): void {
	sendToHost(kind, id, stringify(value));
}

export function parseJson(text: string): unknown {
	return parse(text);
}

/** JSON text, or undefined for what JSON cannot say: functions, symbols, undefined. Throws for cycles and bigint. */
export function toJson(value: unknown): string | undefined {
	return stringify(value);
}
