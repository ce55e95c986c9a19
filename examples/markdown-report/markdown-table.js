/**
 * A Markdown table with aligned columns. Columns of numbers stand to the right and get a sum when there is more than one row.
 *
 * @param {Record<string, unknown>[]} records
 * @param {{title?: string, columns?: string[], sortBy?: string}} options
 * @returns {string}
 */
export function markdownTable(records, { title, columns, sortBy } = {}) {
	const heading = title === undefined ? '' : `# ${title}\n\n`;
	if (records.length === 0) {
		return `${heading}There is nothing to show.\n`;
	}

	const keys = columns ?? [...new Set(records.flatMap((record) => Object.keys(record)))];
	const sorted = sortBy === undefined ? records : [...records].sort((a, b) => compare(a[sortBy], b[sortBy]));
	const numeric = keys.map((key) => records.every((record) => record[key] === undefined || typeof record[key] === 'number'));
	const rows = sorted.map((record) => keys.map((key) => cellText(record[key])));
	if (records.length > 1 && numeric.includes(true)) {
		rows.push(keys.map((key, column) => (numeric[column] ? `**${sumOf(records, key)}**` : '')));
	}

	const widths = keys.map((key, column) => Math.max(3, key.length, ...rows.map((row) => row[column].length)));
	const line = (cells) =>
		`| ${cells.map((text, column) => (numeric[column] ? text.padStart(widths[column]) : text.padEnd(widths[column]))).join(' | ')} |`;
	const rule = `| ${widths.map((width, column) => (numeric[column] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
	return `${heading}${[line(keys), rule, ...rows.map((row) => line(row))].join('\n')}\n`;
}

/** A pipe or a new line inside a value would break the table apart. */
function cellText(value) {
	if (value === undefined || value === null) {
		return '';
	}

	const text = value instanceof Date ? value.toISOString().slice(0, 10) : typeof value === 'object' ? plainList(value) : String(value);
	return text.replaceAll('|', String.raw`\|`).replace(/\s*\n\s*/g, ' ');
}

function plainList(value) {
	return Array.isArray(value)
		? value.map((entry) => (typeof entry === 'object' ? JSON.stringify(entry) : String(entry))).join(', ')
		: JSON.stringify(value);
}

/** Rounded to what the numbers themselves show, so that 0.1 + 0.2 is 0.3. */
function sumOf(records, key) {
	const values = records.map((record) => record[key] ?? 0);
	const digits = Math.min(10, Math.max(...values.map((value) => String(value).split('.')[1]?.length ?? 0)));
	return values.reduce((sum, value) => sum + value, 0).toFixed(digits);
}

function compare(a, b) {
	if (typeof a === 'number' && typeof b === 'number') {
		return a - b;
	}

	return String(a ?? '').localeCompare(String(b ?? ''), 'en');
}
