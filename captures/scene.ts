import type { Colours } from './draw-screen.ts';

export type Shot = {
	/** Of the two files, without what tells them apart. */
	readonly name: string;
	readonly title: string;
	/** One sentence: what a reader sees there. */
	readonly caption: string;
	/** Lines that are read, of which a picture would tell nothing. */
	readonly isText?: boolean;
};

export type Step = {
	/** The registry goes away before the keys. */
	readonly isRegistryGone?: boolean;
	readonly keys?: string;
	/** What the screen shows once the keys have done what they do. */
	readonly until: string | RegExp;
	readonly shot?: Shot;
};

/** One time that the app is open. */
export type Scene = {
	readonly columns: number;
	readonly rows: number;
	/** Scripted commands before it is opened. */
	readonly before?: readonly (readonly string[])[];
	/** Behind the name of the program. */
	readonly words?: readonly string[];
	readonly colours?: Colours;
	/** Keys that leave the app, where Ctrl-C twice does not. */
	readonly leave?: string;
	/** A command that runs as long as the app is open. */
	readonly beside?: readonly string[];
	readonly steps: readonly Step[];
};

export const ENTER = '\r';
export const ESCAPE = '\u001B';
export const TAB = '\t';

/** As large as a window of a terminal usually is. */
export const USUAL = { columns: 112, rows: 32 } as const;

/** Filters the list to the one item with this text, and leaves the field; `until`: what its keys say then. */
export function find(text: string, until: string): readonly Step[] {
	return [
		{ keys: `/${text}`, until: '1 of 1' },
		{ keys: ENTER, until },
	];
}
