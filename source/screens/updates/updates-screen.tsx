import { Box, Text } from 'ink';

import { cleanLine, plural } from '../../format.ts';
import { keyNames } from '../../key-bindings.ts';
import { layoutOf } from '../../layout.ts';
import { listOf, selectedIn } from '../../lists.ts';
import { filterText, isMovable, visibleUpdates } from '../../select.ts';
import type { State } from '../../state.ts';
import { screenAreas } from '../../views/index.ts';
import { DetailPane } from '../parts/detail-pane.tsx';
import { ListPane, listWidth } from '../parts/list-pane.tsx';
import { freshness, placeholderLines } from '../parts/placeholder.ts';
import { updateColumns, updateRow, updatesHeader } from './update-rows.ts';

/** What is behind, what an update would do about it, and what holds the rest back. */
export function UpdatesScreen({ state }: { readonly state: State }) {
	const layout = layoutOf(state.size);
	const { main, detail } = screenAreas(state);
	const plugins = visibleUpdates(state);
	const columns = updateColumns(plugins, state, listWidth(main));
	const list = listOf(state);
	const filter = filterText(state, 'updates');
	return (
		<Box flexDirection="column" height={layout.bodyRows}>
			{main.rows + (layout.isWide ? 0 : detail.rows) < layout.bodyRows ? <Summary state={state} /> : null}
			<Box flexDirection={layout.isWide ? 'row' : 'column'}>
				<ListPane
					title={filter === '' ? 'Updates' : `Updates matching "${cleanLine(filter)}"`}
					size={main}
					items={list.items}
					selected={selectedIn(state, list)}
					header={() => updatesHeader(columns)}
					rowAt={(index) => {
						const plugin = plugins[index];
						return plugin === undefined ? [] : updateRow(plugin, state, columns);
					}}
					fresh={freshness(state.outdated, state)}
					placeholder={(width) => placeholderLines({ loadable: state.outdated, key: keyNames(state) }, wordsOf(state, filter), width)}
				/>
				<DetailPane state={state} size={detail} title="Selected" />
			</Box>
		</Box>
	);
}

function wordsOf(state: State, filter: string) {
	if (filter !== '') {
		return { loading: '', empty: 'Nothing that is behind matches the filter.', next: `${keyNames(state)('back')} clears it.` };
	}

	const key = keyNames(state);
	const checked = state.outdated.value?.checkedCount ?? 0;
	return {
		loading: `Asking ${cleanLine(state.registry)} what is newer, and what holds it back ...`,
		empty: checked === 0 ? 'Nothing is installed, so nothing is behind.' : `Nothing is behind; ${plural(checked, 'plugin')} checked.`,
		next: checked === 0 ? `Press ${key('go-browse')} to browse the registry.` : `Press ${key('refresh')} to ask again.`,
	};
}

function Summary({ state }: { readonly state: State }) {
	const { value } = state.outdated;
	const movable = value?.plugins.filter((plugin) => isMovable(plugin)).length ?? 0;
	const held = (value?.plugins.length ?? 0) - movable;
	return (
		<Box paddingX={1} height={1}>
			<Text wrap="truncate">
				{value === null ? '' : plural(movable, 'update')}
				<Text dimColor>{value === null ? '' : `, ${held} held back of ${plural(value.checkedCount, 'plugin')}`}</Text>
				<Text color="cyan">{state.marked.length === 0 ? '' : `   ${state.marked.length} marked`}</Text>
				<Text color="red">
					{value === null || value.unsolvable.length === 0
						? ''
						: `   ! updating all finds no solution: ${cleanLine(value.unsolvable.join(' '))}`}
				</Text>
			</Text>
		</Box>
	);
}
