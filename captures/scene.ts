import type { Colours } from './draw-screen.ts';

export type Shot = {
	/** Of the two files, without what tells them apart. */
	readonly name: string;
	readonly title: string;
	/** One sentence: what a reader sees there. */
	readonly caption: string;
};

export type Step = {
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
	readonly steps: readonly Step[];
};

export const ENTER = '\r';
export const ESCAPE = '\u001B';
export const TAB = '\t';
