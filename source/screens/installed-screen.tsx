import { Box, Text } from 'ink';

import { cleanLine, formatBytes, plural, truncate } from '../format.ts';
import { shownQuery } from '../highlight.ts';
import { keyNames } from '../key-bindings.ts';
import { layoutOf } from '../layout.ts';
import { listOf, selectedIn } from '../lists.ts';
import { countUpdates, filterProblems, filterText, installedPlugins, visibleInstalled } from '../select.ts';
import type { State } from '../state.ts';
import { screenAreas } from '../views/index.ts';
import { DetailPane } from './parts/detail-pane.tsx';
import { LevelMix } from './parts/level-mix.tsx';
import { ListPane } from './parts/list-pane.tsx';
import { freshness, placeholderLines } from './parts/placeholder.ts';
import { installedHeader, installedRow } from './rows.ts';

const DASHBOARD_ROWS = 2;

/** What is installed, how far it is proven and what has an update. */
export function InstalledScreen({ state }: { readonly state: State }) {
	const layout = layoutOf(state.size);
	const { main, detail } = screenAreas(state);
	const plugins = visibleInstalled(state);
	const list = listOf(state);
	const filter = filterText(state, 'installed');
	return (
		<Box flexDirection="column" height={layout.bodyRows}>
			{main.rows + (layout.isWide ? 0 : detail.rows) < layout.bodyRows ? <Dashboard state={state} columns={layout.columns} /> : null}
			<Box flexDirection={layout.isWide ? 'row' : 'column'}>
				<ListPane
					title={filter === '' ? 'Installed' : `Installed matching "${cleanLine(filter)}"`}
					size={main}
					items={list.items}
					selected={selectedIn(state, list)}
					header={installedHeader}
					fresh={freshness(state.installed, state)}
					rowAt={(index, width) => {
						const plugin = plugins[index];
						return plugin === undefined ? [] : installedRow(plugin, width, shownQuery(filter));
					}}
					placeholder={(width) =>
						placeholderLines(
							{ loadable: state.installed, key: keyNames(state) },
							filter === ''
								? {
										loading: 'Reading the current generation ...',
										empty: 'Nothing is installed yet.',
										next: `Press ${keyNames(state)('find-new')} to search the registry for something to install.`,
									}
								: {
										loading: '',
										empty: filterProblems(state, 'installed')[0] ?? 'No installed plugin matches the filter.',
										next: `${keyNames(state)('back')} clears it.`,
									},
							width,
						)
					}
				/>
				<DetailPane state={state} size={detail} title="Selected" />
			</Box>
		</Box>
	);
}

function Dashboard({ state, columns }: { readonly state: State; readonly columns: number }) {
	const { value } = state.installed;
	const updates = countUpdates(state);
	const facts =
		value === null
			? ''
			: `${plural(value.plugins.length, 'plugin')}, ${plural(value.packageCount, 'package')}, ${formatBytes(value.storeBytes)}`;
	const registry = cleanLine(state.registry.replace(/^https?:\/\//, '').replace(/\/$/, ''));
	return (
		<Box flexDirection="column" height={DASHBOARD_ROWS} paddingX={1}>
			<Text wrap="truncate">
				{facts}
				<Text {...(updates > 0 ? { color: 'cyan', bold: true } : { dimColor: true })}>
					{value === null ? '' : `   ${updates === 0 ? 'no updates' : plural(updates, 'update')}`}
				</Text>
				<Text dimColor>{truncate(`   registry ${registry}`, Math.max(0, columns - facts.length - 20))}</Text>
			</Text>
			<LevelMix plugins={installedPlugins(state)} columns={columns - 2} />
		</Box>
	);
}
