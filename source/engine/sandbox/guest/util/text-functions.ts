import { compute } from '../compute.ts';

function requireText(name: string, value: unknown): void {
	if (typeof value !== 'string') {
		throw Object.assign(new TypeError(`The "${name}" argument must be of type string.`), { code: 'ERR_INVALID_ARG_TYPE' });
	}
}

/** `util.parseEnv`: the host knows what counts as what in such a file. */
export function parseEnv(content: unknown): unknown {
	requireText('content', content);
	return compute('parseEnv', { text: content });
}

/** `util.diff`: of two texts or two lists of them. */
export function diff(actual: unknown, expected: unknown): unknown {
	for (const [name, value] of [
		['actual', actual],
		['expected', expected],
	] as const) {
		for (const one of Array.isArray(value) ? value : [value]) {
			requireText(name, one);
		}
	}

	return actual === expected ? [] : compute('diff', { before: actual, after: expected });
}
