import { Box, Text } from 'ink';

import type { State } from '../../state.ts';
import { EMPTY_LINE } from '../../terminal/index.ts';
import { TextField } from './text-field.tsx';

type Props = { readonly state: State; readonly columns: number; readonly row: number };

const LABEL = ' / ';

/** Where a filter is typed, in place of the status line. */
export function FilterLine({ state, columns, row }: Props) {
	const list = state.editing?.type === 'filter' ? state.editing.list : '';
	return (
		<Box width={columns} height={1}>
			<Text bold color="cyan">
				{LABEL}
			</Text>
			<TextField
				line={state.filters[list] ?? EMPTY_LINE}
				placeholder="part of a name"
				width={Math.max(10, columns - LABEL.length - 1)}
				isFocused
				column={LABEL.length}
				row={row}
			/>
		</Box>
	);
}
