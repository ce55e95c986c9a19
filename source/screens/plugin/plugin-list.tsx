import { Box, Text } from 'ink';

import { cleanLine, fit, formatAge } from '../../format.ts';
import { indexIn, listOf, selectedIn } from '../../lists.ts';
import { infoOf, verifiedContents } from '../../select.ts';
import type { Page, State } from '../../state.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { containedHeader, containedRow } from '../documents/contents-document.ts';
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
	return (
		<Box flexDirection="column">
			<Text dimColor wrap="truncate">
				{fit(`  ${page.tab === 'files' ? containedHeader(width - 2) : VERSIONS_HEADER}`, width)}
			</Text>
			<WindowedList
				count={list.items.length}
				selectedIndex={indexIn(list.items, selectedIn(state, list))}
				rows={rows - 1}
				width={width}
				rowAt={(index) =>
					page.tab === 'files' ? fileRowAt(state, page.name, { index, width: width - 2 }) : versionRowAt(state, page.name, index)
				}
			/>
		</Box>
	);
}

function fileRowAt(state: State, name: string, { index, width }: { readonly index: number; readonly width: number }): Line {
	const contents = verifiedContents(state, name);
	const file = contents?.files[index];
	return contents === null || file === undefined ? [] : containedRow(file, { width, total: contents.unpackedBytes });
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
