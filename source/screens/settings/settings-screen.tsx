import { Box } from 'ink';

import { cleanLine } from '../../format.ts';
import { layoutOf } from '../../layout.ts';
import { listOf, selectedIn } from '../../lists.ts';
import { filterText, visibleSettings } from '../../select.ts';
import type { State } from '../../state.ts';
import { screenAreas } from '../../views.ts';
import { DetailPane } from '../parts/detail-pane.tsx';
import { ListPane } from '../parts/list-pane.tsx';
import { placeholderLines } from '../parts/placeholder.ts';
import { settingRow } from './setting-document.ts';

/** What is set once, which registries are asked, and where one is signed in. */
export function SettingsScreen({ state }: { readonly state: State }) {
	const layout = layoutOf(state.size);
	const { main, detail } = screenAreas(state);
	const items = visibleSettings(state);
	const list = listOf(state);
	const filter = filterText(state, 'settings');
	const failed = state.registries.value === null ? state.registries.failure : null;
	return (
		<Box flexDirection={layout.isWide ? 'row' : 'column'} height={layout.bodyRows}>
			<ListPane
				title={titleOf(filter, { isAsking: state.registries.status === 'loading', problem: failed?.message ?? null })}
				size={main}
				items={list.items}
				selected={selectedIn(state, list)}
				rowAt={(index, width) => {
					const item = items[index];
					return item === undefined ? [] : settingRow(item, width);
				}}
				placeholder={(width) =>
					placeholderLines(
						state.settings,
						filter === ''
							? { loading: 'Reading settings.json ...', empty: 'There is nothing to set.', next: '' }
							: { loading: '', empty: 'No setting matches the filter.', next: 'Esc clears it.' },
						width,
					)
				}
			/>
			<DetailPane state={state} size={detail} title="Setting" />
		</Box>
	);
}

function titleOf(filter: string, registries: { readonly isAsking: boolean; readonly problem: string | null }): string {
	const rest = registries.isAsking
		? ' (asking the registries ...)'
		: registries.problem === null
			? ''
			: ` (! ${cleanLine(registries.problem)})`;
	return `${filter === '' ? 'Settings and registries' : `Settings matching "${cleanLine(filter)}"`}${rest}`;
}
