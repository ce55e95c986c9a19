/**
 * The screens that number keys open, in the order of the title bar. Each keeps its key, whichever others there are. Small, since the
 * skeleton of the screen is painted before anything else is loaded.
 */
export const SECTION_LIST = [
	{ section: 'installed', key: '1', title: 'Installed', short: 'Inst', help: 'Installed' },
	{ section: 'browse', key: '2', title: 'Browse', short: 'Browse', help: 'Browse the registry' },
	{ section: 'updates', key: '3', title: 'Updates', short: 'Upd', help: 'Updates: what is behind, and why' },
	{ section: 'activity', key: '4', title: 'Activity', short: 'Act', help: 'Activity: what runs and what ran' },
	{ section: 'history', key: '5', title: 'History', short: 'Hist', help: 'History of generations' },
	{ section: 'trust', key: '6', title: 'Trust', short: 'Trust', help: 'Trust: what is proven about each plugin' },
	{ section: 'run', key: '7', title: 'Run', short: 'Run', help: 'Run a task' },
	{ section: 'runtime', key: '8', title: 'Runtime', short: 'Runtime', help: 'Runtime: plugins that run now' },
	{ section: 'doctor', key: '9', title: 'Doctor', short: 'Doc', help: 'Doctor: the machine, the home and the registry' },
	{ section: 'settings', key: '0', title: 'Settings', short: 'Set', help: 'Settings, registries and sign-in' },
] as const;

export type Section = (typeof SECTION_LIST)[number]['section'];

export const SECTIONS: readonly Section[] = SECTION_LIST.map(({ section }) => section);

export type TitleLabel = { readonly section: Section; readonly text: string };

type TitleRequest = {
	readonly columns: number;
	/** Null before the app knows it. */
	readonly current: Section | null;
	/** Stands at the right end. */
	readonly right: string;
	/** What to say about a section after its name, where there is room. */
	readonly badges: Readonly<Partial<Record<Section, string>>>;
	/** Of the user's own; left out for the usual ones. */
	readonly keyOf?: (section: Section) => string;
};

const BRAND = ' plugward ';

/** The title bar: long names and wide spaces where all of them fit beside `right`, short names on a narrow screen, else numbers alone. */
export function titleLabels(request: TitleRequest): { readonly brand: string; readonly labels: readonly TitleLabel[] } {
	const { columns, current, right, badges, keyOf } = request;
	const sections = keyOf === undefined ? SECTION_LIST : SECTION_LIST.map((one) => ({ ...one, key: keyOf(one.section) }));
	const room = columns - (right === '' ? 0 : right.length + 2);
	const named = sections.map(({ section, key, title }) => ({ section, text: `${key} ${title}${badges[section] ?? ''}` }));
	const short = sections.map(({ section, key, short: name }) => ({ section, text: `${key} ${name}` }));
	const numbers = sections.map(({ section, key, short: name }) => ({ section, text: section === current ? `${key} ${name}` : key }));
	const forms = [
		{ brand: BRAND, labels: wideSpaced(named, current) },
		{ brand: '', labels: wideSpaced(named, current) },
		{ brand: '', labels: closeSpaced(named, current) },
		{ brand: '', labels: closeSpaced(short, current) },
	];
	return forms.find((form) => widthOf(form) <= room) ?? { brand: '', labels: closeSpaced(numbers, current) };
}

/** Brackets take the place of spaces, so that nothing moves when another section becomes the current one. */
function wideSpaced(labels: readonly TitleLabel[], current: Section | null): readonly TitleLabel[] {
	return labels.map(({ section, text }) => ({ section, text: section === current ? `[${text}]` : ` ${text} ` }));
}

function closeSpaced(labels: readonly TitleLabel[], current: Section | null): readonly TitleLabel[] {
	return labels.map(({ section, text }, index) => {
		const space = index > 0 && labels[index - 1]?.section === current ? '' : ' ';
		return { section, text: section === current ? `[${text}]` : `${space}${text}` };
	});
}

function widthOf({ brand, labels }: { readonly brand: string; readonly labels: readonly TitleLabel[] }): number {
	return labels.reduce((sum, { text }) => sum + text.length, brand.length);
}
