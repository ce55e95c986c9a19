import { PALETTES } from './terminal/cells/dress.ts';
import type { OwnColours } from './terminal/cells/dress.ts';

/** `auto` asks the terminal whether its ground is dark or light. */
export const THEMES = ['auto', ...PALETTES] as const;
export type Theme = (typeof THEMES)[number];

/** How the full-screen app looks; what it shows stays the same. */
export type Display = {
	readonly theme: Theme;
	/** Colours of the user's own, over those of the theme. */
	readonly colours: OwnColours;
	/** Nothing but ASCII is written: lines, signs and text. */
	readonly ascii: boolean;
	/** Ten frames a second at most, and nothing that only moves. */
	readonly lowBandwidth: boolean;
	/** Nothing that only moves. */
	readonly reducedMotion: boolean;
	/** Clicks and the wheel go to the app instead of the terminal's own selection. */
	readonly mouse: boolean;
	/** Nothing is drawn: what changes is told in lines, and lines are typed. */
	readonly screenReader: boolean;
};

export const DEFAULT_DISPLAY: Display = {
	theme: 'auto',
	colours: {},
	ascii: false,
	lowBandwidth: false,
	reducedMotion: false,
	mouse: false,
	screenReader: false,
};
