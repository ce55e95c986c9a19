import { PALETTES } from './terminal/cells/dress.ts';

/** `auto` asks the terminal whether its ground is dark or light. */
export const THEMES = ['auto', ...PALETTES] as const;
export type Theme = (typeof THEMES)[number];

/** How the full-screen app looks; what it shows stays the same. */
export type Display = {
	readonly theme: Theme;
	/** Lines and signs of ASCII only. */
	readonly ascii: boolean;
	/** Ten frames a second at most, and nothing that only moves. */
	readonly lowBandwidth: boolean;
	/** Nothing that only moves. */
	readonly reducedMotion: boolean;
};

export const DEFAULT_DISPLAY: Display = { theme: 'auto', ascii: false, lowBandwidth: false, reducedMotion: false };
