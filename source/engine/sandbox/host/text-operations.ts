import { posix } from 'node:path';
import { diff, parseEnv } from 'node:util';

/** Patterns that are kept compiled for the next question about them; one that is longer than this is compiled each time. */
const MAXIMUM_PATTERNS = 64;
const MAXIMUM_PATTERN_CHARACTERS = 4096;

export type TextRequest = {
	/** JSON of a `PatternSource`. */
	readonly pattern?: string;
	/** What is held against a pattern, and the address it is relative to. */
	readonly input?: string | URLPatternInit;
	readonly base?: string;
	readonly text?: string;
	readonly glob?: string;
	readonly before?: string | readonly string[];
	readonly after?: string | readonly string[];
};

/** What a URLPattern is made from: one that is relative to an address is text. */
export type PatternSource = { readonly ignoreCase: boolean } & (
	| { readonly input: string | URLPatternInit; readonly base: null }
	| { readonly input: string; readonly base: string }
);

const FIELDS = ['protocol', 'username', 'password', 'hostname', 'port', 'pathname', 'search', 'hash', 'hasRegExpGroups'] as const;

/**
 * What node does on texts alone, for the guest: text in, text out. A pattern that never ends holds up this process, as a plugin's own would, until the core
 * ends it.
 */
export function createTextOperations(): Readonly<Record<string, (request: TextRequest) => unknown>> {
	const patterns = new Map<string, URLPattern>();
	const patternOf = ({ pattern = '' }: TextRequest): URLPattern => {
		const known = patterns.get(pattern);
		if (known !== undefined) {
			return known;
		}

		const made = makePattern(JSON.parse(pattern) as PatternSource);
		if (pattern.length <= MAXIMUM_PATTERN_CHARACTERS) {
			if (patterns.size >= MAXIMUM_PATTERNS) {
				patterns.delete(patterns.keys().next().value ?? '');
			}

			patterns.set(pattern, made);
		}

		return made;
	};
	return {
		pattern: (request) => Object.fromEntries(FIELDS.map((field) => [field, patternOf(request)[field]])),
		// JSON has no word for a group that took no part.
		match: (request) => withNulls(patternOf(request).exec(...matched(request))),
		parseEnv: ({ text = '' }) => parseEnv(text),
		matchesGlob: ({ text = '', glob = '' }) => posix.matchesGlob(text, glob),
		diff: ({ before = '', after = '' }) => diff(before, after),
	};
}

function makePattern(source: PatternSource): URLPattern {
	const { ignoreCase } = source;
	return source.base === null ? new URLPattern(source.input, { ignoreCase }) : new URLPattern(source.input, source.base, { ignoreCase });
}

function matched({ input = {}, base }: TextRequest): [string | URLPatternInit, string?] {
	return base === undefined ? [input] : [input, base];
}

function withNulls(result: unknown): unknown {
	return JSON.parse(JSON.stringify(result, (_, value: unknown) => (value === undefined ? null : value)));
}
