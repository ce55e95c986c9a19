const PATTERN = /\b(import|require)(\s*\(\s*(?:`\.{1,2}\/[^`$]*\$\{|(["'])\.{1,2}\/[^"'\n]*\3\s*\+))/g;

/**
 * esbuild turns `import('./' + name)` into a search of folders, which finds nothing here and would fail the whole bundle. Such calls
 * become a call that fails when it is made, as far as a plugin can see: the file is not there.
 */
export function hideDynamicPatterns(source: string): string {
	return source.replace(
		PATTERN,
		(_, name: string, rest: string) => `plugwardModule.${name === 'import' ? 'dynamicImport' : 'dynamicRequire'}${rest}`,
	);
}
