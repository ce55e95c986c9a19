import { render } from 'ink';
import type { Instance } from 'ink';

import { createActions } from './actions/index.ts';
import type { Host } from './actions/index.ts';
import type { Engine } from './engine/index.ts';
import { App } from './app.tsx';
import type { InkControls } from './app.tsx';
import { ClickContext, createClickAreas } from './screens/parts/click-areas.tsx';
import { StylesContext } from './screens/parts/line-row.tsx';
import { StillContext } from './screens/parts/spinner.tsx';
import type { SettingsDoor } from './setting-entries.ts';
import type { State } from './state.ts';
import { createStore } from './store.ts';
import type { KeySource, MouseReport, ScreenWriter } from './terminal/index.ts';

export type MountedApp = {
	readonly state: () => State;
	/** Settles when the app is left; rejects with what a component threw. */
	readonly waitUntilExit: () => Promise<unknown>;
	readonly unmount: () => void;
	readonly stop: () => void;
	readonly finishAlone: () => Promise<void>;
};

/**
 * Everything that needs React and Ink. It is a module of its own because both read the environment while they are loaded, and because
 * a bundle gives lazily imported packages other names than their own.
 */
export function mountApp(options: {
	readonly engine: Engine;
	/** What is drawn first. Its store is made here, so that whoever draws and whoever changes the state share what they remember of it. */
	readonly state: State;
	readonly settings: SettingsDoor;
	readonly host: Host;
	readonly onMount: (ink: InkControls) => void;
	readonly stdin: KeySource;
	readonly stdout: ScreenWriter;
	/** Fires when the app is left. */
	readonly signal: AbortSignal;
	readonly hasStyles: boolean;
	/** Nothing that only moves is shown. */
	readonly isStill: boolean;
}): MountedApp {
	const { engine, signal } = options;
	const store = createStore(options.state);
	const actions = createActions({ engine, store, settings: options.settings, now: Date.now, signal }, options.host);
	const areas = createClickAreas();
	// Columns and rows of the terminal count from 1.
	options.stdin.on('mouse', (report: MouseReport) => actions.mouse(report, areas.at(report.column - 1, report.row - 1)));
	const instance: Instance = render(
		<StillContext value={options.isStill}>
			<StylesContext value={options.hasStyles}>
				<ClickContext value={areas}>
					<App store={store} actions={actions} onMount={options.onMount} />
				</ClickContext>
			</StylesContext>
		</StillContext>,
		{
			stdin: options.stdin,
			stdout: options.stdout,
			alternateScreen: true,
			incrementalRendering: false,
			interactive: true,
			exitOnCtrlC: false,
			patchConsole: false,
			// The store already holds changes back to one per frame; a second brake would only delay the last one.
			maxFps: 250,
		},
	);
	actions.start();
	const { waitUntilExit, unmount } = instance;
	return { state: store.getState, waitUntilExit, unmount, stop: actions.stop, finishAlone: actions.finishAlone };
}

export type MountApp = typeof mountApp;
