import { LEVELS } from '../evidence.ts';
import { PERMISSION_KINDS } from '../permission.ts';
import { nearestOf } from './edit-distance.ts';
import { type DateSpan, parseDateSpan } from './date-span.ts';
import { INSTALLED_MARKS } from './searched-package.ts';

export const SEARCH_SORTS = ['relevance', 'name', 'updated', 'downloads', 'trust'] as const;
export type SearchSort = (typeof SEARCH_SORTS)[number];

/** One condition on a package. `values` are alternatives, in lower case. */
export type Filter = { readonly isNegated: boolean } & (
	| { readonly facet: 'trust' | 'permission' | 'license' | 'keyword' | 'author' | 'scope' | 'is'; readonly values: readonly string[] }
	| { readonly facet: 'updated'; readonly span: DateSpan }
	| { readonly facet: 'downloads'; readonly least: number; readonly most: number }
);

export type FacetName = Filter['facet'] | 'sort';

export type Facet = {
	readonly name: FacetName;
	readonly aliases: readonly string[];
	/** What can stand behind it where that is a closed set; examples where it is not. */
	readonly values: readonly string[];
	readonly isClosed: boolean;
	readonly help: string;
};

/** Every facet, in the order in which they are offered. */
export const FACETS: readonly Facet[] = [
	{
		name: 'trust',
		aliases: ['level'],
		values: [...LEVELS.toReversed(), 'attested', 'signed', 'unproven'],
		isClosed: true,
		help: 'the level of what is installed, and what the registry claims of the others',
	},
	{
		name: 'permission',
		aliases: ['permissions', 'perm'],
		values: [...PERMISSION_KINDS, 'any', 'none'],
		isClosed: true,
		help: 'what it asks for; permission:!net for what does not',
	},
	{
		name: 'license',
		aliases: ['licence'],
		values: ['mit', 'apache-2.0', 'isc', 'bsd-3-clause', 'mpl-2.0'],
		isClosed: false,
		help: 'its licence, or the beginning of one',
	},
	{ name: 'keyword', aliases: ['keywords'], values: [], isClosed: false, help: 'one of its keywords, whole' },
	{ name: 'author', aliases: ['maintainer', 'publisher'], values: [], isClosed: false, help: 'part of the name of who publishes it' },
	{ name: 'updated', aliases: ['date'], values: ['<7d', '<30d', '<1y', '>2y'], isClosed: false, help: 'when its newest version came' },
	{ name: 'downloads', aliases: [], values: ['>100', '>10000', '>1000000'], isClosed: false, help: 'how often it was fetched last week' },
	{ name: 'scope', aliases: [], values: [], isClosed: false, help: 'the @scope of its name' },
	{
		name: 'is',
		aliases: [],
		values: ['installed', 'plugin', ...INSTALLED_MARKS],
		isClosed: true,
		help: 'installed, a plugin, with an update ...',
	},
	{ name: 'sort', aliases: [], values: SEARCH_SORTS, isClosed: true, help: 'the order' },
];

const BY_WORD = new Map(FACETS.flatMap((facet) => [facet.name, ...facet.aliases].map((word) => [word, facet] as const)));

export function findFacet(word: string): Facet | null {
	return BY_WORD.get(word) ?? null;
}

/** What one `facet:value` means; a sentence when it means nothing; null while its value is still to be typed. */
export type ParsedFacet = { readonly filter: Filter } | { readonly sort: SearchSort } | { readonly problem: string } | null;

export function unknownFacet(word: string): string {
	const nearest = nearestOf(word, [...BY_WORD.keys()]);
	const known = FACETS.map(({ name }) => `${name}:`).join(', ');
	return nearest === null
		? `There is no facet "${word}:"; there are ${known}. In quotes it is searched for as it is.`
		: `There is no facet "${word}:"; did you mean "${findFacet(nearest)?.name ?? nearest}:"?`;
}

export function parseFacet(facet: Facet, value: string, options: { readonly isNegated: boolean; readonly now: number }): ParsedFacet {
	const isNegated = options.isNegated !== value.startsWith('!');
	const text = value.replace(/^!/, '');
	if (text === '') {
		return null;
	}

	if (facet.name === 'updated') {
		const span = parseDateSpan(text, options.now);
		return span === null
			? { problem: `"updated:" does not understand "${text}"; write updated:<30d, updated:>1y or updated:2026-10.` }
			: { filter: { facet: 'updated', isNegated, span } };
	}

	if (facet.name === 'downloads') {
		return parseDownloads(text, isNegated);
	}

	const values = text.split(',').filter((one) => one !== '');
	return facet.isClosed ? parseClosed(facet, values, isNegated) : openFilter(facet.name, values, isNegated);
}

function openFilter(name: FacetName, values: readonly string[], isNegated: boolean): ParsedFacet {
	if (name === 'scope') {
		return { filter: { facet: name, isNegated, values: values.map((one) => `@${one.replace(/^@/, '')}/`) } };
	}

	const isOpen = name === 'license' || name === 'keyword' || name === 'author';
	return isOpen && values.length > 0 ? { filter: { facet: name, isNegated, values } } : null;
}

/** A beginning that only one value has counts as that value, so that results follow while it is typed. */
function parseClosed(facet: Facet, given: readonly string[], isNegated: boolean): ParsedFacet {
	const values: string[] = [];
	for (const one of given) {
		const begun = facet.values.includes(one) ? [one] : facet.values.filter((value) => value.startsWith(one));
		if (begun.length !== 1) {
			return { problem: valueProblem(facet, one, begun) };
		}

		values.push(...begun);
	}

	const { name } = facet;
	if (name === 'sort') {
		const sort = SEARCH_SORTS.find((known) => known === values[0]);
		return sort === undefined ? null : { sort };
	}

	return name === 'trust' || name === 'permission' || name === 'is' ? { filter: { facet: name, isNegated, values } } : null;
}

function valueProblem(facet: Facet, value: string, begun: readonly string[]): string {
	if (begun.length > 1) {
		return `"${facet.name}:${value}" could be ${begun.join(' or ')}.`;
	}

	const nearest = nearestOf(value, facet.values);
	return `"${facet.name}:" does not know "${value}"; ${nearest === null ? `it knows ${facet.values.join(', ')}.` : `did you mean "${nearest}"?`}`;
}

function parseDownloads(text: string, isNegated: boolean): ParsedFacet {
	const [, sign = '', digits = '', unit = ''] = /^([<>]=?)?(\d{1,12})([km]?)$/.exec(text) ?? [];
	if (digits === '') {
		return { problem: `"downloads:" does not understand "${text}"; write downloads:>1000 or downloads:<50k.` };
	}

	const count = Number(digits) * (unit === 'k' ? 1000 : unit === 'm' ? 1_000_000 : 1);
	const [least, most] = sign.startsWith('<') ? [0, sign === '<' ? count - 1 : count] : [sign === '>' ? count + 1 : count, Infinity];
	return { filter: { facet: 'downloads', isNegated, least, most } };
}
