import { Box } from 'ink';

import { cleanLine } from '../format.ts';
import { keyNames } from '../key-bindings.ts';
import { layoutOf } from '../layout.ts';
import { listOf, selectedIn } from '../lists.ts';
import { auditedPlugin, filterProblems, filterText, installedPlugins, visibleTrust } from '../select.ts';
import type { State } from '../state.ts';
import { screenAreas } from '../views/index.ts';
import { trustHeader, trustRow } from './documents/explanation-document.ts';
import { DetailPane } from './parts/detail-pane.tsx';
import { LevelMix } from './parts/level-mix.tsx';
import { ListPane } from './parts/list-pane.tsx';
import { freshness, placeholderLines } from './parts/placeholder.ts';

/** How far each plugin is proven, least first, with the reasons beside it. Above it the levels of everything installed. */
export function TrustScreen({ state }: { readonly state: State }) {
	const layout = layoutOf(state.size);
	const { main, detail } = screenAreas(state);
	const plugins = visibleTrust(state);
	const list = listOf(state);
	const key = keyNames(state);
	const filter = filterText(state, 'trust');
	const title = 'Trust, least proven first';
	return (
		<Box flexDirection="column" height={layout.bodyRows}>
			{main.rows + (layout.isWide ? 0 : detail.rows) < layout.bodyRows ? (
				<Box paddingX={1} height={1}>
					<LevelMix plugins={state.trust.value?.packages ?? installedPlugins(state)} columns={layout.columns - 2} />
				</Box>
			) : null}
			<Box flexDirection={layout.isWide ? 'row' : 'column'}>
				<ListPane
					title={filter === '' ? title : `${title}, matching "${cleanLine(filter)}"`}
					size={main}
					items={list.items}
					selected={selectedIn(state, list)}
					header={trustHeader}
					fresh={freshOf(state)}
					rowAt={(index, width) => {
						const plugin = plugins[index];
						return plugin === undefined ? [] : trustRow(plugin, auditedPlugin(state, plugin.name), width);
					}}
					placeholder={(width) =>
						placeholderLines(
							{ loadable: state.installed, key: keyNames(state) },
							filter === ''
								? {
										loading: 'Reading the current generation ...',
										empty: 'Nothing is installed, so there is nothing to trust.',
										next: `Press ${key('go-browse')} to browse the registry, or ${key('trust-levels')} to read what the levels mean.`,
									}
								: {
										loading: '',
										empty: filterProblems(state, 'trust')[0] ?? 'No installed plugin matches the filter.',
										next: `${keyNames(state)('back')} clears it.`,
									},
							width,
						)
					}
				/>
				<DetailPane state={state} size={detail} title="Why" />
			</Box>
		</Box>
	);
}

/** Of the audit, as soon as there is or was one: it is what the columns come from. */
function freshOf(state: State): string {
	const { trust, installed } = state;
	return trust.value === null && trust.failure !== null && installed.value !== null
		? `audit: ${trust.failure.code}, ${keyNames(state)('refresh')} retries`
		: freshness(trust.value === null ? installed : trust, state);
}
