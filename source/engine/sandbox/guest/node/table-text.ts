import { inspect } from '../inspect.ts';

/** What `console.table` draws, or null for what has no rows. */
export function tableText(value: unknown): string | null {
	if (typeof value !== 'object' || value === null) {
		return null;
	}

	const rows = Object.entries(value);
	const isRecord = (row: unknown): row is object => typeof row === 'object' && row !== null;
	const columns = [...new Set(rows.flatMap(([, row]) => (isRecord(row) ? Object.keys(row) : [])))];
	const hasValues = rows.some(([, row]) => !isRecord(row));
	const head = ['(index)', ...columns, ...(hasValues ? ['Values'] : [])];
	const body = rows.map(([name, row]) => [
		name,
		...columns.map((column) => (isRecord(row) && Object.hasOwn(row, column) ? inspect(Reflect.get(row, column)) : '')),
		...(hasValues ? [isRecord(row) ? '' : inspect(row)] : []),
	]);
	const widths = head.map((title, index) => Math.max(title.length, ...body.map((cells) => (cells[index] ?? '').length)) + 2);
	const line = (cells: readonly string[]): string => `│${cells.map((cell, index) => ` ${cell}`.padEnd(widths[index] ?? 0)).join('│')}│`;
	const rule = (left: string, middle: string, right: string): string =>
		left + widths.map((width) => '─'.repeat(width)).join(middle) + right;
	return [rule('┌', '┬', '┐'), line(head), rule('├', '┼', '┤'), ...body.map((cells) => line(cells)), rule('└', '┴', '┘')].join('\n');
}
