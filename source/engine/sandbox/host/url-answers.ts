const FIELDS = ['href', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash', 'origin'] as const;
const SETTABLE = new Set<string>(['href', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash']);

/**
 * Parses URLs for the guest with node's own parser, on strings only. Request: `["parse", url, base|null]` or
 * `["set", href, field, value]`; the answer is the fields in order as JSON, or an empty string for an invalid URL.
 */
export function answerUrl(text: string): string {
	try {
		const request: unknown = JSON.parse(text);
		if (!Array.isArray(request) || !request.every((part) => typeof part === 'string' || part === null)) {
			return '';
		}

		const url = request[0] === 'set' ? change(request) : parse(request);
		return url === null ? '' : JSON.stringify(FIELDS.map((field) => url[field]));
	} catch {
		// An invalid URL is an answer; the guest throws its own TypeError.
		return '';
	}
}

function parse(request: readonly (string | null)[]): URL {
	const [, input, base] = request;
	return base === null || base === undefined ? new URL(input ?? '') : new URL(input ?? '', base);
}

function change(request: readonly (string | null)[]): URL | null {
	const [, href, field, value] = request;
	if (field === null || field === undefined || !SETTABLE.has(field)) {
		return null;
	}

	const url = new URL(href ?? '');
	Reflect.set(url, field, value ?? '');
	return url;
}
