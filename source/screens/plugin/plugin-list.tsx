import { Box, Text } from 'ink';

import { cleanLine, fit, formatAge } from '../../format.ts';
import { indexIn, listOf, selectedIn } from '../../lists.ts';
import { infoOf, listedFiles, verifiedContents } from '../../select.ts';
import type { Page, State } from '../../state.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { containedHeader, containedRow, containedSummary } from '../documents/contents-document.ts';
import { WindowedList } from '../parts/windowed-list.tsx';

type Props = {
	readonly state: State;
	readonly page: Extract<Page, { readonly type: 'plugin' }>;
	readonly rows: number;
	readonly width: number;
};

const VERSIONS_HEADER = `${fit('VERSION', 20)}${fit('PUBLISHED', 18)}STATE`;

/** The tabs of a plugin that are lists: its versions, and its files. */
export function PluginList({ state, page, rows, width }: Props) {
	const list = listOf(state);
	const contents = page.tab === 'files' ? verifiedContents(state, page.name) : null;
	return (
		<Box flexDirection="column">
			{contents === null ? null : <Text wrap="truncate">{fit(`  ${containedSummary(contents, state.fileOrder)}`, width)}</Text>}
			<Text dimColor wrap="truncate">
				{fit(`  ${contents === null ? VERSIONS_HEADER : containedHeader(width - 2)}`, width)}
			</Text>
			<WindowedList
				count={list.items.length}
				selectedIndex={indexIn(list.items, selectedIn(state, list))}
				rows={rows - (contents === null ? 1 : 2)}
				width={width}
				rowAt={(index) =>
					contents !== null ? fileRowAt(state, page.name, { index, width: width - 2 }) : versionRowAt(state, page.name, index)
				}
			/>
		</Box>
	);
}

function fileRowAt(state: State, name: string, { index, width }: { readonly index: number; readonly width: number }): Line {
	const contents = verifiedContents(state, name);
	const file = listedFiles(state, name)[index];
	return contents === null || file === undefined ? [] : containedRow(file, contents, width);
}

function versionRowAt(state: State, name: string, index: number): Line {
	const { value } = infoOf(state, name);
	const entry = value?.versions[index];
	if (value === null || entry === undefined) {
		return [];
	}

	const tags = Object.entries(value.distTags).flatMap(([tag, version]) => (version === entry.version ? [cleanLine(tag)] : []));
	return [
		span(fit(cleanLine(entry.version), 20), 'strong'),
		span(fit(formatAge(entry.publishedAt, state.now), 18), 'dim'),
		span(fit(entry.version === value.installed ? '+ installed' : '', 13), 'good'),
		span(entry.deprecated ? '! deprecated  ' : '', 'bad'),
		span(tags.join(', '), 'accent'),
	];
}
