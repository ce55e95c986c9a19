/** One word for a shell. A path that a plugin chose may hold anything; pasted from a hint it must stay what it is. */
export function quoteForShell(word: string): string {
	return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The name of a package or a folder for a shell; most need no quotes. */
export function quoteTarget(target: string): string {
	return /^[@\w./-]+$/.test(target) ? target : quoteForShell(target);
}
