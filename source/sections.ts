/** The screens that number keys open, in that order. Small, since the skeleton of the screen is painted before anything else is loaded. */
export const SECTIONS = ['installed', 'browse', 'activity', 'history', 'trust', 'run'] as const;
export type Section = (typeof SECTIONS)[number];

export const SECTION_TITLES: Readonly<Record<Section, string>> = {
	installed: 'Installed',
	browse: 'Browse',
	activity: 'Activity',
	history: 'History',
	trust: 'Trust',
	run: 'Run',
};
