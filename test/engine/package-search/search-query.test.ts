import { describe, expect, test } from 'vitest';
import { completeFacet, matchRanges, parseSearchQuery, withSort } from '../../../source/engine/package-search/index.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const DAY = 86_400_000;
const parse = (text: string) => parseSearchQuery(text, NOW);

describe('a query', () => {
	test('is words, phrases and what must not be there', () => {
		expect(parse('Link "broken  links" -slow !"very old"').words).toEqual([
			{ text: 'link', isPhrase: false, isNegated: false },
			{ text: 'broken links', isPhrase: true, isNegated: false },
			{ text: 'slow', isPhrase: false, isNegated: true },
			{ text: 'very old', isPhrase: true, isNegated: true },
		]);
	});

	test('takes a scoped name and a spec for words', () => {
		expect(parse('@acme/links eslint@9').words.map(({ text }) => text)).toEqual(['@acme/links', 'eslint@9']);
	});

	test('negates a facet before its name or before its value, and twice is not at all', () => {
		expect(parse('permission:!net').filters).toEqual([{ facet: 'permission', isNegated: true, values: ['net'] }]);
		expect(parse('-permission:net').filters).toEqual([{ facet: 'permission', isNegated: true, values: ['net'] }]);
		expect(parse('-permission:!net').filters).toEqual([{ facet: 'permission', isNegated: false, values: ['net'] }]);
	});

	test('takes several values as alternatives, quotes and the names that npm uses', () => {
		expect(parse('license:MIT,isc').filters).toEqual([{ facet: 'license', isNegated: false, values: ['mit', 'isc'] }]);
		expect(parse('keywords:"static site"').filters).toEqual([{ facet: 'keyword', isNegated: false, values: ['static site'] }]);
		expect(parse('maintainer:maya').filters).toEqual([{ facet: 'author', isNegated: false, values: ['maya'] }]);
	});

	test.each([
		['<30d', { from: NOW - 30 * DAY, to: Infinity }],
		['30d', { from: NOW - 30 * DAY, to: Infinity }],
		['>1y', { from: -Infinity, to: NOW - 365 * DAY }],
		['2026', { from: Date.UTC(2026, 0), to: Date.UTC(2027, 0) - 1 }],
		['2026-02', { from: Date.UTC(2026, 1), to: Date.UTC(2026, 2) - 1 }],
		['>=2026-02-28', { from: Date.UTC(2026, 1, 28), to: Infinity }],
		['>2026-02-28', { from: Date.UTC(2026, 2, 1), to: Infinity }],
		['<2026-02-28', { from: -Infinity, to: Date.UTC(2026, 1, 28) - 1 }],
	])('reads updated:%s', (text, span) => {
		expect(parse(`updated:${text}`)).toMatchObject({ filters: [{ facet: 'updated', span }], problems: [] });
	});

	test.each([
		['lisence:mit', 'There is no facet "lisence:"; did you mean "license:"?'],
		['permission:nett', '"permission:" does not know "nett"; did you mean "net"?'],
		['trust:zz', '"trust:" does not know "zz"; it knows'],
		['permission:n', '"permission:n" could be net or none.'],
		['updated:<30x', '"updated:" does not understand "<30x"'],
		['updated:2026-02-31', '"updated:" does not understand'],
		['downloads:many', '"downloads:" does not understand "many"'],
		['sort:newest', '"sort:" does not know "newest"'],
	])('says what is wrong with %s, and goes on with the rest', (text, problem) => {
		const query = parse(`${text} links`);
		expect(query.problems).toEqual([expect.stringContaining(problem)]);
		expect(query).toMatchObject({ filters: [], words: [{ text: 'links' }] });
	});

	test('has nothing against a facet that is still being typed', () => {
		expect(parse('links permission: -license:')).toMatchObject({ words: [{ text: 'links' }], filters: [], problems: [] });
		expect(parse('permission:ne').filters).toEqual([{ facet: 'permission', isNegated: false, values: ['net'] }]);
	});

	test('searches for anything in quotes as it is, also before the quote is closed', () => {
		expect(parse('"http://x"').words).toEqual([{ text: 'http://x', isPhrase: true, isNegated: false }]);
		expect(parse('"half a').words).toEqual([{ text: 'half a', isPhrase: true, isNegated: false }]);
	});

	test('is put into another order without piling up', () => {
		expect(withSort('links sort:name', 'updated')).toBe('links sort:updated');
		expect(withSort('links sort:name', 'relevance')).toBe('links');
		expect(withSort('', 'downloads')).toBe('sort:downloads');
	});
});

describe('completion', () => {
	test('offers facets from two letters on, and values of a closed set', () => {
		expect(completeFacet('links per')).toEqual({ candidates: ['permission:'], start: 6 });
		expect(completeFacet('links p').candidates).toEqual([]);
		expect(completeFacet('mai').candidates).toEqual([]);
		expect(completeFacet('permission:!n').candidates).toEqual(['permission:!net', 'permission:!none']);
		expect(completeFacet('-trust:ver').candidates).toEqual(['-trust:verified']);
		expect(completeFacet('license:mit,ap').candidates).toEqual(['license:mit,apache-2.0']);
	});
});

describe('what is highlighted', () => {
	const marked = (text: string, query: string, isName = true) =>
		matchRanges(text, parse(query), { isName }).map(({ start, end }) => text.slice(start, end));

	test('is every place of every word, and neighbours are one', () => {
		expect(marked('link-checker-links', 'link check')).toEqual(['link', 'check', 'link']);
		expect(marked('abcdef', 'abc def')).toEqual(['abcdef']);
	});

	test('is single letters of a loose match, in names only', () => {
		expect(marked('react-dom', 'rdom')).toEqual(['r', 'dom']);
		expect(marked('react and dominoes', 'rdom', false)).toEqual([]);
	});

	test('is nothing that must not be there', () => {
		expect(marked('links', '-link')).toEqual([]);
	});

	test('is told for no text whose lower case is longer', () => {
		expect(marked('İlink', 'link')).toEqual([]);
	});
});
