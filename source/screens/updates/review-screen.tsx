import { Box, Text } from 'ink';

import { cleanLine, textWidth } from '../../format.ts';
import { keyNames } from '../../key-bindings.ts';
import { layoutOf, reviewAreas } from '../../layout.ts';
import { insideOf } from '../../layout.ts';
import { listOf, selectedIn } from '../../lists.ts';
import { fileRow } from '../../review/difference-document.ts';
import { differenceOf, reviewOf } from '../../select.ts';
import { REVIEW_PANES } from '../../state.ts';
import type { Page, ReviewPane, Size, State } from '../../state.ts';
import { documentOf, reviewPaneDocument } from '../../views/index.ts';
import { failureDocument } from '../documents/failure-document.ts';
import { paragraph } from '../documents/lines.ts';
import { useClickArea } from '../parts/click-areas.tsx';
import { DocumentView, scrollInfo } from '../parts/document-view.tsx';
import { ListPane } from '../parts/list-pane.tsx';
import { pageFreshness } from '../parts/page-freshness.ts';
import { Pane } from '../parts/pane.tsx';

type ReviewPageOf<T extends Page['type']> = Extract<Page, { readonly type: T }>;
type Props = { readonly state: State; readonly page: ReviewPageOf<'review'> };

const PANE_TITLES: Readonly<Record<ReviewPane, string>> = { facts: 'Then and now', changelog: 'Changelog', files: 'Files' };

/** One update on one screen: rights, proof and size then and now, the changelog, and every file that differs. */
export function ReviewScreen({ state, page }: Props) {
	const layout = layoutOf(state.size);
	const areas = reviewAreas(state.size);
	if (areas.isTabbed) {
		return (
			<Box flexDirection="column" height={layout.bodyRows}>
				<Tabs state={state} page={page} />
				{page.pane === 'files' ? (
					<Files state={state} page={page} size={areas.files} />
				) : (
					<Document state={state} page={page} pane={page.pane} size={areas[page.pane]} />
				)}
			</Box>
		);
	}

	return (
		<Box height={layout.bodyRows}>
			<Document state={state} page={page} pane="facts" size={areas.facts} />
			<Box flexDirection="column">
				<Files state={state} page={page} size={areas.files} />
				<Document state={state} page={page} pane="changelog" size={areas.changelog} />
			</Box>
		</Box>
	);
}

function Tabs({ state, page }: Props) {
	const review = reviewOf(state, page).value;
	const counts = {
		facts: review?.widenings.length ?? 0,
		changelog: review?.changelog.sections.length ?? 0,
		files: review?.files.length ?? 0,
	};
	const name = ` ${cleanLine(page.name)} -> ${cleanLine(page.to)}  `;
	const labels = REVIEW_PANES.map((pane) => {
		const text = `${PANE_TITLES[pane]}${review === null || pane === 'facts' ? '' : ` (${counts[pane]})`}`;
		return { pane, text: page.pane === pane ? `[${text}]` : ` ${text} ` };
	});
	const area = useClickArea((column) => {
		const pane = labelAt(labels, column - textWidth(name));
		return pane === null ? null : { type: 'pane', pane };
	});
	return (
		<Box ref={area} width={layoutOf(state.size).columns} height={1}>
			<Text wrap="truncate">
				<Text>{name}</Text>
				{labels.map(({ pane, text }) => (
					<Text key={pane} {...(page.pane === pane ? { bold: true, color: 'cyan' } : { dimColor: true })}>
						{text}
					</Text>
				))}
			</Text>
		</Box>
	);
}

function labelAt(labels: readonly { readonly pane: ReviewPane; readonly text: string }[], column: number): ReviewPane | null {
	let end = 0;
	for (const { pane, text } of labels) {
		end += text.length;
		if (column >= 0 && column < end) {
			return pane;
		}
	}

	return null;
}

function Document({ state, page, pane, size }: Props & { readonly pane: 'facts' | 'changelog'; readonly size: Size }) {
	const { columns, rows } = insideOf(size);
	const { id, lines } = reviewPaneDocument(state, page, pane);
	const scroll = state.scrolls[id] ?? 0;
	const area = useClickArea(() => ({ type: 'pane', pane }));
	const subject = pane === 'facts' ? `: ${cleanLine(page.name)}` : '';
	return (
		<Box ref={area}>
			<Pane
				title={`${PANE_TITLES[pane]}${subject}`}
				info={scrollInfo(lines.length, scroll, rows)}
				columns={size.columns}
				rows={size.rows}
				alert={pane === 'facts' || reviewAreas(state.size).isTabbed ? pageFreshness(state) : ''}
				isFocused={page.pane === pane}
			>
				<DocumentView lines={lines} scroll={scroll} rows={rows} width={columns} />
			</Pane>
		</Box>
	);
}

function Files({ state, page, size }: Props & { readonly size: Size }) {
	const { value, failure } = reviewOf(state, page);
	const list = listOf(state);
	const area = useClickArea(() => ({ type: 'pane', pane: 'files' }));
	return (
		<Box ref={area}>
			<ListPane
				title={PANE_TITLES.files}
				size={size}
				items={list.items}
				selected={selectedIn(state, list)}
				fresh={reviewAreas(state.size).isTabbed ? pageFreshness(state) : ''}
				isFocused={page.pane === 'files'}
				pointed={(index) => ({ type: 'pane', pane: 'files', index })}
				rowAt={(index, width) => {
					const file = value?.files[index];
					return file === undefined ? [] : fileRow(file, width);
				}}
				placeholder={(width) =>
					value !== null
						? paragraph('No file differs.', width, { tone: 'dim' })
						: failure !== null
							? failureDocument(failure, width, keyNames(state)('refresh'))
							: paragraph('Fetching and comparing the files ...', width, { tone: 'dim' })
				}
			/>
		</Box>
	);
}

/** What differs in one file. */
export function ReviewFileScreen({ state, page }: { readonly state: State; readonly page: ReviewPageOf<'review-file'> }) {
	const layout = layoutOf(state.size);
	const { columns, rows } = insideOf({ columns: layout.columns, rows: layout.bodyRows });
	const document = documentOf(state);
	const lines = document?.lines ?? [];
	const scroll = document === null ? 0 : (state.scrolls[document.id] ?? 0);
	const hunks = differenceOf(state, page).value?.hunks.length ?? 0;
	const position = scrollInfo(lines.length, scroll, rows);
	return (
		<Pane
			title={`${cleanLine(page.path)}  ${cleanLine(page.name)} -> ${cleanLine(page.to)}`}
			info={[hunks === 0 ? '' : `${hunks} place${hunks === 1 ? '' : 's'}`, position].filter((text) => text !== '').join(', ')}
			alert={pageFreshness(state)}
			columns={layout.columns}
			rows={layout.bodyRows}
			isFocused
		>
			<DocumentView lines={lines} scroll={scroll} rows={rows} width={columns} />
		</Pane>
	);
}
