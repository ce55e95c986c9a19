import { Text } from 'ink';

import { insideOf } from '../../layout.ts';
import { fit } from '../../format.ts';
import { indexIn } from '../../lists.ts';
import type { Size } from '../../state.ts';
import type { Line } from '../../theme.ts';
import type { Pointed } from './click-areas.tsx';
import { DocumentView } from './document-view.tsx';
import { Pane } from './pane.tsx';
import { WindowedList } from './windowed-list.tsx';

type Props = {
	readonly title: string;
	readonly size: Size;
	readonly items: readonly string[];
	readonly selected: string | null;
	/** `width` leaves room for the mark of the selected row. */
	readonly rowAt: (index: number, width: number) => Line;
	readonly header?: (width: number) => string;
	/** Shown instead of the list when it has no items: loading, empty, failed. */
	readonly placeholder: (width: number) => readonly Line[];
	/** How old what is listed is, when that matters. */
	readonly fresh?: string;
	/** False where another pane has the keys. */
	readonly isFocused?: boolean;
	/** What a click on a row means, where it is not the only list. */
	readonly pointed?: (index: number) => Pointed;
};

/** The cells of a row in a list of this size: its border and the mark of the selected row take the rest. */
export function listWidth(size: Size): number {
	return insideOf(size).columns - 2;
}

/** A bordered list with its position in the border. */
export function ListPane({ title, size, items, selected, rowAt, header, placeholder, fresh = '', isFocused = true, pointed }: Props) {
	const { columns, rows } = insideOf(size);
	const width = listWidth(size);
	const selectedIndex = indexIn(items, selected);
	const headerRows = header === undefined || items.length === 0 ? 0 : 1;
	return (
		<Pane
			title={title}
			info={items.length === 0 ? '' : `${selectedIndex + 1} of ${items.length}`}
			alert={fresh}
			columns={size.columns}
			rows={size.rows}
			isFocused={isFocused}
		>
			{headerRows === 0 ? null : (
				<Text dimColor wrap="truncate">
					{fit(`  ${header?.(width) ?? ''}`, columns)}
				</Text>
			)}
			{items.length === 0 ? (
				<DocumentView lines={placeholder(columns)} scroll={0} rows={rows} width={columns} />
			) : (
				<WindowedList
					count={items.length}
					selectedIndex={selectedIndex}
					rows={rows - headerRows}
					width={columns}
					rowAt={(index) => rowAt(index, width)}
					{...(pointed === undefined ? {} : { pointed })}
				/>
			)}
		</Pane>
	);
}
