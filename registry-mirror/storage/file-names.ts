/**
 * A package name as one file name: `@scope/name` becomes `@scope%2fname`, and an upper-case letter is marked (`!j` for `J`), so that old
 * names that differ in case only stay apart on file systems that ignore it. Names were validated at the edge.
 */
export function fileNameOf(name: string): string {
	return name.replaceAll('/', '%2f').replaceAll(/[A-Z]/gu, (letter) => `!${letter.toLowerCase()}`);
}

export function nameOfFile(fileName: string): string {
	return fileName.replaceAll(/!([a-z])/gu, (_, letter: string) => letter.toUpperCase()).replaceAll('%2f', '/');
}
