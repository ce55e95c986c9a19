import { Box, Text } from 'ink';

import { completionsOf } from '../../complete-line.ts';
import { truncate } from '../../format.ts';
import { keyNames } from '../../key-bindings.ts';
import { filterProblems } from '../../select.ts';
import type { State } from '../../state.ts';
import { EMPTY_LINE } from '../../terminal/index.ts';
import { TextField } from './text-field.tsx';

type Props = { readonly state: State; readonly columns: number; readonly row: number };

const LABEL = ' / ';

/** Where a filter is typed, in place of the status line. */
export function FilterLine({ state, columns, row }: Props) {
	const list = state.editing?.type === 'filter' ? state.editing.list : '';
	const candidates = completionsOf(state);
	const [problem] = filterProblems(state, list);
	const hint =
		candidates.length > 0
			? `${keyNames(state)('complete', 'editing')}  ${candidates.join('  ')}`
			: problem === undefined
				? ''
				: `! ${problem}`;
	const room = Math.max(10, columns - LABEL.length - 1);
	const width = hint === '' ? room : Math.min(room, Math.max(20, Math.floor(room * 0.4)));
	return (
		<Box width={columns} height={1}>
			<Text bold color="cyan">
				{LABEL}
			</Text>
			<TextField
				line={state.filters[list] ?? EMPTY_LINE}
				placeholder="part of a name, permission:net, trust:known ..."
				width={width}
				isFocused
				column={LABEL.length}
				row={row}
			/>
			<Text wrap="truncate" {...(candidates.length > 0 ? { dimColor: true } : { color: 'yellow' })}>
				{truncate(hint, room - width)}
			</Text>
		</Box>
	);
}
