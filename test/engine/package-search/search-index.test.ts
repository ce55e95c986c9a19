import { describe, expect, test } from 'vitest';
import { type InstalledFacts, parseSearchQuery, type SearchedPackage, SearchIndex } from '../../../source/engine/package-search/index.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const { signal } = new AbortController();

function a(name: string, about: Partial<SearchedPackage> = {}): SearchedPackage {
	return {
		name,
		version: '1.0.0',
		description: '',
		keywords: [],
		publisher: null,
		maintainers: [],
		licence: null,
		publishedAt: null,
		downloads: null,
		permissions: null,
		isPlugin: null,
		proof: null,
		...about,
	};
}

async function find(packages: readonly SearchedPackage[], text: string, facts: Record<string, Partial<InstalledFacts>> = {}) {
	const index = await SearchIndex.build(packages, packages.length, signal);
	const installed = new Map(
		Object.entries(facts).map(([name, one]) => [name, { version: '1.0.0', level: 'known', marks: [], ...one }] as const),
	);
	const { positions } = await index.find({ query: parseSearchQuery(text, NOW), installed, size: 50, from: 0 }, signal);
	return positions.map((position) => packages[position]?.name);
}

describe('words', () => {
	test('rank names before keywords before descriptions, and whole names first', async () => {
		const packages = [
			a('about', { description: 'reads a log' }),
			a('reader', { keywords: ['log'] }),
			a('blog'),
			a('my-log'),
			a('log-tool'),
			a('log'),
			a('@team/log'),
			a('unrelated'),
		];
		expect(await find(packages, 'log')).toEqual(['log', '@team/log', 'log-tool', 'my-log', 'blog', 'reader', 'about']);
	});

	test('must all be there, and what is excluded must not', async () => {
		const packages = [a('log-reader'), a('log-writer'), a('reader')];
		expect(await find(packages, 'log reader')).toEqual(['log-reader']);
		expect(await find(packages, 'log -writer')).toEqual(['log-reader']);
		expect(await find(packages, '"log reader"')).toEqual([]);
	});

	test('prefer what many use among equals', async () => {
		expect(await find([a('log-a', { downloads: 3 }), a('log-b', { downloads: 3_000_000 })], 'log')).toEqual(['log-b', 'log-a']);
	});

	test('match names loosely: by beginnings of their parts, and with letters left out', async () => {
		expect(await find([a('react-dom'), a('random')], 'rdom')).toEqual(['react-dom']);
		expect(await find([a('express'), a('expert')], 'exprss')).toEqual(['express']);
	});

	test('match a misspelt name when hardly anything else does', async () => {
		expect(await find([a('express'), a('lodash')], 'epxress')).toEqual(['express']);
		expect(await find([a('typescript')], 'typesrcipt')).toEqual(['typescript']);
	});

	test('of one letter only match where parts of names begin', async () => {
		expect(await find([a('b-side'), a('cab', { description: 'b' })], 'b')).toEqual(['b-side']);
	});

	test('find the same letter by letter as at once', async () => {
		const packages = ['a', 'ab', 'react-dom', 'rdo', 'rdomain', 'radio-dom', 'xrdom', 'rd', 'r-dom'].map((name) => a(name));
		const index = await SearchIndex.build(packages, packages.length, signal);
		const ask = async (one: SearchIndex, text: string) =>
			(await one.find({ query: parseSearchQuery(text, NOW), installed: new Map(), size: 50, from: 0 }, signal)).positions;
		for (const text of ['r', 'rd', 'rdo', 'rdom', 'rdoma', 'rdo', 'rd']) {
			expect(await ask(index, text), text).toEqual(await ask(SearchIndex.of(packages), text));
		}
	});
});

