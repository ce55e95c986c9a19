import { parseRange } from '../semver/range.ts';

/** What a dependency asks for, read from the text of package.json. */
export type Spec =
	| { readonly type: 'range'; readonly target: string; readonly range: string }
	| { readonly type: 'tag'; readonly target: string; readonly tag: string }
	/** A folder, a repository or an address: nothing a registry could prove anything about. */
	| { readonly type: 'unsupported'; readonly what: string };

const ALIAS = 'npm:';
const LONGEST_NAME = 214;
const PACKAGE_NAME = /^(?:@[a-z0-9~\-_.!*'()]+\/)?[a-z0-9~\-_!*'()][a-z0-9~\-_.!*'()]*$/iu;

/** True for names that a registry can be asked for. */
export function isPackageName(name: string): boolean {
	return name.length <= LONGEST_NAME && PACKAGE_NAME.test(name);
}

export function parseSpec(name: string, text: string): Spec {
	if (text.startsWith(ALIAS)) {
		const rest = text.slice(ALIAS.length);
		const at = rest.indexOf('@', 1);
		const target = at === -1 ? rest : rest.slice(0, at);
		return isPackageName(target) ? parseTarget(target, at === -1 ? '*' : rest.slice(at + 1)) : { type: 'unsupported', what: text };
	}

	return parseTarget(name, text);
}

function parseTarget(target: string, text: string): Spec {
	const trimmed = text.trim();
	if (/[:/\\]/u.test(trimmed) || trimmed.startsWith('.')) {
		return { type: 'unsupported', what: trimmed };
	}

	// Junk is kept as a range that nothing matches, so that the report can quote it.
	const isTag = parseRange(trimmed) === null && /^[\w.~!*'()-]+$/u.test(trimmed);
	return isTag ? { type: 'tag', target, tag: trimmed } : { type: 'range', target, range: trimmed };
}
