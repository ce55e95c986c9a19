import { Box, Text } from 'ink';

import { cleanLine, plural } from '../../format.ts';
import { keyNames } from '../../key-bindings.ts';
import { layoutOf } from '../../layout.ts';
import { listOf, selectedIn } from '../../lists.ts';
import { filterText, visibleChecks } from '../../select.ts';
import type { State } from '../../state.ts';
import { screenAreas } from '../../views/index.ts';
import { DetailPane } from '../parts/detail-pane.tsx';
import { ListPane } from '../parts/list-pane.tsx';
import { freshness, placeholderLines } from '../parts/placeholder.ts';
import { checkHeader, checkRow } from './check-document.ts';

/** Everything plugward depends on: what was found, and what to do about it. */
export function DoctorScreen({ state }: { readonly state: State }) {
	const layout = layoutOf(state.size);
	const { main, detail } = screenAreas(state);
	const checks = visibleChecks(state);
	const list = listOf(state);
	const filter = filterText(state, 'doctor');
	return (
		<Box flexDirection="column" height={layout.bodyRows}>
			{main.rows + (layout.isWide ? 0 : detail.rows) < layout.bodyRows ? <Summary state={state} /> : null}
			<Box flexDirection={layout.isWide ? 'row' : 'column'}>
				<ListPane
					title={filter === '' ? 'Doctor' : `Doctor matching "${cleanLine(filter)}"`}
					size={main}
					items={list.items}
					selected={selectedIn(state, list)}
					header={checkHeader}
					rowAt={(index, width) => {
						const check = checks[index];
						return check === undefined ? [] : checkRow(check, width);
					}}
					fresh={freshness(state.doctor, state)}
					placeholder={(width) =>
						placeholderLines(
							{ loadable: state.doctor, key: keyNames(state) },
							filter === ''
								? {
										loading: 'Looking at the machine, the home and the registry ...',
										empty: 'Nothing was looked at.',
										next: `Press ${keyNames(state)('refresh')} to look.`,
									}
								: { loading: '', empty: 'No check matches the filter.', next: `${keyNames(state)('back')} clears it.` },
							width,
						)
					}
				/>
				<DetailPane state={state} size={detail} title="Check" />
			</Box>
		</Box>
	);
}

function Summary({ state }: { readonly state: State }) {
	const { value } = state.doctor;
	const troubles = value?.checks.filter(({ state: found }) => found !== 'ok').length ?? 0;
	return (
		<Box paddingX={1} height={1}>
			<Text wrap="truncate">
				<Text {...(troubles === 0 ? { color: 'green' } : { color: 'yellow' })}>
					{value === null ? '' : troubles === 0 ? '+ Everything is in order' : `! ${plural(troubles, 'thing')} to look at`}
				</Text>
				<Text dimColor>{value === null ? '' : `   ${plural(value.checks.length, 'check')}`}</Text>
			</Text>
		</Box>
	);
}
