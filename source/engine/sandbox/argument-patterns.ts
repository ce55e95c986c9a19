import { globCovers, globMatches } from './path-patterns.ts';

const ANY_MORE = '**';
const END_OF_OPTIONS = '--';

/**
 * Whether patterns allow these arguments. `*` stands for any characters of one argument, `?` for one, `**` at the end for any number of
 * arguments. A wildcard never matches an argument that starts with a dash, unless the pattern has a literal `--` before it: options
 * of a program can make it do anything, so that each must be written out.
 */
export function matchesArguments(patterns: readonly string[], args: readonly string[]): boolean {
	const hasMore = patterns.at(-1) === ANY_MORE;
	const fixed = hasMore ? patterns.slice(0, -1) : patterns;
	const isLengthRight = hasMore ? args.length >= fixed.length : args.length === fixed.length;
	if (!isLengthRight) {
		return false;
	}

	const endOfOptions = fixed.indexOf(END_OF_OPTIONS);
	return args.every((argument, index) => {
		const pattern = fixed[index] ?? '*';
		const isAfterOptions = endOfOptions !== -1 && index > endOfOptions;
		return (isAfterOptions || isWrittenOut(pattern, argument)) && globMatches(pattern, argument);
	});
}

/** Whether every list of arguments that `inner` allows is allowed by `outer`. Never true wrongly. */
export function argumentsCovered(outer: readonly string[], inner: readonly string[]): boolean {
	const isSame = outer.length === inner.length && outer.every((pattern, index) => pattern === inner[index]);
	if (isSame) {
		return true;
	}

	const innerHasMore = inner.at(-1) === ANY_MORE;
	if (innerHasMore && outer.at(-1) !== ANY_MORE) {
		return false;
	}

	const outerFixed = outer.at(-1) === ANY_MORE ? outer.slice(0, -1) : outer;
	const innerFixed = innerHasMore ? inner.slice(0, -1) : inner;
	// What stands behind -- is read by other rules; only equal lists are compared there.
	const isLengthRight = outer.at(-1) === ANY_MORE ? innerFixed.length >= outerFixed.length : innerFixed.length === outerFixed.length;
	return (
		isLengthRight &&
		!outer.includes(END_OF_OPTIONS) &&
		!inner.includes(END_OF_OPTIONS) &&
		innerFixed.every((pattern, index) => {
			const wider = outerFixed[index] ?? '*';
			return isWrittenOut(wider, pattern) && globCovers(wider, pattern);
		})
	);
}

function isWrittenOut(pattern: string, argument: string): boolean {
	return !argument.startsWith('-') || pattern.startsWith('-');
}
