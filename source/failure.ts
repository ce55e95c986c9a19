import { EngineError, isAbort } from './engine/index.ts';
import { cleanLine, cleanLines } from './format.ts';
import type { Failure } from './state.ts';
import { suggestionOf } from './suggestion.ts';
import type { Suggestion } from './suggestion.ts';

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
