import { Box } from 'ink';

import type { Line } from '../../theme.ts';
import { LineRow } from './line-row.tsx';

type Props = { readonly lines: readonly Line[]; readonly scroll: number; readonly rows: number; readonly width: number };

/** Text that scrolls; only the visible lines are mounted. */
export function DocumentView({ lines, scroll, rows, width }: Props) {
	const first = Math.max(0, Math.min(scroll, lines.length - rows));
	return (
		<Box flexDirection="column" height={rows}>
			{lines.slice(first, first + rows).map((line, slot) => (
				// oxlint-disable-next-line react/no-array-index-key
				<LineRow key={slot} line={line} width={width} />
			))}
		</Box>
	);
}

/** `12-30 of 80`, or nothing when everything is visible. */
export function scrollInfo(lineCount: number, scroll: number, rows: number): string {
	if (lineCount <= rows) {
		return '';
	}

	const first = Math.max(0, Math.min(scroll, lineCount - rows));
	return `${first + 1}-${Math.min(lineCount, first + rows)} of ${lineCount}`;
}
