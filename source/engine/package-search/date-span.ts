/** Milliseconds since the epoch, both ends included. */
export type DateSpan = { readonly from: number; readonly to: number };

const UNITS: Readonly<Record<string, number>> = {
	h: 3_600_000,
	d: 86_400_000,
	w: 604_800_000,
	m: 2_592_000_000,
	y: 31_536_000_000,
};

/**
 * `<30d` (or `30d`): within the last thirty days; `>1y`: longer ago than a year; h, d, w, m and y. `2026`, `2026-10` and `2026-10-02`: in that
 * year, month or day (UTC); with `<`, `<=`, `>` or `>=` before or after it. Null for anything else.
 */
export function parseDateSpan(text: string, now: number): DateSpan | null {
	const [, sign = '', body = ''] = /^([<>]=?)?(.+)$/.exec(text) ?? [];
	const [, count, unit = ''] = /^(\d{1,5})([hdwmy])$/.exec(body) ?? [];
	if (count !== undefined) {
		const then = now - Number(count) * (UNITS[unit] ?? 0);
		return sign.startsWith('>') ? { from: -Infinity, to: then } : { from: then, to: Infinity };
	}

	const [, year, month, day] = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(body) ?? [];
	if (year === undefined) {
		return null;
	}

	const from = Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1));
	const isReal = new Date(from).toISOString().startsWith(body);
	const next = nextStart({ year: Number(year), month, day });
	return isReal ? spanOf(sign, { from, to: next - 1 }) : null;
}

function nextStart(date: { readonly year: number; readonly month: string | undefined; readonly day: string | undefined }): number {
	const { year, month, day } = date;
	if (day !== undefined) {
		return Date.UTC(year, Number(month) - 1, Number(day) + 1);
	}

	return month === undefined ? Date.UTC(year + 1, 0) : Date.UTC(year, Number(month));
}

function spanOf(sign: string, { from, to }: DateSpan): DateSpan {
	switch (sign) {
		case '<':
			return { from: -Infinity, to: from - 1 };
		case '<=':
			return { from: -Infinity, to };
		case '>':
			return { from: to + 1, to: Infinity };
		case '>=':
			return { from, to: Infinity };
		default:
			return { from, to };
	}
}
