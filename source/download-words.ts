import type { DownloadNumbers } from './engine/index.ts';

type Told = Extract<DownloadNumbers, { readonly type: 'told' }>;

const GROUPED = new Intl.NumberFormat('en');

/** `1,234,567 downloads`. */
export function downloadsText(count: number): string {
	return `${GROUPED.format(count)} ${count === 1 ? 'download' : 'downloads'}`;
}

/** `, 12% more than in the 7 days before`; empty when nobody knows those, and when there were none in either. */
export function changeWords({ lastWeek, weekBefore }: Pick<Told, 'lastWeek' | 'weekBefore'>): string {
	if (weekBefore === null || (weekBefore === 0 && lastWeek === 0)) {
		return '';
	}

	if (lastWeek === weekBefore) {
		return ', as many as in the 7 days before';
	}

	if (weekBefore === 0) {
		return ', none in the 7 days before';
	}

	const percent = Math.round((Math.abs(lastWeek - weekBefore) / weekBefore) * 100);
	const amount =
		percent === 0 ? 'less than 1%' : percent <= 999 ? `${percent}%` : `${GROUPED.format(Math.round(lastWeek / weekBefore))} times`;
	return percent > 999
		? `, ${amount} as many as in the 7 days before`
		: `, ${amount} ${lastWeek > weekBefore ? 'more' : 'fewer'} than in the 7 days before`;
}

/** `2026-11-03: 12,000`: the day with the most, the latest of several. Null when there is none at all. */
export function busiestDay({ days }: Pick<Told, 'days'>): string | null {
	const busiest = days.reduce((best, day) => (day.downloads >= best.downloads ? day : best), { day: '', downloads: 0 });
	return busiest.downloads === 0 ? null : `${busiest.day}: ${GROUPED.format(busiest.downloads)}`;
}

/** The last day is not over yet: its number still grows. */
export function endsToday({ days }: Pick<Told, 'days'>, now: number): boolean {
	return days.at(-1)?.day === new Date(now).toISOString().slice(0, 10);
}
