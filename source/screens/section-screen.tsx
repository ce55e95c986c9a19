import { Box } from 'ink';

import { cleanLine } from '../format.ts';
import { keyNames } from '../key-bindings.ts';
import type { KeyName } from '../key-bindings.ts';
import { layoutOf } from '../layout.ts';
import { listOf, selectedIn } from '../lists.ts';
import { filterText, visibleHistory, visibleRunnables } from '../select.ts';
import type { State } from '../state.ts';
import { timeline, timelineLegend } from '../pictures/timeline.ts';
import type { Line } from '../theme.ts';
import { screenAreas } from '../views/index.ts';
import { BLANK, paragraph } from './documents/lines.ts';
import { DetailPane } from './parts/detail-pane.tsx';
import { LineRow } from './parts/line-row.tsx';
import { ListPane, listWidth } from './parts/list-pane.tsx';
import { freshness, placeholderLines } from './parts/placeholder.ts';
import { generationColumns, generationHeader, generationRow } from './generation-rows.ts';
import { operationHeader, operationRow, runnableHeader, runnableRow } from './rows.ts';

type Props = { readonly state: State };

/** A list, and beside or below it the details of the selected item. */
function ListAndDetail({
	state,
	title,
	detailTitle,
	header,
	rowAt,
	placeholder,
	fresh = '',
	above = [],
}: Props & {
	readonly fresh?: string;
	readonly title: string;
	readonly detailTitle: string;
	readonly header: (width: number) => string;
	readonly rowAt: (index: number, width: number) => Line;
	readonly placeholder: (width: number) => readonly Line[];
	/** Shown where the screen has room for it: as many lines as its section's header has rows. */
	readonly above?: readonly Line[];
}) {
	const layout = layoutOf(state.size);
	const { main, detail } = screenAreas(state);
	const list = listOf(state);
	const used = layout.isWide ? main.rows : main.rows + detail.rows;
	const filter = filterText(state, state.section);
	return (
		<Box flexDirection="column">
			{used < layout.bodyRows
				? above.map((line, index) => (
						<Box key={index} paddingX={1} height={1}>
							<LineRow line={line} width={layout.columns - 2} />
						</Box>
					))
				: null}
			<Box flexDirection={layout.isWide ? 'row' : 'column'}>
				<ListPane
					title={filter === '' ? title : `${title} matching "${cleanLine(filter)}"`}
					size={main}
					items={list.items}
					selected={selectedIn(state, list)}
					rowAt={rowAt}
					header={header}
					fresh={fresh}
					placeholder={filter === '' || isLoading(state) ? placeholder : (width) => noMatch(width, keyNames(state))}
				/>
				<DetailPane state={state} size={detail} title={detailTitle} />
			</Box>
		</Box>
	);
}

/** With a filter an empty list says nothing about what there is. */
function noMatch(width: number, key: KeyName): readonly Line[] {
	return [
		BLANK,
		...paragraph('Nothing here matches the filter.', width),
		...paragraph(`${key('back')} clears it.`, width, { tone: 'dim' }),
	];
}

function isLoading({ section, history, installed }: State): boolean {
	return (section === 'history' ? history : installed).value === null;
}

/** Every operation since the app started, running ones first. */
export function ActivityScreen({ state }: Props) {
	return (
		<ListAndDetail
			state={state}
			title="Activity"
			detailTitle="Selected"
			header={operationHeader}
			rowAt={(index, width) => {
				const operation = state.operations[index];
				return operation === undefined ? [] : operationRow(operation, state.now, width);
			}}
			placeholder={(width) =>
				placeholderLines(
					{ loadable: { status: 'ready', value: [], loadedAt: null, failure: null }, key: keyNames(state) },
					{
						loading: '',
						empty: 'Nothing has run since plugward started.',
						next: 'Installing, updating, verifying and running show up here, with their steps.',
					},
					width,
				)
			}
		/>
	);
}

/** Every generation, newest first; each can become current again. */
export function HistoryScreen({ state }: Props) {
	const generations = visibleHistory(state);
	const columns = generationColumns(generations, state.now, listWidth(screenAreas(state).main));
	return (
		<ListAndDetail
			state={state}
			title="History"
			fresh={freshness(state.history, state)}
			above={[
				timeline(state.history.value ?? [], { width: layoutOf(state.size).columns - 2, now: state.now }),
				timelineLegend(state.history.value ?? [], state.now),
			]}
			detailTitle="Generation"
			header={() => generationHeader(columns)}
			rowAt={(index) => {
				const generation = generations[index];
				return generation === undefined ? [] : generationRow(generation, state.now, columns);
			}}
			placeholder={(width) =>
				placeholderLines(
					{ loadable: state.history, key: keyNames(state) },
					{
						loading: 'Reading the generations ...',
						empty: 'There is no generation yet.',
						next: 'The first installation makes generation 1; every change keeps the one before.',
					},
					width,
				)
			}
		/>
	);
}

/** What can be run: tasks of plugins first, then functions of plain packages. */
export function RunScreen({ state }: Props) {
	const runnables = visibleRunnables(state);
	return (
		<ListAndDetail
			state={state}
			title="Run a task"
			fresh={freshness(state.installed, state)}
			detailTitle="What runs"
			header={runnableHeader}
			rowAt={(index, width) => {
				const runnable = runnables[index];
				return runnable === undefined ? [] : runnableRow(runnable, width);
			}}
			placeholder={(width) =>
				placeholderLines(
					{ loadable: state.installed, key: keyNames(state) },
					{
						loading: 'Reading the current generation ...',
						empty: 'Nothing is installed that could run.',
						next: `Press ${keyNames(state)('go-browse')} to browse the registry.`,
					},
					width,
				)
			}
		/>
	);
}
