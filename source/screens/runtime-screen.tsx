import { Box } from 'ink';

import { keyNames } from '../key-bindings.ts';
import { layoutOf } from '../layout.ts';
import { listOf, selectedIn } from '../lists.ts';
import { cleanLine, plural } from '../format.ts';
import { runtimeItems } from '../runtime-view.ts';
import type { Page, State } from '../state.ts';
import { span } from '../theme.ts';
import { screenAreas } from '../views/index.ts';
import { runtimeHeader, runtimeRow } from './documents/runtime-document.ts';
import { paragraph } from './documents/lines.ts';
import { DetailPane } from './parts/detail-pane.tsx';
import { ListPane } from './parts/list-pane.tsx';
import { freshness, placeholderLines } from './parts/placeholder.ts';

/** The plugins that run now, in this process and in others of the home, with the log of the selected one. */
export function RuntimeScreen({ state }: { readonly state: State }) {
	const layout = layoutOf(state.size);
	const { main, detail } = screenAreas(state);
	const items = runtimeItems(state.runtime.value);
	const list = listOf(state);
	return (
		<Box flexDirection={layout.isWide ? 'row' : 'column'} height={layout.bodyRows}>
			<ListPane
				title={titleOf(state)}
				fresh={state.runtime.status === 'failed' ? freshness(state.runtime, state) : ''}
				size={main}
				items={list.items}
				selected={selectedIn(state, list)}
				header={runtimeHeader}
				rowAt={(index, width) => {
					const item = items[index];
					return item === undefined ? [] : runtimeRow(item, { trail: state.runtime.value?.trails[item.key], now: state.now, width });
				}}
				placeholder={(width) =>
					placeholderLines(
						{ loadable: state.runtime, key: keyNames(state) },
						{
							loading: 'Asking the processes of this home what they run ...',
							empty: 'No plugin runs in this home.',
							next: `Keep some running in another terminal: plugward start PLUGIN... Or press ${keyNames(state)('runtime-start-here')}: those that say so in their package.json are started here and run as long as the app is open.`,
						},
						width,
					)
				}
			/>
			<DetailPane state={state} size={detail} title="Selected" />
		</Box>
	);
}

function titleOf(state: State): string {
	const cores = state.runtime.value?.cores ?? [];
	const count = cores.reduce((sum, { plugins }) => sum + plugins.filter(({ phase }) => phase !== 'stopped').length, 0);
	const [first] = cores;
	const where =
		cores.length > 1
			? ` in ${plural(cores.length, 'process', 'processes')}`
			: first === undefined || first.isOwn
				? ''
				: ` in process ${first.pid}, another plugward`;
	return cores.length === 0 ? 'Runtime' : `Runtime: ${plural(count, 'plugin')}${where}`;
}

/** The grants of one plugin that runs; each can be taken away. */
export function RuntimeGrantsScreen({
	state,
	page,
}: {
	readonly state: State;
	readonly page: Extract<Page, { readonly type: 'runtime-grants' }>;
}) {
	const layout = layoutOf(state.size);
	const list = listOf(state);
	return (
		<ListPane
			title={`Grants of ${cleanLine(page.plugin)}`}
			size={{ columns: layout.columns, rows: layout.bodyRows }}
			items={list.items}
			selected={selectedIn(state, list)}
			rowAt={(index) => [span(cleanLine(list.items[index] ?? ''))]}
			placeholder={(width) => paragraph('It has no grant, so that there is nothing to take away.', width)}
		/>
	);
}
