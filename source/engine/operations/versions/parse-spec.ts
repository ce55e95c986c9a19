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
	const { type } = parsed;
	if (type === 'git' || type === 'remote') {
		throw notFromRegistry(shown, type);
	}

	if (parsed.name === null || parsed.name === undefined) {
		throw new EngineError('spec-unsupported', `"${shown}" names no package: expected NAME or NAME@RANGE.`, {
			hint: 'A folder can be run without installing: plugward run ./folder',
		});
	}

	switch (type) {
		case 'version':
		case 'tag':
			return { name: parsed.name, spec: parsed.fetchSpec ?? 'latest', isBare: false };
		case 'range':
			return parsed.rawSpec === '' || parsed.rawSpec === '*'
				? { name: parsed.name, spec: '*', isBare: true }
				: { name: parsed.name, spec: parsed.fetchSpec ?? '*', isBare: false };
		case 'alias':
			return { name: parsed.name, spec: parsed.rawSpec, isBare: false };
		case 'file':
		case 'directory':
			throw notFromRegistry(shown, type);
	}
}

/** Several at once. The same package in two ways is refused, since only one of them could be meant. Throws what `parseSpec` throws. */
export function parseSpecs(texts: readonly string[]): readonly RequestedRoot[] {
	const asked = new Map<string, RequestedRoot>();
	for (const root of texts.map(parseSpec)) {
		const before = asked.get(root.name);
		if (before !== undefined && before.spec !== root.spec) {
			throw new EngineError(
				'spec-invalid',
				`${root.name} is asked for as ${before.spec} and as ${root.spec}: only one of them can be meant.`,
				{
					hint: `Name it once, or under another name too: NAME@npm:${root.name}@${root.spec}`,
				},
			);
		}

		asked.set(root.name, root);
	}

	return [...asked.values()];
}

const KINDS = { git: 'a git repository', remote: 'an address', file: 'a file', directory: 'a folder' } as const;

function notFromRegistry(shown: string, type: keyof typeof KINDS): EngineError {
	return new EngineError('spec-unsupported', `"${shown}" is ${KINDS[type]}; plugward installs from registries only.`, {
		hint: 'Publish it to a registry first, or run a folder with: plugward run ./folder',
	});
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
