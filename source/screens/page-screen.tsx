import { insideOf, layoutOf } from '../layout.ts';
import type { State } from '../state.ts';
import { documentOf } from '../views/index.ts';
import { DocumentView, scrollInfo } from './parts/document-view.tsx';
import { pageFreshness } from './parts/page-freshness.ts';
import { Pane } from './parts/pane.tsx';

/** A document that fills the screen. */
export function PageScreen({ state, title }: { readonly state: State; readonly title: string }) {
	const layout = layoutOf(state.size);
	const inside = insideOf({ columns: layout.columns, rows: layout.bodyRows });
	const document = documentOf(state);
	const lines = document?.lines ?? [];
	const scroll = document === null ? 0 : (state.scrolls[document.id] ?? 0);
	return (
		<Pane
			title={title}
			alert={pageFreshness(state)}
			info={scrollInfo(lines.length, scroll, inside.rows)}
			columns={layout.columns}
			rows={layout.bodyRows}
			isFocused
		>
			<DocumentView lines={lines} scroll={scroll} rows={inside.rows} width={inside.columns} />
		</Pane>
	);
}
