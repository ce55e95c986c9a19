import { Box, Text } from 'ink';

import { cleanLine, plural } from '../format.ts';
import { completionsOf } from '../complete-line.ts';
import { shownQuery } from '../highlight.ts';
import { keyNames } from '../key-bindings.ts';
import { layoutOf } from '../layout.ts';
import { listOf, selectedIn } from '../lists.ts';
import { visibleHits } from '../select.ts';
import type { State } from '../state.ts';
import { lineText } from '../terminal/index.ts';
import { screenAreas } from '../views/index.ts';
import { useClickArea } from './parts/click-areas.tsx';
import { DetailPane } from './parts/detail-pane.tsx';
import { ListPane } from './parts/list-pane.tsx';
import { freshness, placeholderLines } from './parts/placeholder.ts';
import { TextField } from './parts/text-field.tsx';
import { hitHeader, hitRow, tellsLevels } from './hit-row.ts';

const SEARCH_LABEL = ' Search  ';

/** Search the registry; the results follow while typing. */
export function BrowseScreen({ state }: { readonly state: State }) {
	const layout = layoutOf(state.size);
	const { main, detail } = screenAreas(state);
	const hits = visibleHits(state);
	const list = listOf(state);
	const key = keyNames(state);
	const isBlank = lineText(state.searchLine).trim() === '';
	const isTyping = state.editing?.type === 'search';
	// Of what is listed, which may lag behind what is typed.
	const field = useClickArea(() => (isTyping ? null : { type: 'command', command: 'search' }));
	const query = shownQuery(state.search.value?.query ?? '');
	const listing = { query, sort: query.sort ?? 'relevance', now: state.now, hasLevels: tellsLevels(hits) };
	return (
		<Box flexDirection="column" height={layout.bodyRows}>
			<Box ref={field} height={1} width={layout.columns}>
				<Text bold {...(isTyping ? { color: 'cyan' } : {})}>
					{SEARCH_LABEL}
				</Text>
				<TextField
					line={state.searchLine}
					placeholder={isTyping ? 'a name, what it should do, permission:!net, updated:<30d ...' : `press ${key('search')} to search`}
					width={Math.max(10, layout.columns - SEARCH_LABEL.length - 2)}
					isFocused={isTyping}
					column={SEARCH_LABEL.length}
					row={1}
				/>
			</Box>
			<Box height={1} paddingX={1}>
				<Summary state={state} />
			</Box>
			<Box flexDirection={layout.isWide ? 'row' : 'column'}>
				<ListPane
					title="Results"
					size={main}
					items={list.items}
					selected={selectedIn(state, list)}
					rowAt={(index, width) => {
						const hit = hits[index];
						return hit === undefined ? [] : hitRow(hit, { ...listing, width });
					}}
					header={(width) => hitHeader({ ...listing, width })}
					fresh={freshness(state.search, state)}
					placeholder={(width) =>
						placeholderLines(
							{ loadable: state.search, key: keyNames(state) },
							{
								loading: `Searching ${state.registry} ...`,
								empty: isBlank ? 'Nothing to list yet.' : `Nothing matches "${cleanLine(lineText(state.searchLine))}".`,
								next: `Press ${key('search')} and type what it should do, or exact names: eslint@9 prettier`,
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

/** What was found, what a facet that is being typed could become, and what is wrong with the query or with where it was asked. */
function Summary({ state }: { readonly state: State }) {
	const { value } = state.search;
	const candidates = completionsOf(state);
	const notice = value?.problems[0] ?? value?.notice ?? null;
	const about = value === null || value.query === '' ? '' : ` for "${cleanLine(value.query)}"`;
	return (
		<Text wrap="truncate">
			<Text dimColor>{value === null ? '' : `${plural(value.total, 'match', 'matches')}${about}  `}</Text>
			{candidates.length === 0 ? null : <Completions candidates={candidates} name={keyNames(state)('complete', 'editing')} />}
			<Text color="yellow">{notice === null ? '' : `! ${cleanLine(notice)}  `}</Text>
		</Text>
	);
}

function Completions({ candidates, name }: { readonly candidates: readonly string[]; readonly name: string }) {
	return (
		<Text>
			<Text bold color="cyan">
				{name}
			</Text>
			{`  ${candidates.join('  ')}  `}
		</Text>
	);
}
