import { Box, Text } from 'ink';

import { cleanLine, plural } from '../format.ts';
import { layoutOf } from '../layout.ts';
import { listOf, selectedIn } from '../lists.ts';
import { visibleHits } from '../select.ts';
import type { State } from '../state.ts';
import { lineText } from '../terminal/index.ts';
import { screenAreas } from '../views.ts';
import { DetailPane } from './parts/detail-pane.tsx';
import { ListPane } from './parts/list-pane.tsx';
import { freshness, placeholderLines } from './parts/placeholder.ts';
import { TextField } from './parts/text-field.tsx';
import { hitRow } from './rows.ts';

const SEARCH_LABEL = ' Search  ';

/** Search the registry; the results follow while typing. */
export function BrowseScreen({ state }: { readonly state: State }) {
	const layout = layoutOf(state.size);
	const { main, detail } = screenAreas(state);
	const hits = visibleHits(state);
	const list = listOf(state);
	const isBlank = lineText(state.searchLine).trim() === '';
	const isTyping = state.editing?.type === 'search';
	return (
		<Box flexDirection="column" height={layout.bodyRows}>
			<Box height={1}>
				<Text bold {...(isTyping ? { color: 'cyan' } : {})}>
					{SEARCH_LABEL}
				</Text>
				<TextField
					line={state.searchLine}
					placeholder={isTyping ? 'type a name, a keyword or what it should do' : 'press / to search'}
					width={Math.max(10, layout.columns - SEARCH_LABEL.length - 2)}
					isFocused={isTyping}
					column={SEARCH_LABEL.length}
					row={1}
				/>
			</Box>
			<Box height={1} paddingX={1}>
				<Summary state={state} />
			</Box>
			<Box height={main.rows}>
				<ListPane
					title="Results"
					size={main}
					items={list.items}
					selected={selectedIn(state, list)}
					rowAt={(index, width) => {
						const hit = hits[index];
						return hit === undefined ? [] : hitRow(hit, width);
					}}
					placeholder={(width) =>
						placeholderLines(
							state.search,
							{
								loading: `Searching ${state.registry} ...`,
								empty: isBlank ? 'Nothing to list yet.' : `Nothing matches "${cleanLine(lineText(state.searchLine))}".`,
								next: 'Press / and type what it should do, or exact names: eslint@9 prettier',
							},
							width,
						)
					}
				/>
				<DetailPane state={state} size={detail} title="Preview" />
			</Box>
		</Box>
	);
}

function Summary({ state }: { readonly state: State }) {
	const { value } = state.search;
	const fresh = freshness(state.search, state.now);
	const isLocal = value?.source === 'local-index';
	const notice = value?.notice ?? (isLocal ? 'This registry has no search: only packages seen before are found.' : null);
	return (
		<Text wrap="truncate">
			<Text dimColor>
				{value === null
					? ''
					: `${plural(value.total, 'match', 'matches')}${value.query === '' ? '' : ` for "${cleanLine(value.query)}"`}  `}
			</Text>
			<Text color="yellow">{notice === null ? '' : `! ${cleanLine(notice)}  `}</Text>
			<Text color="yellow">{fresh}</Text>
		</Text>
	);
}
