import { MirrorError } from '../mirror-error.ts';
import type { Days } from '../storage/index.ts';

/** As long as numbers are kept, today included. */
export const KEPT_DAYS = 400;

const DAY_MILLISECONDS = 86_400_000;
/** Of the words that npm knows, the length; each ends with today, which is not over yet. */
const LENGTHS: ReadonlyMap<string, number> = new Map([
	['last-day', 1],
	['last-week', 7],
	['last-month', 30],
	['last-year', 365],
]);

/** Days since 1970-01-01 in UTC. */
export function dayOf(milliseconds: number): number {
	return Math.floor(milliseconds / DAY_MILLISECONDS);
}

/** `2026-01-31`. */
export function dayText(day: number): string {
	return new Date(day * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

/** Reads `last-week`, `2026-01-31` and `2026-01-01:2026-01-31`. Throws 400 and says what is wrong. */
export function parsePeriod(text: string, today: number): Days {
	const length = LENGTHS.get(text);
	if (length !== undefined) {
		return { from: today - length + 1, to: today };
	}

	const [first = '', last = first, ...rest] = text.split(':');
	const [from, to] = [parseDay(first), parseDay(last)];
	if (from === null || to === null || rest.length > 0) {
		const known = [...LENGTHS.keys()].join(', ');
		throw invalid(`Expected ${known}, a day such as 2026-01-31, or two with a colon between them, got "${text.slice(0, 64)}".`);
	}

	if (from > to) {
		throw invalid(`The period ${text} ends before it begins.`);
	}

	if (to > today) {
		throw invalid(`The period ${text} ends after today, ${dayText(today)}.`);
	}

	if (from <= today - KEPT_DAYS) {
		throw invalid(`The numbers are kept for ${KEPT_DAYS} days, so from ${dayText(today - KEPT_DAYS + 1)} on; ${text} begins before that.`);
	}

	return { from, to };
}

function parseDay(text: string): number | null {
	const at = /^\d{4}-\d{2}-\d{2}$/u.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
	// The parser takes the 31st of any month for a day of the next.
	return !Number.isNaN(at) && dayText(dayOf(at)) === text ? dayOf(at) : null;
}

function invalid(message: string): MirrorError {
	return new MirrorError(400, 'request-invalid', message);
}
