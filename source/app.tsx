import { Box, Text, useApp, useInput, usePaste, useWindowSize } from 'ink';
import { useEffect, useState, useSyncExternalStore } from 'react';

import type { Actions } from './actions/index.ts';
import { equivalentOf } from './equivalent-command.ts';
import { cleanLine } from './format.ts';
import { keyNames } from './key-bindings.ts';
import { layoutOf, SMALLEST } from './layout.ts';
import { BrowseScreen } from './screens/browse-screen.tsx';
import { ConflictScreen } from './screens/conflict-screen.tsx';
import { titleOf } from './actions/request-words.ts';
import { DoctorScreen } from './screens/doctor/doctor-screen.tsx';
import { HelpScreen } from './screens/help-screen.tsx';
import { InstalledScreen } from './screens/installed-screen.tsx';
import { OperationScreen } from './screens/operation-screen.tsx';
import { CursorContext, KeepCursor, createCursorHolder } from './screens/parts/cursor-place.tsx';
import { FileScreen } from './screens/plugin/file-screen.tsx';
import { FilterLine } from './screens/parts/filter-line.tsx';
import { Footer } from './screens/parts/footer.tsx';
import { StatusLine } from './screens/parts/status-line.tsx';
import { TitleBar } from './screens/parts/title-bar.tsx';
import { PaletteScreen } from './screens/palette-screen.tsx';
import { PlanScreen } from './screens/plan-screen.tsx';
import { PluginScreen } from './screens/plugin/plugin-screen.tsx';
import { RunFormScreen } from './screens/run-form-screen.tsx';
import { PageScreen } from './screens/page-screen.tsx';
import { runtimeCommandText } from './runtime-view.ts';
import { RuntimeGrantsScreen, RuntimeScreen } from './screens/runtime-screen.tsx';
import { ActivityScreen, HistoryScreen, RunScreen } from './screens/section-screen.tsx';
import { SettingsScreen } from './screens/settings/settings-screen.tsx';
import { TrustScreen } from './screens/trust-screen.tsx';
import { ReviewFileScreen, ReviewScreen } from './screens/updates/review-screen.tsx';
import { UpdatesScreen } from './screens/updates/updates-screen.tsx';
import { trustTitle } from './trust-forms.ts';
import { countUpdates, isWelcome, topPage } from './select.ts';
import type { Page, State } from './state.ts';
import type { Store } from './store.ts';
import { keyName } from './terminal/index.ts';

/** What only Ink can do with the terminal. */
export type InkControls = {
	readonly exit: () => void;
	readonly suspendTerminal: (callback: () => void | Promise<void>) => Promise<void>;
};

type Props = {
	readonly store: Store;
	readonly actions: Actions;
	/** Hands the terminal's owner what only Ink can do. */
	readonly onMount: (ink: InkControls) => void;
};

/** The whole screen. Keys go to the actions, the state comes from the store; nothing here decides anything. */
export function App({ store, actions, onMount }: Props) {
	const state = useSyncExternalStore(store.subscribe, store.getState);
	const [cursor] = useState(createCursorHolder);
	const { exit, suspendTerminal } = useApp();
	const { columns, rows } = useWindowSize();
	useEffect(() => {
		onMount({ exit, suspendTerminal });
	}, [onMount, exit, suspendTerminal]);
	useEffect(() => {
		store.dispatch({ type: 'resized', size: { columns, rows } });
	}, [store, columns, rows]);
	useInput((input, key) => {
		const name = keyName(input, key);
		if (name !== null) {
			actions.key(name);
		}
	});
	usePaste((text) => {
		actions.paste(text);
	});

	// Whoever has a focused field writes the place again while it is drawn.
	cursor.set(null);
	return (
		<CursorContext value={cursor}>
			<Frame state={state} />
			<KeepCursor key={JSON.stringify(state.editing)} />
		</CursorContext>
	);
}

