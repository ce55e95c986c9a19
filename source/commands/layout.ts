import { styleText } from 'node:util';
import { cleanLine, fit, fitRight, textWidth, wrapText } from '../format.ts';
import { type Line, type Tone, toneStyle } from '../theme.ts';

/** How a result is shown. `now` in milliseconds since the epoch. */
export type View = {
	readonly columns: number;
	readonly hasColour: boolean;
	readonly now: number;
};

/** One cell of a table. Its text may be hostile: it is cleaned here, so that no command can forget it. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

export type TableOptions = {
	readonly view: View;
	readonly indent?: number;
	/** The column that is cut when the terminal is too narrow; the others keep their whole text. */
	readonly flexible?: number;
	readonly alignRight?: readonly number[];
};

const GAP = 2;
const NARROWEST_FLEXIBLE = 16;

export function cell(text: string, tone: Tone): Cell {
	return { text, tone };
}

/** Cleaned text in the colour of its tone. */
export function paint(text: string, tone: Tone, view: View): string {
	return applyTone(cleanLine(text), tone, view);
}

/** Aligned columns, one string per row, without spaces at the end. */
export function tableLines(rows: readonly (readonly Cell[])[], { view, indent = 0, flexible, alignRight = [] }: TableOptions): string[] {
	const cleaned = rows.map((row) => row.map((value) => cleanCell(value)));
	const widths = columnWidths(cleaned, view.columns - indent, flexible);
	return cleaned.map((row) => {
		const cells = row.map((value, column) => {
			const width = widths[column] ?? 0;
			const text = alignRight.includes(column) ? fitRight(value.text, width) : fit(value.text, width);
			// Padding at the end of a line only makes copied text ragged.
			return applyTone(column === row.length - 1 ? text.trimEnd() : text, value.tone, view);
		});
		return (' '.repeat(indent) + cells.join(' '.repeat(GAP))).trimEnd();
	});
}

/** Cleaned text broken at spaces to the width of the terminal; later lines stand under the first. */
export function paragraphLines(text: string, { view, indent = 0, tone = 'plain' }: { view: View; indent?: number; tone?: Tone }): string[] {
	const width = Math.max(20, Math.min(view.columns, 100) - indent);
	return wrapText(cleanLine(text), width).map((line) => ' '.repeat(indent) + applyTone(line, tone, view));
}

/** `label  text` where long text is broken under itself. */
export function labelledLines(
	label: string,
	text: string,
	{ view, indent = 2, labelWidth }: { view: View; indent?: number; labelWidth: number },
): string[] {
	const margin = indent + labelWidth + GAP;
	const [first = '', ...others] = paragraphLines(text, { view, indent: margin });
	return [
		`${' '.repeat(indent)}${applyTone(fit(cleanLine(label), labelWidth), 'dim', view)}${' '.repeat(GAP)}${first.slice(margin)}`,
		...others,
	];
}

/** Blocks with one empty line between them; empty blocks leave no gap. */
export function joinBlocks(blocks: readonly (readonly string[])[]): string {
	return blocks
		.filter((block) => block.length > 0)
		.map((block) => block.join('\n'))
		.join('\n\n');
}

/** Lines as the app shows them, whose texts are clean already, without spaces at the end. */
export function documentLines(lines: readonly Line[], view: View): string[] {
	return lines.map((line) =>
		line
			.map(({ text, tone }, index) => applyTone(index === line.length - 1 ? text.trimEnd() : text, tone, view))
			.join('')
			.trimEnd(),
	);
}

export function titleLine(text: string, view: View): string {
	return paint(text, 'strong', view);
}

function cleanCell(value: Cell): { readonly text: string; readonly tone: Tone } {
	return typeof value === 'string' ? { text: cleanLine(value), tone: 'plain' } : { text: cleanLine(value.text), tone: value.tone };
}

function columnWidths(
	rows: readonly (readonly { readonly text: string }[])[],
	available: number,
	flexible: number | undefined,
): readonly number[] {
	const count = Math.max(0, ...rows.map((row) => row.length));
	const widths = Array.from({ length: count }, (_, column) => Math.max(0, ...rows.map((row) => textWidth(row[column]?.text ?? ''))));
	if (flexible !== undefined && flexible < count) {
		const others = widths.reduce((sum, width, column) => (column === flexible ? sum : sum + width + GAP), 0);
		widths[flexible] = Math.min(widths[flexible] ?? 0, Math.max(NARROWEST_FLEXIBLE, available - others));
	}

	return widths;
}

function applyTone(text: string, tone: Tone, view: View): string {
	if (!view.hasColour || text === '') {
		return text;
	}

	const { color, bold, dimColor } = toneStyle(tone);
	const formats = [
		...(bold === true ? ['bold' as const] : []),
		...(dimColor === true ? ['dim' as const] : []),
		...(isColour(color) ? [color] : []),
	];
	return formats.length === 0 ? text : styleText(formats, text, { validateStream: false });
}

function isColour(name: string | undefined): name is 'cyan' | 'green' | 'yellow' | 'red' | 'blue' {
	return name === 'cyan' || name === 'green' || name === 'yellow' || name === 'red' || name === 'blue';
}
