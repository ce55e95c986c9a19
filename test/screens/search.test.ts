import { describe, expect, it } from 'vitest';

import type { InstalledPlugin } from '../../source/engine/index.ts';
import { filterPlugins } from '../../source/list-filter.ts';
import { renderScreen } from '../helpers/render-screen.tsx';

describe('searching in the store', () => {
	it('filters by facets while they are typed, and says what it does not understand', async () => {
		await using screen = renderScreen(100, 30, { section: 'browse' });
		await screen.until('7 matches');
		screen.press('/');
		screen.type('permission:net');
		await screen.until('1 match for "permission:net"');
		expect(screen.text()).toContain('@acme/links');
		screen.press('ctrl-u');
		screen.type('lisence:mit');
		await screen.until('! There is no facet "lisence:"; did you mean "license:"?');
		expect(screen.text()).toContain('7 matches');
	});

	it('completes facets with Tab, and lists what there is', async () => {
		await using screen = renderScreen(100, 30, { section: 'browse' });
		await screen.until('7 matches');
		screen.press('/');
		screen.type('per');
		await screen.until(/Tab {2}permission:/);
		screen.press('tab');
		await screen.until(/Tab {2}permission:net {2}permission:fs/);
		screen.type('ne');
		screen.press('tab');
		await screen.until('1 match for "permission:net"');
		screen.press('return');
		await screen.until('plugward search permission:net');
	});

	it('says why Tab does nothing where no facet is begun', async () => {
		await using screen = renderScreen(100, 30, { section: 'browse' });
		screen.press('/', 'tab');
		await screen.until('Not now: no facet is begun before the cursor.');
	});

	it('goes through the orders, with a column that tells what they go by', async () => {
		await using screen = renderScreen(140, 30, { section: 'browse' });
		await screen.until('LEVEL');
		screen.press('S', 'S');
		await screen.until('UPDATED');
		expect(screen.text()).toContain('sort:updated');
		screen.press('S');
		await screen.until('WEEKLY');
		expect(screen.text()).toMatch(/remark-validate-links +13\.1\.0 +26k/);
		screen.press('S', 'S');
		await screen.until('LEVEL');
		expect(screen.text()).not.toContain('sort:');
	});

	it('tells a level that was judged from one that is only claimed', async () => {
		await using screen = renderScreen(80, 24, { section: 'browse' });
		await screen.until(/@acme\/links +2\.1\.0 +\+ verified/);
		expect(screen.text()).toMatch(/link-doctor +0\.9\.4 +~ claimed/);
	});
});

describe('the filter of a list of plugins', () => {
	const plugin = (name: string, about: Partial<InstalledPlugin> = {}): InstalledPlugin => ({
		name,
		version: '1.0.0',
		spec: '^1.0.0',
		description: '',
		level: 'known',
		tasks: null,
		permissions: [],
		grants: [],
		identity: null,
		isHeld: false,
		acceptances: [],
		isDisabled: false,
		stays: false,
		dependencyCount: 0,
		sizeBytes: 1,
		wanted: '1.0.0',
		latest: '1.0.0',
		problem: null,
		...about,
	});
	const plugins = [
		plugin('alpha', { level: 'verified', permissions: [{ type: 'net', host: 'a', port: 443, reason: '' }] }),
		plugin('beta', { wanted: '1.1.0' }),
		plugin('gamma', { isHeld: true, description: 'an alpha of its kind' }),
	];
	const names = (text: string) => filterPlugins(plugins, text).plugins.map(({ name }) => name);

	it('keeps the order of the list, and knows words, levels, marks and facets', () => {
		expect(names('alpha')).toEqual(['alpha', 'gamma']);
		expect(names('verified')).toEqual(['alpha']);
		expect(names('update')).toEqual(['beta']);
		expect(names('trust:known -is:held')).toEqual(['beta']);
		expect(names('permission:!net')).toEqual(['beta', 'gamma']);
		expect(names('sort:trust')).toEqual(['alpha', 'beta', 'gamma']);
	});

	it('says which facet this list cannot tell', () => {
		expect(filterPlugins(plugins, 'license:mit')).toEqual({ plugins, problems: ['This list does not know "license:"; Browse does.'] });
	});

	it('shows problems and completions where it is typed', async () => {
		await using screen = renderScreen(100, 30);
		await screen.until('> @acme');
		screen.press('/');
		screen.type('tru');
		await screen.until('Tab  trust:');
		screen.type('st:zzz');
		await screen.until('"trust:" does not know "zzz"');
	});
});
