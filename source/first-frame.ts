import { fit, truncate } from './format.ts';
import { keyNames } from './key-bindings.ts';
import { layoutOf } from './layout.ts';
import { listOf } from './lists.ts';
import { installedHeader, installedRow } from './screens/rows.ts';
import { titleLabels } from './sections.ts';
import { filterText, visibleInstalled } from './select.ts';
import type { State } from './state.ts';
import { styledText } from './theme.ts';
import type { Line } from './theme.ts';
import { screenAreas } from './views/index.ts';

/**
 * The list of installed plugins where the app will draw it, as lines with styles: shown while the app itself is still being loaded, which
 * takes longer than finding out what is installed. Null where the app opens with something else.
 */
export function firstFrame(state: State, { hasStyles }: { readonly hasStyles: boolean }): readonly string[] | null {
	const layout = layoutOf(state.size);
	const plugins = visibleInstalled(state);
	if (state.section !== 'installed' || layout.isTooSmall || plugins.length === 0 || filterText(state, 'installed') !== '') {
		return null;
	}

	const { main, detail } = screenAreas(state);
	const width = main.columns - 6;
	const rows = plugins
		.slice(0, Math.max(0, main.rows - 3))
		.map((plugin, index) =>
			index === 0 ? selectedRow(installedRow(plugin, width), width + 2, hasStyles) : `  ${rowText(installedRow(plugin, width), hasStyles)}`,
		);
	const above = Array.from({ length: layout.bodyRows - main.rows - (layout.isWide ? 0 : detail.rows) }, () => '');
	const header = styled(fit(`  ${installedHeader(width)}`, width + 2), '2', hasStyles);
	return [titleBar(state), ...above, ...boxed([header, ...rows], main, `1 of ${listOf(state).items.length}`)];
}

function titleBar(state: State): string {
	const { columns } = state.size;
	const key = keyNames(state);
	const { brand, labels } = titleLabels({ columns, current: 'installed', right: '', badges: {}, keyOf: (section) => key(`go-${section}`) });
	return truncate(`${brand}${labels.map(({ text }) => text).join('')}`, columns);
}

function boxed(
	lines: readonly string[],
	{ columns, rows }: { readonly columns: number; readonly rows: number },
	info: string,
): readonly string[] {
	const line = '─'.repeat(Math.max(0, columns - 16 - info.length));
	const inside = Array.from({ length: rows - 2 }, (_, index) => lines[index] ?? '');
	return [`╭─ Installed ${line} ${info} ╮`, ...inside.map((text) => `│ ${text}`), `╰${'─'.repeat(columns - 2)}╯`];
}

function selectedRow(line: Line, width: number, hasStyles: boolean): string {
	return styled(fit(`> ${line.map(({ text }) => text).join('')}`, width), '1;7', hasStyles);
}

function rowText(line: Line, hasStyles: boolean): string {
	return hasStyles ? styledText(line) : line.map(({ text }) => text).join('');
}

function styled(text: string, style: string, hasStyles: boolean): string {
	return style === '' || !hasStyles ? text : `\u001B[${style}m${text}\u001B[m`;
}
