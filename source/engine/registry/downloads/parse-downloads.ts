import type { DayOfDownloads, DownloadNumbers } from '../../download-numbers.ts';
import { isObject } from '../parsing/parse-manifest.ts';

const DAY_MILLISECONDS = 86_400_000;
/** A month was asked for. */
const MOST_DAYS = 31;
const WEEK = 7;

type Parsed = Extract<DownloadNumbers, { readonly type: 'told' }> | { readonly type: 'refused'; readonly what: string };

/** Reads `{downloads: [{day, downloads}], package}`; of what cannot be right nothing is taken, and `what` says what it was. */
export function parseDownloads(raw: unknown, about: { readonly name: string; readonly host: string; readonly now: number }): Parsed {
	if (!isObject(raw) || !Array.isArray(raw['downloads'])) {
		return refused('it is no list of days');
	}

	if (raw['package'] !== undefined && raw['package'] !== about.name) {
		return refused('it is about another package');
	}

	const rawDays: readonly unknown[] = raw['downloads'];
	if (rawDays.length === 0 || rawDays.length > MOST_DAYS) {
		return refused(`it has ${rawDays.length} days, and one month was asked for`);
	}

	const days: DayOfDownloads[] = [];
	let before: number | null = null;
	for (const entry of rawDays) {
		const day = parseDay(entry);
		if (day === null) {
			return refused('one of its days has no date or no number');
		}

		if (before !== null && day.at !== before + DAY_MILLISECONDS) {
			return refused('its days do not follow one another');
		}

		before = day.at;
		days.push({ day: day.day, downloads: day.downloads });
	}

	// Somebody's clock may be a day ahead of ours.
	if (before !== null && before > about.now + DAY_MILLISECONDS) {
		return refused('its last day is still to come');
	}

	const total = sumOf(days);
	return Number.isSafeInteger(total) ? numbersOf(days, { host: about.host, total }) : refused('its numbers are too large to be added');
}

function numbersOf(days: readonly DayOfDownloads[], { host, total }: { readonly host: string; readonly total: number }): Parsed {
	return {
		type: 'told',
		host,
		days,
		total,
		lastWeek: sumOf(days.slice(-WEEK)),
		weekBefore: days.length < 2 * WEEK ? null : sumOf(days.slice(-2 * WEEK, -WEEK)),
	};
}

function parseDay(raw: unknown): (DayOfDownloads & { readonly at: number }) | null {
	if (!isObject(raw)) {
		return null;
	}

	const { day, downloads } = raw;
	if (typeof day !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(day)) {
		return null;
	}

	// The parser takes the 31st of any month for a day of the next.
	const at = Date.parse(`${day}T00:00:00Z`);
	if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day) {
		return null;
	}

	return typeof downloads === 'number' && Number.isSafeInteger(downloads) && downloads >= 0 ? { day, downloads, at } : null;
}

function sumOf(days: readonly DayOfDownloads[]): number {
	return days.reduce((sum, { downloads }) => sum + downloads, 0);
}

function refused(what: string): Parsed {
	return { type: 'refused', what };
}
