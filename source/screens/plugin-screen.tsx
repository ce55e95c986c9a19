import { Text } from 'ink';

import { cleanLine, fit, formatAge } from '../format.ts';
import { insideOf, layoutOf } from '../layout.ts';
import { indexIn, listOf, selectedIn } from '../lists.ts';
import { infoOf } from '../select.ts';
import { PLUGIN_TABS } from '../state.ts';
import type { Page, PluginTab, State } from '../state.ts';
import { span } from '../theme.ts';
import type { Line } from '../theme.ts';
import { documentOf } from '../views.ts';
import { DocumentView, scrollInfo } from './parts/document-view.tsx';
import { Pane } from './parts/pane.tsx';
import { freshness } from './parts/placeholder.ts';
import { WindowedList } from './parts/windowed-list.tsx';

const TAB_TITLES: Readonly<Record<PluginTab, string>> = {
	overview: 'Overview',
	versions: 'Versions',
	permissions: 'Permissions',
	provenance: 'Provenance',
	dependencies: 'Dependencies',
	readme: 'Readme',
};

/** Everything about one plugin, in tabs. */
export function PluginScreen({ state, page }: { readonly state: State; readonly page: Extract<Page, { readonly type: 'plugin' }> }) {
	const layout = layoutOf(state.size);
	const size = { columns: layout.columns, rows: layout.bodyRows };
	const inside = insideOf(size);
	const info = infoOf(state, page.name);
	const document = documentOf(state);
	const scroll = document === null ? 0 : (state.scrolls[document.id] ?? 0);
	const title = info.value === null ? cleanLine(page.name) : `${cleanLine(info.value.name)} ${cleanLine(info.value.version)}`;
	const position = document === null ? freshness(info, state.now) : scrollInfo(document.lines.length, scroll, inside.rows - 2);
	return (
		<Pane title={title} info={position} columns={size.columns} rows={size.rows} isFocused>
			<Tabs selected={page.tab} />
			<Text> </Text>
			{info.value === null && info.failure === null ? (
				<Text dimColor>{`Reading what ${state.registry} says about ${cleanLine(page.name)} ...`}</Text>
			) : document === null ? (
				<Versions state={state} rows={inside.rows - 2} width={inside.columns} />
			) : (
				<DocumentView lines={document.lines} scroll={scroll} rows={inside.rows - 2} width={inside.columns} />
			)}
		</Pane>
	);
}

function Tabs({ selected }: { readonly selected: PluginTab }) {
	return (
		<Text wrap="truncate">
			{PLUGIN_TABS.map((tab) =>
				tab === selected ? (
					<Text key={tab} bold color="cyan">{`[${TAB_TITLES[tab]}]`}</Text>
				) : (
					<Text key={tab} dimColor>{` ${TAB_TITLES[tab]} `}</Text>
				),
			)}
		</Text>
	);
}

function Versions({ state, rows, width }: { readonly state: State; readonly rows: number; readonly width: number }) {
	const list = listOf(state);
	const page = state.pages.at(-1);
	const info = page?.type === 'plugin' ? infoOf(state, page.name).value : null;
	const selected = selectedIn(state, list);
	return (
		<WindowedList
			count={list.items.length}
			selectedIndex={indexIn(list.items, selected)}
			rows={rows}
			width={width}
			rowAt={(index) => {
				const entry = info?.versions[index];
				return entry === undefined || info === null ? [] : versionRow(entry, { info, now: state.now });
			}}
		/>
	);
}

function versionRow(
	entry: { readonly version: string; readonly publishedAt: string | null; readonly deprecated: boolean },
	options: {
		readonly info: { readonly installed: string | null; readonly distTags: Readonly<Record<string, string>> };
		readonly now: number;
	},
): Line {
	const tags = Object.entries(options.info.distTags).flatMap(([tag, version]) => (version === entry.version ? [cleanLine(tag)] : []));
	return [
		span(fit(cleanLine(entry.version), 20), 'strong'),
		span(fit(formatAge(entry.publishedAt, options.now), 18), 'dim'),
		span(fit(entry.version === options.info.installed ? '+ installed' : '', 13), 'good'),
		span(entry.deprecated ? '! deprecated  ' : '', 'bad'),
		span(tags.join(', '), 'accent'),
	];
}
