export type BinEntry = { readonly command: string; /** Relative to the package root. */ readonly path: string };

/** The commands a package brings. What names a path outside the package, or a command with a slash, is left out: both are hostile input. */
export function binEntries(
	packageJson: unknown,
	{ name, files }: { readonly name: string; readonly files: ReadonlySet<string> },
): readonly BinEntry[] {
	if (typeof packageJson !== 'object' || packageJson === null || !('bin' in packageJson)) {
		return [];
	}

	const { bin } = packageJson;
	const named: readonly (readonly [string, unknown])[] =
		typeof bin === 'string' ? [[name, bin]] : typeof bin === 'object' && bin !== null ? Object.entries(bin) : [];
	return named.flatMap(([key, value]) => {
		const command = key.slice(key.lastIndexOf('/') + 1);
		const path = typeof value === 'string' ? value.replace(/^(?:\.?\/)+/, '') : '';
		return /^[\w.~-]+$/.test(command) && !command.startsWith('.') && files.has(path) ? [{ command, path }] : [];
	});
}
