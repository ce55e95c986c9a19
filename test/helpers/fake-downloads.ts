import type { DownloadNumbers } from '../../source/engine/download-numbers.ts';

const DAY = 86_400_000;

/** Thirty days that end the day before `now`, fewer at weekends, with 48,000 in the last week and 40,000 in the one before. */
export function sampleDownloads(now: number): Extract<DownloadNumbers, { readonly type: 'told' }> {
	const week = [8000, 8500, 9000, 8500, 8000, 3500, 2500];
	const days = Array.from({ length: 30 }, (_, index) => {
		const back = 29 - index;
		const downloads = back < 7 ? (week[6 - back] ?? 0) : back < 14 ? ((week[13 - back] ?? 0) * 5) / 6 : 1000 + index * 100;
		return { day: new Date(now - (back + 1) * DAY).toISOString().slice(0, 10), downloads: Math.round(downloads) };
	});
	const sum = (from: number, to?: number) => days.slice(from, to).reduce((total, { downloads }) => total + downloads, 0);
	return { type: 'told', host: 'registry.test', days, total: sum(0), lastWeek: sum(-7), weekBefore: sum(-14, -7) };
}
