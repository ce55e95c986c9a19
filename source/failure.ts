import { EngineError, isAbort } from './engine/index.ts';
import { cleanLine, cleanLines } from './format.ts';
import type { Failure, OperationRequest } from './state.ts';

/** What a screen says about anything that was thrown. */
export function failureOf(thrown: unknown): Failure {
	if (thrown instanceof EngineError) {
		return {
			code: thrown.code,
			message: cleanLine(thrown.message),
			hint: thrown.hint === undefined ? null : cleanLine(thrown.hint),
			cause: causeText(thrown.cause),
			details: thrown.details,
		};
	}

	const message = thrown instanceof Error ? thrown.message : String(thrown);
	return {
		code: 'internal',
		message: cleanLine(message),
		hint: 'This is a defect of plugward: please report it.',
		cause: null,
		details: null,
	};
}

export function isCancelled(thrown: unknown): boolean {
	return isAbort(thrown) || (thrown instanceof EngineError && thrown.code === 'cancelled');
}

function causeText(cause: unknown): string | null {
	return cause instanceof Error && cause.message !== '' ? cleanLine(cause.message) : null;
}

/** A change that was tried by the resolver and does solve. */
export type Suggestion = {
	readonly sentence: string;
	readonly type: 'change-root' | 'drop-root' | 'allow-young' | 'other';
	readonly name: string;
	/** The range or version to ask for instead; null when there is none. */
	readonly spec: string | null;
	/** The scripted command that takes it; null when nobody said. */
	readonly command: string | null;
};

export type Conflict = {
	/** One list of sentences per independent reason; each list ends with its conclusion. */
	readonly reasons: readonly (readonly string[])[];
	readonly suggestions: readonly Suggestion[];
};

/** The resolver's explanation out of an error's details; the message itself when there are none. */
export function conflictOf(failure: Failure): Conflict {
	const details = isRecord(failure.details) ? failure.details : {};
	const conflicts = listIn(details, 'conflicts')
		.map((conflict) => (isRecord(conflict) ? sentencesIn(conflict) : []))
		.filter((sentences) => sentences.length > 0);
	const own = sentencesIn(details);
	const reasons = conflicts.length > 0 ? conflicts : own.length > 0 ? [own] : [cleanLines(failure.message)];
	return { reasons, suggestions: listIn(details, 'suggestions').flatMap((entry) => suggestionOf(entry)) };
}

/** The request with the suggestion taken; null when it cannot be taken by a request. */
export function withSuggestion(request: OperationRequest, suggestion: Suggestion): OperationRequest | null {
	if (request.type !== 'install') {
		return null;
	}

	const others = request.specs.filter((spec) => specName(spec) !== suggestion.name);
	switch (suggestion.type) {
		case 'change-root':
		case 'allow-young':
			return suggestion.spec === null ? null : { type: 'install', specs: [...others, `${suggestion.name}@${suggestion.spec}`] };
		case 'drop-root':
			return others.length === 0 || others.length === request.specs.length ? null : { type: 'install', specs: others };
		case 'other':
			return null;
	}
}

/** The package name of `name`, `name@range` or `@scope/name@range`. */
export function specName(spec: string): string {
	const at = spec.indexOf('@', 1);
	return at === -1 ? spec : spec.slice(0, at);
}

function suggestionOf(entry: unknown): readonly Suggestion[] {
	if (!isRecord(entry) || typeof entry['sentence'] !== 'string') {
		return [];
	}

	const { type, name, spec, version, command } = entry;
	const known = type === 'change-root' || type === 'drop-root' || type === 'allow-young' ? type : 'other';
	const target = typeof spec === 'string' ? spec : typeof version === 'string' ? version : null;
	return [
		{
			sentence: cleanLine(entry['sentence']),
			type: known,
			name: typeof name === 'string' ? cleanLine(name) : '',
			spec: target,
			command: typeof command === 'string' ? cleanLine(command) : null,
		},
	];
}

function sentencesIn(record: Readonly<Record<string, unknown>>): readonly string[] {
	return listIn(record, 'sentences').flatMap((sentence) => (typeof sentence === 'string' ? [cleanLine(sentence)] : []));
}

function listIn(record: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
	const value = record[name];
	return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
