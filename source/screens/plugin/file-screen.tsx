import { cleanLine, formatBytes } from '../../format.ts';
import { insideOf, layoutOf } from '../../layout.ts';
import { fileOf } from '../../select.ts';
import type { Page, State } from '../../state.ts';
import { documentOf } from '../../views/index.ts';
import { DocumentView, scrollInfo } from '../parts/document-view.tsx';
import { pageFreshness } from '../parts/page-freshness.ts';
import { Pane } from '../parts/pane.tsx';

/** One file of a package, out of verified bytes. */
export function FileScreen({ state, page }: { readonly state: State; readonly page: Extract<Page, { readonly type: 'file' }> }) {
	const layout = layoutOf(state.size);
	const { columns, rows } = insideOf({ columns: layout.columns, rows: layout.bodyRows });
	const document = documentOf(state);
	const lines = document?.lines ?? [];
	const scroll = document === null ? 0 : (state.scrolls[document.id] ?? 0);
	const { value } = fileOf(state, page);
	const told = value === null ? '' : formatBytes(value.bytes);
	return (
		<Pane
			title={`${cleanLine(page.path)}  ${cleanLine(page.name)}${value === null ? '' : ` ${cleanLine(value.version)}`}`}
			info={[told, scrollInfo(lines.length, scroll, rows)].filter((text) => text !== '').join(', ')}
			alert={pageFreshness(state)}
			columns={layout.columns}
			rows={layout.bodyRows}
			isFocused
		>
			<DocumentView lines={lines} scroll={scroll} rows={rows} width={columns} />
		</Pane>
	);
}
