const BLOCKS = '▁▂▃▄▅▆▇█';

/** One sign for each number, against `most` or the largest of them: low is little. */
export function sparkline(values: readonly number[], most = Math.max(...values, 1)): string {
	return values.map((value) => (value <= 0 ? BLOCKS[0] : BLOCKS[Math.min(7, Math.ceil((value / most) * 7))])).join('');
}

/** `lately 0 to 40%, rising`: the same for who hears it. `unit` stands right behind the numbers. */
export function trendWords(values: readonly number[], unit: string): string {
	const [least, most] = [Math.min(...values), Math.max(...values)];
	if (values.length === 0 || least === most) {
		return values.length === 0 ? 'nothing measured yet' : `lately ${least}${unit}, steady`;
	}

	const half = Math.ceil(values.length / 2);
	const [before, after] = [average(values.slice(0, half)), average(values.slice(-half))];
	// A step of one is no trend.
	const isTrend = Math.abs(after - before) >= 1;
	const way = isTrend && after > before * 1.2 ? ', rising' : isTrend && after < before * 0.8 ? ', falling' : '';
	return `lately ${least} to ${most}${unit}${way}`;
}

function average(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
