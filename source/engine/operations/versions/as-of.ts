import { EngineError } from '../../errors.ts';
import { stripToLine } from '../../strip-controls.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const NAMED_UNTIMED = 5;

/**
 * Epoch milliseconds of an ISO date, which stands for its first moment in UTC, or of an ISO date-time with a zone. Throws `usage` for
 * anything else and for the future, of which no registry knows anything.
 */
export function parseAsOf(text: string, now: Date): number {
	const time = parseDate(text);
	if (time === null) {
		throw new EngineError('usage', `"${stripToLine(text)}" is not a date: expected 2024-01-31 or 2024-01-31T12:00:00Z.`, {
			hint: 'For example: --as-of 2024-01-31',
		});
	}

	if (time > now.getTime()) {
		throw new EngineError('usage', `${stripToLine(text)} lies in the future: it is ${now.toISOString().slice(0, 16)}Z now.`, {
			hint: 'Name a day that has been, or leave --as-of out.',
		});
	}

	return time;
}

/** Epoch milliseconds of an ISO date (its first moment in UTC) or date-time with a zone; null for anything else. */
export function parseDate(text: string): number | null {
	const time = (DATE.test(text) || DATE_TIME.test(text)) && isOfCalendar(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
	return Number.isNaN(time) ? null : time;
}

/** What cannot be told of then, in one sentence; null when every version has its time. */
export function untimedWarning(packages: readonly { readonly id: string; readonly publishedAt: number | null }[]): string | null {
	const untimed = packages.filter(({ publishedAt }) => publishedAt === null).map(({ id }) => id);
	const more = untimed.length - NAMED_UNTIMED;
	return untimed.length === 0
		? null
		: `The registry tells no publish time for ${untimed.slice(0, NAMED_UNTIMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}; whether they were there then is not known.`;
}

// Date.parse takes the 31st of February for the 2nd of March.
function isOfCalendar(day: string): boolean {
	const time = Date.parse(`${day}T00:00:00Z`);
	return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
