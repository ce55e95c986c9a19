import { Box } from 'ink';
import { useState } from 'react';

import type { Line } from '../../theme.ts';
import { useClickArea, type Pointed } from './click-areas.tsx';
import { LineRow } from './line-row.tsx';

type Props = {
	readonly count: number;
	readonly selectedIndex: number;
	readonly rows: number;
	readonly width: number;
	/** Called for visible rows only. */
	readonly rowAt: (index: number) => Line;
	readonly pointed?: (index: number) => Pointed;
};

/** Mounts only the rows on screen; ten thousand items cost as much as twenty. */
export function WindowedList({ count, selectedIndex, rows, width, rowAt, pointed = rowPointed }: Props) {
	const [offset, setOffset] = useState(0);
	const next = nextOffset({ offset, selectedIndex, count, rows });
	if (next !== offset) {
		setOffset(next);
	}

	const visible = Math.max(0, Math.min(rows, count - next));
	const area = useClickArea((_, row) => (row < visible ? pointed(next + row) : null));
	return (
		<Box ref={area} flexDirection="column" height={rows}>
			{Array.from({ length: visible }, (_, slot) => (
				// Keyed by place on the screen: scrolling changes texts instead of moving nodes.
				// oxlint-disable-next-line react/no-array-index-key
				<LineRow key={slot} line={rowAt(next + slot)} width={width} isSelected={next + slot === selectedIndex} />
			))}
		</Box>
	);
}

function rowPointed(index: number): Pointed {
	return { type: 'row', index };
}

/** First visible index: unchanged while the selection is visible, else half a page further, so that scrolling redraws rarely. */
export function nextOffset(options: {
	readonly offset: number;
	readonly selectedIndex: number;
	readonly count: number;
	readonly rows: number;
}): number {
	const { offset, selectedIndex, count, rows } = options;
	const last = Math.max(0, count - rows);
	const current = Math.min(offset, last);
	if (selectedIndex >= current && selectedIndex < current + rows) {
		return current;
	}

	const half = Math.floor(rows / 2);
	const wanted = selectedIndex < current ? selectedIndex - half : selectedIndex - half + 1;
	return Math.max(0, Math.min(last, wanted));
}