function Frame({ state }: { readonly state: State }) {
	const key = keyNames(state);
	const layout = layoutOf(state.size);
	if (layout.isTooSmall) {
		return (
			<Box flexDirection="column" height={layout.frameRows} width={layout.columns}>
				<Text wrap="truncate">{`Too small: ${layout.columns}x${state.size.rows}, at least ${SMALLEST.columns}x${SMALLEST.rows}`}</Text>
				<Text wrap="truncate" dimColor>
					{`Make the window larger, or ${key('quit')} quits`}
				</Text>
			</Box>
		);
	}

	return (
		<Box flexDirection="column" width={layout.columns} height={layout.frameRows}>
			<TitleBar
				section={state.section}
				columns={layout.columns}
				profile={state.profile}
				generation={state.installed.value?.generation ?? null}
				updates={countUpdates(state)}
				keyOf={(section) => key(`go-${section}`)}
			/>
			<Screen state={state} />
			{state.editing?.type === 'filter' ? (
				<FilterLine state={state} columns={layout.columns} row={layout.frameRows - 2} />
			) : (
				<StatusLine state={state} columns={layout.columns} equivalent={equivalentOf(state)} />
			)}
			<Footer state={state} columns={layout.columns} />
		</Box>
	);
}

// One case for each kind of page.
// oxlint-disable-next-line complexity
function Screen({ state }: { readonly state: State }) {
	const page = topPage(state);
	if (page === null) {
		return <SectionScreen state={state} />;
	}

	if (isTextPage(page)) {
		return <PageScreen state={state} title={pageTitle(page)} />;
	}

	switch (page.type) {
		case 'plugin':
			return <PluginScreen state={state} page={page} />;
		case 'file':
			return <FileScreen state={state} page={page} />;
		case 'plan':
			return <PlanScreen state={state} page={page} />;
		case 'operation':
			return <OperationScreen state={state} page={page} />;
		case 'conflict':
			return <ConflictScreen state={state} page={page} />;
		case 'form':
			return <RunFormScreen state={state} page={page} />;
		case 'palette':
			return <PaletteScreen state={state} page={page} />;
		case 'review':
			return <ReviewScreen state={state} page={page} />;
		case 'review-file':
			return <ReviewFileScreen state={state} page={page} />;
		case 'runtime-grants':
			return <RuntimeGrantsScreen state={state} page={page} />;
		case 'help':
			return <HelpScreen state={state} />;
	}
}

const WELCOME = 'Welcome to plugward';

type TextPage = Extract<
	Page,
	{ readonly type: 'trust-why' | 'trust-raw' | 'ask' | 'keys' | 'levels' | 'welcome' | 'confirm' | 'runtime-confirm' }
>;

function isTextPage(page: Page): page is TextPage {
	return ['trust-why', 'trust-raw', 'ask', 'keys', 'levels', 'welcome', 'confirm', 'runtime-confirm'].includes(page.type);
}

function pageTitle(page: TextPage): string {
	switch (page.type) {
		case 'trust-why':
			return `Why: ${cleanLine(page.name)}`;
		case 'trust-raw':
			return `What was signed: ${cleanLine(page.name)}`;
		case 'ask':
			return titleOf(page.request);
		case 'keys':
			return 'Every key';
		case 'levels':
			return 'What the levels mean';
		case 'welcome':
			return WELCOME;
		case 'confirm':
			return trustTitle(page.act);
		case 'runtime-confirm':
			return `plugward ${cleanLine(runtimeCommandText(page.act))}`;
	}
}

function SectionScreen({ state }: { readonly state: State }) {
	switch (state.section) {
		case 'installed':
			return isWelcome(state) ? <PageScreen state={state} title={WELCOME} /> : <InstalledScreen state={state} />;
		case 'browse':
			return <BrowseScreen state={state} />;
		case 'updates':
			return <UpdatesScreen state={state} />;
		case 'activity':
			return <ActivityScreen state={state} />;
		case 'history':
			return <HistoryScreen state={state} />;
		case 'trust':
			return <TrustScreen state={state} />;
		case 'doctor':
			return <DoctorScreen state={state} />;
		case 'settings':
			return <SettingsScreen state={state} />;
		case 'run':
			return <RunScreen state={state} />;
		case 'runtime':
			return <RuntimeScreen state={state} />;
	}
}
