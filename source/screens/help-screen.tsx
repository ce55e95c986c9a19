import { insideOf, layoutOf } from '../layout.ts';
import type { State } from '../state.ts';
import { documentOf } from '../views/index.ts';
import { DocumentView, scrollInfo } from './parts/document-view.tsx';
import { Pane } from './parts/pane.tsx';

/** All keys, from the same table that dispatches them. */
export function HelpScreen({ state }: { readonly state: State }) {
	const layout = layoutOf(state.size);
	const inside = insideOf({ columns: layout.columns, rows: layout.bodyRows });
	const lines = documentOf(state)?.lines ?? [];
	const scroll = state.scrolls['help'] ?? 0;
	return (
		<Pane
			title={`Keys (plugward ${state.version})`}
			info={scrollInfo(lines.length, scroll, inside.rows)}
			columns={layout.columns}
			rows={layout.bodyRows}
			isFocused
		>
			<DocumentView lines={lines} scroll={scroll} rows={inside.rows} width={inside.columns} />
		</Pane>
	);
}
