import { Box, Text } from 'ink';

import { cleanLine, plural } from '../../format.ts';
import { keyNames } from '../../key-bindings.ts';
import { insideOf, layoutOf } from '../../layout.ts';
import { infoOf, verifiedContents } from '../../select.ts';
import { PLUGIN_TABS } from '../../state.ts';
import type { Page, PluginTab, State } from '../../state.ts';
import { documentOf } from '../../views/index.ts';
import { useClickArea } from '../parts/click-areas.tsx';
import { DocumentView, scrollInfo } from '../parts/document-view.tsx';
import { pageFreshness } from '../parts/page-freshness.ts';
import { Pane } from '../parts/pane.tsx';
import { PluginList } from './plugin-list.tsx';

const TAB_TITLES: Readonly<Record<PluginTab, string>> = {
	overview: 'Overview',
	readme: 'Readme',
	versions: 'Versions',
	permissions: 'Permissions',
	provenance: 'Provenance',
	dependencies: 'Dependencies',
	files: 'Files',
	stats: 'Stats',
};

type Props = { readonly state: State; readonly page: Extract<Page, { readonly type: 'plugin' }> };

/** Everything about one plugin, in tabs. */
export function PluginScreen({ state, page }: Props) {
	const layout = layoutOf(state.size);
	const size = { columns: layout.columns, rows: layout.bodyRows };
	const inside = insideOf(size);
	const info = infoOf(state, page.name);
	const document = documentOf(state);
	const scroll = document === null ? 0 : (state.scrolls[document.id] ?? 0);
	return (
		<Pane
			title={titleOf(state, page)}
			info={positionOf(state, page)}
			alert={pageFreshness(state)}
			columns={size.columns}
			rows={size.rows}
			isFocused
		>
			<Tabs selected={page.tab} width={inside.columns} name={keyNames(state)('next-tab')} />
			<Text> </Text>
			{info.value === null && info.failure === null ? (
				<Text dimColor>{`Reading what ${state.registry} says about ${cleanLine(page.name)} ...`}</Text>
			) : document === null ? (
				<PluginList state={state} page={page} rows={inside.rows - 2} width={inside.columns} />
			) : (
				<DocumentView lines={document.lines} scroll={scroll} rows={inside.rows - 2} width={inside.columns} />
			)}
		</Pane>
	);
}

function titleOf(state: State, { name }: Props['page']): string {
	const { value } = infoOf(state, name);
	return value === null ? cleanLine(name) : `${cleanLine(value.name)} ${cleanLine(value.version)}`;
}

/** Where in it one is. */
function positionOf(state: State, page: Props['page']): string {
	const info = infoOf(state, page.name);
	const document = documentOf(state);
	if (info.value === null) {
		return '';
	}

	if (document !== null) {
		const { rows } = insideOf({ columns: 0, rows: layoutOf(state.size).bodyRows });
		return scrollInfo(document.lines.length, state.scrolls[document.id] ?? 0, rows - 2);
	}

	const contents = verifiedContents(state, page.name);
	return page.tab === 'files' && contents !== null
		? `${plural(contents.files.length, 'file')} of ${cleanLine(contents.version)}`
		: plural(info.value.versions.length, 'version');
}

/** All tabs by name where they fit; else the current one, its number and the next. */
function Tabs({ selected, width, name }: { readonly selected: PluginTab; readonly width: number; readonly name: string }) {
	const wide = PLUGIN_TABS.reduce((sum, tab) => sum + TAB_TITLES[tab].length + 2, 0);
	const index = PLUGIN_TABS.indexOf(selected);
	const next = PLUGIN_TABS[(index + 1) % PLUGIN_TABS.length] ?? 'overview';
	// Between two names one space is enough where there is no room for two.
	const isWide = wide <= width;
	const isAlone = !isWide && wide - PLUGIN_TABS.length + 1 > width;
	const labels = PLUGIN_TABS.map((tab, place) => {
		const gap = isWide || place === 0 ? '' : ' ';
		return tab === selected ? `${gap}[${TAB_TITLES[tab]}]` : isWide ? ` ${TAB_TITLES[tab]} ` : `${gap}${TAB_TITLES[tab]}`;
	});
	const area = useClickArea((column) => {
		const tab = isAlone ? next : tabAt(column, labels);
		return tab === null ? null : { type: 'tab', tab };
	});
	return (
		<Box ref={area}>
			<Text wrap="truncate">
				{isAlone ? (
					<>
						<Text bold color="cyan">{`[${TAB_TITLES[selected]}]`}</Text>
						<Text dimColor>{`  ${index + 1} of ${PLUGIN_TABS.length}, ${name}: ${TAB_TITLES[next]}`}</Text>
					</>
				) : (
					PLUGIN_TABS.map((tab, place) =>
						tab === selected ? (
							<Text key={tab} bold color="cyan">
								{labels[place]}
							</Text>
						) : (
							<Text key={tab} dimColor>
								{labels[place]}
							</Text>
						),
					)
				)}
			</Text>
		</Box>
	);
}

function tabAt(column: number, labels: readonly string[]): PluginTab | null {
	let end = 0;
	for (const [place, tab] of PLUGIN_TABS.entries()) {
		end += (labels[place] ?? '').length;
		if (column < end) {
			return tab;
		}
	}

	return null;
}
