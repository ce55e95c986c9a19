import { cleanLine } from './format.ts';
import type { OperationRequest, TakenChoices } from './state.ts';

/** A change that was tried by the resolver and does solve. Any of its parts may be empty; all of them together are the change. */
export type Suggestion = {
	readonly sentence: string;
	/** The range or version to ask for instead, by the name of what was asked for. */
	readonly specs: Readonly<Record<string, string>>;
	/** What is not asked for any more. */
	readonly without: readonly string[];
	/** `NAME@VERSION`, taken although they are young. */
	readonly acceptYoung: readonly string[];
	/** `PARENT>NAME=RANGE`. */
	readonly overrides: readonly string[];
	/** The scripted command that takes it; null when nobody said. */
	readonly command: string | null;
};

/** One suggestion out of an error's details, which may hold anything; nothing for what is none. */
export function suggestionOf(entry: unknown): readonly Suggestion[] {
	if (!isRecord(entry) || typeof entry['sentence'] !== 'string') {
		return [];
	}

	const { command } = entry;
	return [
		{
			sentence: cleanLine(entry['sentence']),
			specs: {},
			without: [],
			acceptYoung: [],
			overrides: [],
			...changeOf(entry),
			command: typeof command === 'string' ? cleanLine(command) : null,
		},
	];
}

type Change = Partial<Pick<Suggestion, 'specs' | 'without' | 'acceptYoung' | 'overrides'>>;

function changeOf(entry: Readonly<Record<string, unknown>>): Change {
	const name = textIn(entry, 'name');
	switch (entry['type']) {
		case 'change-root':
			return { specs: textsOf(name === '' ? {} : { [name]: entry['spec'] }) };
		case 'change-roots':
			return { specs: textsOf(entry['roots']) };
		case 'drop-root':
			return { without: name === '' ? [] : [name] };
		case 'drop-roots':
			return { without: listOf(entry['names']).flatMap((one) => (typeof one === 'string' ? [cleanLine(one)] : [])) };
		case 'allow-young':
			return { acceptYoung: [`${name}@${textIn(entry, 'version')}`] };
		case 'override':
			return { overrides: overrideOf(entry) };
		case 'overrides':
			return { overrides: listOf(entry['overrides']).flatMap((one) => (isRecord(one) ? overrideOf(one) : [])) };
		default:
			return {};
	}
}

function overrideOf(entry: Readonly<Record<string, unknown>>): readonly string[] {
	const path = listOf(entry['path']).flatMap((one) => (typeof one === 'string' ? [cleanLine(one)] : []));
	const [name, range] = [textIn(entry, 'name'), textIn(entry, 'range')];
	return name === '' || range === '' ? [] : [`${[...path, name].join('>')}=${range}`];
}

/** The request with the suggestion taken; null when no single request can take it. */
export function withSuggestion(request: OperationRequest, suggestion: Suggestion): OperationRequest | null {
	if (request.type !== 'install' && request.type !== 'update') {
		return null;
	}

	const asked = request.type === 'install' ? request.specs : [];
	const kept = asked.filter((spec) => !Object.hasOwn(suggestion.specs, specName(spec)) && !suggestion.without.includes(specName(spec)));
	const specs = [...kept, ...Object.entries(suggestion.specs).map(([name, spec]) => `${name}@${spec}`)];
	// What is installed and not asked for can only be left out by being removed first, which is a change of its own.
	const installed = suggestion.without.filter((name) => !asked.some((spec) => specName(spec) === name));
	if (installed.length > 0) {
		return specs.length === 0 && installed.length === suggestion.without.length ? { type: 'remove', names: installed } : null;
	}

	const choices = choicesWith(request, suggestion);
	if (specs.join(' ') === asked.join(' ') && choices.choices === request.choices) {
		return null;
	}

	if (specs.length > 0) {
		return { type: 'install', specs, ...choices };
	}

	return request.type === 'update' ? { ...request, ...choices } : null;
}

/** What was chosen before stays chosen. */
function choicesWith(
	{ choices }: { readonly choices?: TakenChoices },
	{ acceptYoung, overrides }: Suggestion,
): { readonly choices?: TakenChoices } {
	if (acceptYoung.length + overrides.length === 0) {
		return choices === undefined ? {} : { choices };
	}

	return {
		choices: {
			acceptYoung: [...(choices?.acceptYoung ?? []), ...acceptYoung],
			overrides: [...(choices?.overrides ?? []), ...overrides],
		},
	};
}

/** The package name of `name`, `name@range` or `@scope/name@range`. */
function specName(spec: string): string {
	const at = spec.indexOf('@', 1);
	return at === -1 ? spec : spec.slice(0, at);
}

function textIn(record: Readonly<Record<string, unknown>>, name: string): string {
	const text = record[name];
	return typeof text === 'string' ? cleanLine(text) : '';
}

function textsOf(record: unknown): Readonly<Record<string, string>> {
	return Object.fromEntries(
		Object.entries(isRecord(record) ? record : {}).flatMap(([name, text]) =>
			typeof text === 'string' && text !== '' ? [[cleanLine(name), cleanLine(text)] as const] : [],
		),
	);
}

function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
