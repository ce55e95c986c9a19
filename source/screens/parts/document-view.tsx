import { Box } from 'ink';

import { textWidth } from '../../format.ts';
import type { Command } from '../../keys/binding.ts';
import type { Line } from '../../theme.ts';
import { useClickArea } from './click-areas.tsx';
import { LineRow } from './line-row.tsx';

type Props = { readonly lines: readonly Line[]; readonly scroll: number; readonly rows: number; readonly width: number };

/** Text that scrolls; only the visible lines are mounted. */
export function DocumentView({ lines, scroll, rows, width }: Props) {
	const first = Math.max(0, Math.min(scroll, lines.length - rows));
	const area = useClickArea((column, row) => {
		const command = commandAt(lines[first + row] ?? [], column);
		return command === null ? null : { type: 'command', command };
	});
	return (
		<Box ref={area} flexDirection="column" height={rows}>
			{lines.slice(first, first + rows).map((line, slot) => (
				// oxlint-disable-next-line react/no-array-index-key
				<LineRow key={slot} line={line} width={width} />
			))}
		</Box>
	);
}

function commandAt(line: Line, column: number): Command | null {
	let end = 0;
	for (const { text, command = null } of line) {
		end += textWidth(text);
		if (column < end) {
			return command;
		}
	}

	return null;
}

/** `12-30 of 80`, or nothing when everything is visible. */
export function scrollInfo(lineCount: number, scroll: number, rows: number): string {
	if (lineCount <= rows) {
		return '';
	}

	const first = Math.max(0, Math.min(scroll, lineCount - rows));
	return `${first + 1}-${Math.min(lineCount, first + rows)} of ${lineCount}`;
}
