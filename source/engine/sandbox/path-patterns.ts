/**
 * Path patterns of fs permissions. `*` stands for any characters within one name, `?` for one character, `**` as a whole name for
 * any number of names (also none). Wildcards never match a name that starts with a dot: `.env` and `.git` must be written out.
 */
export type PathPattern = readonly string[];

const ANY_DEPTH = '**';

/** Names of an absolute path or of a `$root/...` path; null when it is relative, empty, or has `.`, `..` or NUL in it. */
export function splitPath(path: string): PathPattern | null {
	const isRooted = path.startsWith('/') || /^\$[a-z]+(?:\/|$)/.test(path);
	if (!isRooted || path.includes('\0') || path.length > 4096) {
		return null;
	}

	const names = path.split('/').filter((name, index) => name !== '' || index === 0);
	return names.some((name) => name === '.' || name === '..') ? null : names;
}

/** Whether a pattern matches a concrete path. Both come from `splitPath`. */
export function matchesPath(pattern: PathPattern, path: PathPattern): boolean {
	return matchNames(pattern, path, { isBelow: false, matchName: globMatchesName });
}

/** Whether something below the folder `path` could match, so that the folder may be listed and walked. */
export function couldMatchBelow(pattern: PathPattern, path: PathPattern): boolean {
	return matchNames(pattern, path, { isBelow: true, matchName: globMatchesName });
}

/** Whether every path that `inner` matches is also matched by `outer`. Never true wrongly; may be false for exotic patterns. */
export function patternCovers(outer: string, inner: string): boolean {
	const outerNames = splitPath(outer);
	const innerNames = splitPath(inner);
	if (outerNames === null || innerNames === null) {
		return false;
	}

	return matchNames(outerNames, innerNames, { isBelow: false, matchName: nameCovers });
}

type NameMatcher = { readonly isBelow: boolean; readonly matchName: (pattern: string, name: string) => boolean };

// Rows of a table instead of recursion: two hostile patterns must not cost exponential time.
function matchNames(pattern: PathPattern, names: PathPattern, matcher: NameMatcher): boolean {
	let reachable = closeOverAnyDepth(pattern, new Set([0]));
	for (const name of names) {
		const next = new Set<number>();
		for (const position of reachable) {
			const part = pattern[position];
			if (part === undefined) {
				continue;
			}

			if (part === ANY_DEPTH) {
				if (!name.startsWith('.')) {
					next.add(position);
				}
			} else if (matcher.matchName(part, name)) {
				next.add(position + 1);
			}
		}

		reachable = closeOverAnyDepth(pattern, next);
	}

	return matcher.isBelow ? [...reachable].some((position) => position < pattern.length) : reachable.has(pattern.length);
}

function closeOverAnyDepth(pattern: PathPattern, positions: Set<number>): Set<number> {
	for (const position of positions) {
		if (pattern[position] === ANY_DEPTH) {
			positions.add(position + 1);
		}
	}

	return positions;
}

function globMatchesName(pattern: string, name: string): boolean {
	if (!hasWildcard(pattern)) {
		return pattern === name;
	}

	return (!name.startsWith('.') || pattern.startsWith('.')) && globMatches(pattern, name);
}

/** A name of the inner pattern is treated as text unless it has wildcards; those are covered only by the same name or a lone `*`. */
function nameCovers(outer: string, inner: string): boolean {
	if (!hasWildcard(inner)) {
		return globMatchesName(outer, inner);
	}

	return outer === inner || (outer === '*' && inner !== ANY_DEPTH && !inner.startsWith('.'));
}

function hasWildcard(name: string): boolean {
	return name.includes('*') || name.includes('?');
}

/** Whether `outer` matches every text that `inner` matches; never true wrongly. */
export function globCovers(outer: string, inner: string): boolean {
	return outer === inner || outer === '*' || (!hasWildcard(inner) && globMatches(outer, inner));
}

// The classic two-pointer match: linear but for one remembered star, so that no pattern can hang the core.
export function globMatches(pattern: string, text: string): boolean {
	let patternAt = 0;
	let textAt = 0;
	let starAt = -1;
	let retryAt = 0;
	while (textAt < text.length) {
		const character = pattern[patternAt];
		if (character === '*') {
			starAt = patternAt;
			patternAt += 1;
			retryAt = textAt;
		} else if (character === '?' || (character !== undefined && character === text[textAt])) {
			patternAt += 1;
			textAt += 1;
		} else if (starAt >= 0) {
			retryAt += 1;
			patternAt = starAt + 1;
			textAt = retryAt;
		} else {
			return false;
		}
	}

	return /^\**$/.test(pattern.slice(patternAt));
}
