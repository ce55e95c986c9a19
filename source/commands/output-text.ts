import { cleanLine, cleanLines } from '../format.ts';
import { type Cell, cell, joinBlocks, tableLines, titleLine, type View } from './layout.ts';

type Scalar = string | number | boolean | null;
type Row = Readonly<Record<string, Scalar>>;

/** What stands below a title of its own. */
const NESTED_INDENT = 2;

/**
 * What a task returned, for a reader: text as it is, a list of flat objects as a table, an object as its parts, and anything deeper as
 * JSON. The value came out of a plugin, so every string is cleaned.
 */
export function outputText(output: unknown, view: View): string {
	if (output === undefined) {
		return '';
	}

	if (typeof output === 'string') {
		return cleanLines(output).join('\n').trimEnd();
	}

	if (isRows(output)) {
		return rowLines(output, view).join('\n');
	}

	return isRecord(output) ? joinBlocks(recordBlocks(output, view)) : jsonText(output);
}

function recordBlocks(record: Readonly<Record<string, unknown>>, view: View): string[][] {
	const facts: (readonly Cell[])[] = [];
	const blocks: string[][] = [];
	for (const [key, value] of Object.entries(record)) {
		if (isScalar(value) && !(typeof value === 'string' && value.includes('\n'))) {
			facts.push([cell(key, 'dim'), scalarText(value)]);
		} else if (isRows(value)) {
			blocks.push([titleLine(key, view), ...rowLines(value, view, NESTED_INDENT)]);
		} else if (Array.isArray(value) && value.length === 0) {
			facts.push([cell(key, 'dim'), cell('none', 'dim')]);
		} else {
			const text = typeof value === 'string' ? cleanLines(value).join('\n').trimEnd() : jsonText(value);
			blocks.push([titleLine(key, view), ...text.split('\n').map((line) => (line === '' ? '' : ' '.repeat(NESTED_INDENT) + line))]);
		}
	}

	return [tableLines(facts, { view }), ...blocks];
}

function rowLines(rows: readonly Row[], view: View, indent = 0): string[] {
	const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
	const numeric = keys.flatMap((key, column) => (rows.every((row) => typeof row[key] === 'number') ? [column] : []));
	const body = rows.map((row) => keys.map((key) => scalarText(row[key] ?? null)));
	const header = keys.map((key) => cell(key, 'dim'));
	return tableLines([header, ...body], { view, indent, flexible: widestColumn(body), alignRight: numeric });
}

function widestColumn(rows: readonly (readonly string[])[]): number {
	const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	return widths.indexOf(Math.max(...widths));
}

function scalarText(value: Scalar): string {
	return value === null ? '' : cleanLine(String(value));
}

function jsonText(value: unknown): string {
	return cleanLines(JSON.stringify(value, null, 2)).join('\n');
}

function isScalar(value: unknown): value is Scalar {
	return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRows(value: unknown): value is readonly Row[] {
	return (
		Array.isArray(value) &&
		value.length > 0 &&
		value.every((row: unknown) => isRecord(row) && Object.keys(row).length > 0 && Object.values(row).every((entry) => isScalar(entry)))
	);
}
