import { quoteForShell } from '../../quote-for-shell.ts';
import type { SuggestedOverride, Suggestion } from '../../resolver/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import { parseSpec } from '../versions/parse-spec.ts';
import { flagsOf } from '../versions/resolve-rules.ts';
import type { ResolveChoices } from '../../version-questions.ts';

type Asked = { readonly specs: readonly string[]; readonly choices: ResolveChoices };

/** The command line that takes a suggestion; null where the suggestion is not to ask at all. */
export function suggestedCommand(suggestion: Suggestion, asked: Asked): string | null {
	switch (suggestion.type) {
		case 'change-root':
			return installLine(asked, { [suggestion.name]: suggestion.spec });
		case 'change-roots':
			return installLine(asked, suggestion.roots);
		case 'drop-root':
			return withoutLine(asked, [suggestion.name]);
		case 'drop-roots':
			return withoutLine(asked, suggestion.names);
		case 'allow-young':
			return `${installLine(asked, {})} --accept-young ${quoteWord(`${suggestion.name}@${suggestion.version}`)}`;
		case 'override':
			return `${installLine(asked, {})}${overrideFlags([suggestion])}`;
		case 'overrides':
			return `${installLine(asked, {})}${overrideFlags(suggestion.overrides)}`;
	}
}

function overrideFlags(overrides: readonly SuggestedOverride[]): string {
	return overrides.map(({ path, name, range }) => ` --override ${quoteForShell(`${[...path, name].join('>')}=${range}`)}`).join('');
}

function installLine({ specs, choices }: Asked, changed: Readonly<Record<string, string>>): string {
	const kept = specs.filter((spec) => !Object.hasOwn(changed, parseSpec(spec).name));
	const words = [...kept, ...Object.entries(changed).map(([name, spec]) => `${name}@${spec}`)].map((word) => quoteWord(word));
	return words.length === 0 ? `plugward update${flagsOf(choices)}` : `plugward install ${words.join(' ')}${flagsOf(choices)}`;
}

/** What was asked for is left out; what is installed is removed first. */
function withoutLine({ specs, choices }: Asked, names: readonly string[]): string | null {
	const kept = specs.filter((spec) => !names.includes(parseSpec(spec).name));
	const installed = names.filter((name) => !specs.some((spec) => parseSpec(spec).name === name));
	const lines = [
		...(installed.length === 0 ? [] : [`plugward remove ${installed.map((name) => quoteWord(name)).join(' ')}`]),
		...(kept.length === 0 ? [] : [installLine({ specs: kept, choices }, {})]),
	];
	return lines.length === 0 ? null : lines.join(' && ');
}

function quoteWord(word: string): string {
	const line = stripToLine(word);
	return /^[\w@%+=:,./-]+$/u.test(line) ? line : quoteForShell(line);
}
