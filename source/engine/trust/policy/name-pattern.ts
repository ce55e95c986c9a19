/** Package name patterns of policies and roots: an exact name, a whole scope (`@acme/*`), or `*`. Nothing else is a pattern. */
export function nameMatches(pattern: string, name: string): boolean {
	return pattern === '*' || pattern === name || isInScope(pattern, name);
}

export function matchesAny(patterns: readonly string[], name: string): boolean {
	return patterns.some((pattern) => nameMatches(pattern, name));
}

function isInScope(pattern: string, name: string): boolean {
	return pattern.startsWith('@') && pattern.endsWith('/*') && name.startsWith(pattern.slice(0, -1)) && name.length >= pattern.length;
}
