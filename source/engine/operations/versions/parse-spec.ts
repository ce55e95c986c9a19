import npa from 'npm-package-arg';
import { EngineError } from '../../errors.ts';
import type { RootRequest } from '../../resolver/index.ts';
import { readAsLatin, spellLetters } from '../../lookalike-letters.ts';
import { stripToLine } from '../../strip-controls.ts';

/** What the user typed, and what the resolver is asked. `isBare` says that no version was named, so that newest-that-fits is meant. */
export type RequestedRoot = RootRequest & { readonly isBare: boolean };

/** Reads `name`, `name@range`, `name@tag`, `@scope/name@range` and `alias@npm:name@range`. Throws `spec-invalid` or `spec-unsupported`. */
export function parseSpec(text: string): RequestedRoot {
	checkLetters(text);
	const shown = stripToLine(text);
	const parsed = parse(text, shown);
	if (parsed.name === null || parsed.name === undefined) {
		throw new EngineError('spec-unsupported', `"${shown}" names no package: expected NAME or NAME@RANGE.`, {
			hint: 'A folder can be run without installing: plugward run ./folder',
		});
	}

	switch (parsed.type) {
		case 'version':
		case 'tag':
			return { name: parsed.name, spec: parsed.fetchSpec ?? 'latest', isBare: false };
		case 'range':
			return parsed.rawSpec === '' || parsed.rawSpec === '*'
				? { name: parsed.name, spec: '*', isBare: true }
				: { name: parsed.name, spec: parsed.fetchSpec ?? '*', isBare: false };
		case 'alias':
			return { name: parsed.name, spec: parsed.rawSpec, isBare: false };
		case 'git':
		case 'file':
		case 'directory':
		case 'remote':
			throw new EngineError('spec-unsupported', `"${shown}" is a ${parsed.type} spec; plugward installs from registries only.`, {
				hint: 'Publish it to a registry first, or run a folder with: plugward run ./folder',
			});
	}
}

/** No registry has such a name; whoever copied it from a page should hear why it is not the one it looks like. */
function checkLetters(text: string): void {
	const seen = readAsLatin(text);
	if (seen !== text && /^[!-~]+$/u.test(seen)) {
		throw new EngineError(
			'spec-invalid',
			`"${spellLetters(text)}" only looks like "${seen}": it has letters of another alphabet, each spelt here by its number.`,
			{ hint: `If you meant ${seen}, type it by hand, and doubt the page you copied this from.` },
		);
	}
}

function parse(text: string, shown: string): npa.Result {
	try {
		return npa(text);
	} catch (error) {
		throw new EngineError('spec-invalid', `"${shown}" is not a package spec: expected NAME, NAME@RANGE or @SCOPE/NAME@RANGE.`, {
			hint: 'For example: plugward install prettier@3',
			cause: error,
		});
	}
}
