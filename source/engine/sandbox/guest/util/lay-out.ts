export type Layout = {
	readonly breakLength: number;
	readonly compact: number | boolean;
	colors: boolean;
	readonly maxArrayLength: number;
	/** Columns to the left of what is written now. */
	indentation: number;
	/** Of the object that was entered last. */
	level: number;
};

export type Enclosed = {
	/** What stands before the opening bracket. */
	readonly head: string;
	readonly open: string;
	readonly close: string;
	readonly parts: readonly string[];
	readonly level: number;
	/** Set for lists, whose items may stand in columns. */
	readonly items: ArrayLike<unknown> | null;
};

const SEPARATOR = 2;
const MOST_COLUMNS = 15;
// oxlint-disable-next-line no-control-regex -- colours begin with one.
const COLOUR = /\u001B\[\d+m/g;

/** Brackets and parts, on one line when they fit and hold few levels, in columns when they are many, else one below the other. */
export function layOut(layout: Layout, enclosed: Enclosed): string {
	const { head, open, close, parts, level, items } = enclosed;
	const before = head === '' ? '' : `${head} `;
	if (layout.compact === true) {
		return layOutTightly(layout, enclosed);
	}

	const entries = typeof layout.compact === 'number' && items !== null && parts.length > 6 ? inColumns(layout, parts, items) : parts;
	const isShallow = typeof layout.compact === 'number' && layout.compact >= 1 && layout.level - level < layout.compact;
	if (isShallow && entries.length === parts.length) {
		const start = parts.length + layout.indentation + open.length + head.length + 10;
		const line = parts.join(', ');
		if (fits(layout, { parts, start, head }) && !line.includes('\n')) {
			return `${before}${open} ${line} ${close}`;
		}
	}

	const newLine = `\n${' '.repeat(layout.indentation)}`;
	return `${before}${open}${newLine}  ${entries.join(`,${newLine}  `)}${newLine}${close}`;
}

function layOutTightly(layout: Layout, { head, open, close, parts }: Enclosed): string {
	const after = head === '' ? '' : ` ${head}`;
	if (fits(layout, { parts, start: 0, head })) {
		return `${open}${after} ${parts.join(', ')} ${close}`;
	}

	const margin = ' '.repeat(layout.indentation);
	const line = head === '' && open.length === 1 ? ' ' : `${after}\n${margin}  `;
	return `${open}${line}${parts.join(`,\n${margin}  `)} ${close}`;
}

function fits(
	{ breakLength, colors }: Layout,
	{ parts, start, head }: { readonly parts: readonly string[]; readonly start: number; readonly head: string },
): boolean {
	const text = parts.reduce((sum, part) => sum + (colors ? part.replace(COLOUR, '').length : part.length), 0);
	return parts.length + start + Math.max(text, parts.length) <= breakLength && !head.includes('\n');
}

function inColumns(layout: Layout, parts: readonly string[], items: ArrayLike<unknown>): readonly string[] {
	const hasRest = layout.maxArrayLength < parts.length;
	const cells = hasRest ? parts.slice(0, -1) : parts;
	const widths = cells.map((cell) => widthOf(cell, layout));
	const widest = Math.max(...widths) + SEPARATOR;
	const total = widths.reduce((sum, width) => sum + width + SEPARATOR, 0);
	if (widest * 3 + layout.indentation >= layout.breakLength || (total / widest <= 5 && widest - SEPARATOR > 6)) {
		return parts;
	}

	// As a block that is about two and a half times as high as wide, measured by cells narrower than the widest.
	const usual = Math.max(widest - 3 - Math.sqrt(widest - total / parts.length), 1);
	const columns = Math.min(
		Math.round(Math.sqrt(2.5 * usual * cells.length) / usual),
		Math.floor((layout.breakLength - layout.indentation) / widest),
		Number(layout.compact) * 4,
		MOST_COLUMNS,
	);
	if (columns <= 1) {
		return parts;
	}

	const columnWidths = Array.from({ length: columns }, (_, column) =>
		widths.reduce((most, width, index) => (index % columns === column ? Math.max(most, width) : most), 0),
	);
	const isRight = cells.every((_, index) => typeof items[index] === 'number' || typeof items[index] === 'bigint');
	const rows: string[] = [];
	for (let start = 0; start < cells.length; start += columns) {
		const row = cells.slice(start, start + columns);
		rows.push(
			row
				.map((cell, column) => {
					const isLast = column === row.length - 1;
					const text = isLast ? cell : `${cell}, `;
					const padding = ' '.repeat(Math.max(0, (columnWidths[column] ?? 0) - (widths[start + column] ?? 0)));
					return isRight ? padding + text : isLast ? text : text + padding;
				})
				.join(''),
		);
	}

	return hasRest ? [...rows, parts.at(-1) ?? ''] : rows;
}

/** Terminal columns: wide characters take two. */
function widthOf(text: string, { colors }: Layout): number {
	const plain = (colors ? text.replace(COLOUR, '') : text).normalize('NFC');
	let width = 0;
	for (const character of plain) {
		width += WIDE.test(character) ? 2 : ZERO.test(character) ? 0 : 1;
	}

	return width;
}

const WIDE =
	/[\u1100-\u115F\u2329\u232A\u2E80-\u3247\u3250-\u4DBF\u4E00-\uA4C6\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6B\uFF01-\uFF60\uFFE0-\uFFE6\u{1B000}-\u{1B001}\u{1F200}-\u{1F251}\u{1F300}-\u{1F64F}\u{1F900}-\u{1F9FF}\u{20000}-\u{3FFFD}]/u;
const ZERO = /[\p{Cc}\p{Mn}\p{Me}\u200B-\u200F]/u;
