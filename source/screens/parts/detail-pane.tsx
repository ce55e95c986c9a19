import { Box } from 'ink';

import { keyNames } from '../../key-bindings.ts';
import { insideOf } from '../../layout.ts';
import type { Size, State } from '../../state.ts';
import { detailOf } from '../../views/index.ts';
import { useClickArea } from './click-areas.tsx';
import { DocumentView, scrollInfo } from './document-view.tsx';
import { Pane } from './pane.tsx';
import { useSettled } from './use-settled.ts';

/** Everything about the selected item of the list beside it. */
export function DetailPane({ state, size, title }: { readonly state: State; readonly size: Size; readonly title: string }) {
	const detail = useSettled(detailOf(state));
	const { columns, rows } = insideOf(size);
	const area = useClickArea(() => ({ type: 'detail' }));
	if (detail === null || size.rows < 3) {
		return null;
	}

	const scroll = state.scrolls[detail.id] ?? 0;
	const key = keyNames(state);
	const info = scrollInfo(detail.lines.length, scroll, rows);
	return (
		<Box ref={area}>
			<Pane
				title={title}
				info={info === '' ? '' : `${info}, ${key('detail-down')} ${key('detail-up')}`}
				columns={size.columns}
				rows={size.rows}
			>
				<DocumentView lines={detail.lines} scroll={scroll} rows={rows} width={columns} />
			</Pane>
		</Box>
	);
}
