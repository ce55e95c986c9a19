import type { Engine } from '../engine/index.ts';
import type { Display } from '../display.ts';
import type { SettingsDoor } from '../setting-entries.ts';
import type { Store } from '../store.ts';
import type { HandedText, Reader } from '../terminal/index.ts';
import type { Loading } from './loading.ts';
import type { Operations } from './operations.ts';
import type { RuntimeWatch } from './runtime-watch.ts';

/** What every action works with. */
export type ActionContext = {
	readonly engine: Engine;
	readonly store: Store;
	readonly settings: SettingsDoor;
	readonly now: () => number;
	/** Fires when the app is left: everything that still waits ends. */
	readonly signal: AbortSignal;
};

/** What only the terminal's owner can do. */
export type Host = {
	readonly leave: (exitCode: number) => void;
	readonly suspend: () => void;
	readonly repaint: () => void;
	/** Takes on another theme, or signs of ASCII only. */
	readonly dress: (display: Display) => void;
	/** Gives the terminal to the user's editor or pager until it ends. Resolves to a sentence when that did not work, else to null. */
	readonly handOver: (reader: Reader, text: HandedText) => Promise<string | null>;
	/** Puts text on the user's clipboard through the terminal. */
	readonly copy: (text: string) => void;
};

/** What a command works with. */
export type CommandParts = {
	readonly context: ActionContext;
	readonly store: Store;
	readonly host: Host;
	readonly loading: Loading;
	readonly operations: Operations;
	readonly runtime: RuntimeWatch;
};