describe('facets', () => {
	test('of permissions match only what was told', async () => {
		const packages = [a('asks', { permissions: ['net', 'fs'] }), a('modest', { permissions: [] }), a('untold')];
		expect(await find(packages, 'permission:net')).toEqual(['asks']);
		expect(await find(packages, 'permission:!net')).toEqual(['modest']);
		expect(await find(packages, 'permission:none')).toEqual(['modest']);
		expect(await find(packages, 'permission:any')).toEqual(['asks']);
	});

	test('of licences match a part of an expression and the beginning of one', async () => {
		const packages = [a('both', { licence: '(MIT OR Apache-2.0)' }), a('gpl', { licence: 'GPL-3.0-only' }), a('none')];
		expect(await find(packages, 'license:mit')).toEqual(['both']);
		expect(await find(packages, 'license:apache')).toEqual(['both']);
		expect(await find(packages, 'license:gpl,isc')).toEqual(['gpl']);
		expect(await find(packages, '-license:gpl')).toEqual(['both']);
	});

	test('of keywords match a whole one, of people a part of a name', async () => {
		const packages = [a('one', { keywords: ['static site'], publisher: 'Maya' }), a('two', { keywords: ['static'], maintainers: ['leo'] })];
		expect(await find(packages, 'keyword:static')).toEqual(['two']);
		expect(await find(packages, 'keyword:"static site"')).toEqual(['one']);
		expect(await find(packages, 'author:may')).toEqual(['one']);
		expect(await find(packages, 'author:leo')).toEqual(['two']);
	});

	test('of time and use leave out what is not told', async () => {
		const packages = [
			a('new', { publishedAt: '2026-11-10T00:00:00Z', downloads: 5000 }),
			a('old', { publishedAt: '2020-01-01T00:00:00Z', downloads: 1 }),
			a('untold'),
		];
		expect(await find(packages, 'updated:<30d')).toEqual(['new']);
		expect(await find(packages, '-updated:<30d')).toEqual(['old']);
		expect(await find(packages, 'downloads:>1k')).toEqual(['new']);
	});

	test('of trust tell what was judged here from what a registry claims', async () => {
		const packages = [a('judged', { proof: 'attested' }), a('claimed', { proof: 'attested' }), a('bare', { proof: 'none' })];
		const installed = { judged: { level: 'known' as const } };
		expect(await find(packages, 'trust:verified', installed)).toEqual(['claimed']);
		expect(await find(packages, 'trust:known', installed)).toEqual(['judged']);
		expect(await find(packages, 'trust:unknown', installed)).toEqual(['bare']);
		expect(await find(packages, 'sort:trust', installed)).toEqual(['claimed', 'judged', 'bare']);
	});

	test('of what is installed know marks, scopes and plugins', async () => {
		const packages = [a('@acme/links', { isPlugin: true }), a('plain', { isPlugin: false }), a('other')];
		const installed = { '@acme/links': { marks: ['update'] as const } };
		expect(await find(packages, 'is:installed', installed)).toEqual(['@acme/links']);
		expect(await find(packages, 'is:update', installed)).toEqual(['@acme/links']);
		expect(await find(packages, '-is:plugin', installed)).toEqual(['plain']);
		expect(await find(packages, 'scope:acme', installed)).toEqual(['@acme/links']);
	});
});

test('every order is told apart by name where it leaves a tie', async () => {
	const packages = [a('c', { downloads: 1 }), a('a', { downloads: 9 }), a('b', { downloads: 1 })];
	expect(await find(packages, 'sort:downloads')).toEqual(['a', 'b', 'c']);
	expect(await find(packages, 'sort:name')).toEqual(['a', 'b', 'c']);
	expect(await find(packages, 'sort:updated')).toEqual(['a', 'b', 'c']);
});

test('a page is the same as that part of the whole', async () => {
	const packages = Array.from({ length: 500 }, (_, index) => a(`pack-${(index * 7919) % 500}`, { downloads: (index * 31) % 17 }));
	const index = SearchIndex.of(packages);
	const ask = (size: number, from: number) =>
		index.find({ query: parseSearchQuery('pack sort:downloads', NOW), installed: new Map(), size, from }, signal);
	const all = await ask(500, 0);
	expect(all.total).toBe(500);
	expect((await ask(20, 260)).positions).toEqual(all.positions.slice(260, 280));
});

test('a search that is not wanted any more ends before it is done', async () => {
	const packages = Array.from({ length: 60_000 }, (_, index) =>
		a(`package-number-${index}`, { description: 'does this and that '.repeat(10) }),
	);
	const index = await SearchIndex.build(packages, packages.length, signal);
	const leaving = new AbortController();
	const searching = index.find({ query: parseSearchQuery('zzz qqq', NOW), installed: new Map(), size: 1, from: 0 }, leaving.signal);
	leaving.abort();
	await expect(searching).rejects.toMatchObject({ code: 'cancelled' });
});
