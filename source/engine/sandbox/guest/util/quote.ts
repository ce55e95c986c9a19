const SHORT: Readonly<Record<string, string>> = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '\\': '\\\\' };
// oxlint-disable-next-line no-control-regex -- they are what is escaped.
const ESCAPED = /[\u0000-\u001F\u007F-\u009F\\]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** A text as it would stand in code: in the quotes it does not hold itself. */
export function quote(text: string): string {
	const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes('`') && !text.includes('${') ? '`' : "'";
	const escaped = text.replace(ESCAPED, (character) => SHORT[character] ?? escapeCode(character));
	return mark + (mark === "'" ? escaped.replaceAll("'", String.raw`\'`) : escaped) + mark;
}

function escapeCode(character: string): string {
	const code = character.charCodeAt(0).toString(16);
	return code.length > 2 ? `\\u${code}` : `\\x${code.toUpperCase().padStart(2, '0')}`;
}

/** The name of a property; `isListed` is false for those that are not enumerable. */
export function quoteKey(key: string | symbol, isListed: boolean): string {
	if (typeof key === 'symbol') {
		const name = String(key).replace(ESCAPED, (character) => SHORT[character] ?? escapeCode(character));
		return isListed ? name : `[${name}]`;
	}

	if (key === '__proto__') {
		return "['__proto__']";
	}

	return isListed ? (/^[a-zA-Z_][a-zA-Z_0-9]*$/.test(key) ? key : quote(key)) : `[${key}]`;
}
