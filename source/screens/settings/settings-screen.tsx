import { Box } from 'ink';

import { cleanLine } from '../../format.ts';
import { keyNames } from '../../key-bindings.ts';
import { layoutOf } from '../../layout.ts';
import { listOf, selectedIn } from '../../lists.ts';
import { filterText, visibleSettings } from '../../select.ts';
import type { State } from '../../state.ts';
import { screenAreas } from '../../views/index.ts';
import { DetailPane } from '../parts/detail-pane.tsx';
import { ListPane } from '../parts/list-pane.tsx';
import { freshness, placeholderLines } from '../parts/placeholder.ts';
import { settingHeader, settingRow } from './setting-document.ts';

/** What is set once, which registries are asked, and where one is signed in. */
export function SettingsScreen({ state }: { readonly state: State }) {
	const layout = layoutOf(state.size);
	const { main, detail } = screenAreas(state);
	const items = visibleSettings(state);
	const list = listOf(state);
	const filter = filterText(state, 'settings');
	return (
		<Box flexDirection={layout.isWide ? 'row' : 'column'} height={layout.bodyRows}>
			<ListPane
				title={filter === '' ? 'Settings and registries' : `Settings matching "${cleanLine(filter)}"`}
				fresh={freshOf(state)}
				size={main}
				items={list.items}
				selected={selectedIn(state, list)}
				header={settingHeader}
				rowAt={(index, width) => {
					const item = items[index];
					return item === undefined ? [] : settingRow(item, width);
				}}
				placeholder={(width) =>
					placeholderLines(
						{ loadable: state.settings, key: keyNames(state) },
						filter === ''
							? { loading: 'Reading settings.json ...', empty: 'There is nothing to set.', next: '' }
							: { loading: '', empty: 'No setting matches the filter.', next: `${keyNames(state)('back')} clears it.` },
						width,
					)
				}
			/>
			<DetailPane state={state} size={detail} title="Setting" />
		</Box>
	);
}

function freshOf(state: State): string {
	const { settings, registries } = state;
	if (registries.status === 'loading') {
		return 'asking the registries ...';
	}

	return registries.value === null && registries.failure !== null
		? `registries: ${registries.failure.code}, ${keyNames(state)('refresh')} retries`
		: [freshness(settings, state), freshness(registries, state)].find((text) => text !== '') || '';
}
