import { expect } from 'vitest';

import type { CallOptions, Engine } from '../../source/engine/index.ts';
import { EngineError } from '../../source/engine/index.ts';
import { failureOf } from '../../source/failure.ts';
import { textWidth } from '../../source/format.ts';
import { NO_OWN_KEYS } from '../../source/keys/own-keys.ts';
import type { OwnKeys } from '../../source/keys/own-keys.ts';
import type { Slot } from '../../source/slot.ts';
import type { Action } from '../../source/reduce.ts';
import { reduce } from '../../source/reduce.ts';
import type { Section } from '../../source/sections.ts';
import { initialState, PLUGIN_TABS } from '../../source/state.ts';
import type { Page, PluginTab, State } from '../../source/state.ts';
import { createFakeEngine } from '../helpers/fake-engine.ts';
import { fakeSettings } from '../helpers/fake-settings.ts';
import { renderState } from '../helpers/render-state.tsx';

export const NOW = Date.parse('2026-11-20T12:00:00Z');
export const CALL: CallOptions = { signal: new AbortController().signal, onEvent: () => undefined };
export const SIZES = [
	{ columns: 80, rows: 24 },
	{ columns: 120, rows: 40 },
] as const;
export const AWAY = failureOf(
	new EngineError('registry-unreachable', 'http://127.0.0.1:4873/ does not answer.', {
		hint: 'Check the network, or go on offline: plugward --offline',
		cause: new Error('connect ECONNREFUSED 127.0.0.1:4873'),
	}),
);

/** What one screen shows while it loads, when there is nothing, of before when asking failed, and when there is nothing of before. */
export type Row = {
	readonly screen: string;
	readonly section: Section;
	readonly page?: Page;
	/** What was loaded before this screen can be opened. */
	readonly before?: readonly Slot[];
	readonly slot: Slot;
	readonly loading: string;
	/** An answer that holds nothing, and what is said then; a sentence where there is no such answer. */
	readonly empty: { readonly value: unknown; readonly says: string } | string;
	/** Of the sample answer. */
	readonly content: string;
};

export const NAME = '@acme/links';
const REVIEW = { name: NAME, to: '2.1.0' };
const INFO: Slot = { of: 'infos', name: NAME };
const CONTENTS: Slot = { of: 'contents', name: NAME };
const NOTHING_INSTALLED = { generation: 0, plugins: [], packageCount: 0, storeBytes: 0, overrides: [] };
const NOTHING_FOUND = { query: '', hits: [], total: 0, source: 'registry', notice: null, problems: [] };
const NOT_FETCHED = { type: 'not-fetched', name: NAME, version: '2.1.0' };
const tab = (name: PluginTab): Page => ({ type: 'plugin', name: NAME, tab: name });

export const TABLE: readonly Row[] = [
	{
		screen: 'Installed',
		section: 'installed',
		slot: 'installed',
		loading: 'Reading the current generation ...',
		empty: { value: NOTHING_INSTALLED, says: 'Three things to begin with' },
		content: '> @acme/links',
	},
	{
		screen: 'Browse',
		section: 'browse',
		slot: 'search',
		loading: 'Searching http://127.0.0.1:4873/ ...',
		empty: { value: NOTHING_FOUND, says: 'Press / and type what it should do' },
		content: 'link-doctor',
	},
	{
		screen: 'Updates',
		section: 'updates',
		before: ['installed'],
		slot: 'outdated',
		loading: 'Asking http://127.0.0.1:4873/ what is newer',
		empty: {
			value: { generation: 12, plugins: [], checkedCount: 3, unaskedCount: 0, metadataFrom: null, unsolvable: [] },
			says: 'Nothing is behind; 3 plugins checked.',
		},
		content: '2.0.3',
	},
	{
		screen: 'History',
		section: 'history',
		before: ['installed'],
		slot: 'history',
		loading: 'Reading the generations ...',
		empty: { value: [], says: 'There is no generation yet.' },
		content: '* current',
	},
	{
		screen: 'Trust',
		section: 'trust',
		slot: 'installed',
		loading: 'Reading the current generation ...',
		empty: { value: NOTHING_INSTALLED, says: 'Nothing is installed, so there is nothing to trust.' },
		content: 'nosy-notes',
	},
	{
		screen: 'Trust, its audit',
		section: 'trust',
		before: ['installed'],
		slot: 'trust',
		loading: 'Reading what is proven about',
		empty: 'the list is that of what is installed',
		content: 'nosy-notes',
	},
	{
		screen: 'Run',
		section: 'run',
		slot: 'installed',
		loading: 'Reading the current generation ...',
		empty: { value: NOTHING_INSTALLED, says: 'Nothing is installed that could run.' },
		content: '@acme/links',
	},
	{
		screen: 'Runtime',
		section: 'runtime',
		slot: 'runtime',
		loading: 'Asking the processes of this home what they run ...',
		empty: { value: { cores: [], trails: {}, lines: [], problem: null }, says: 'No plugin runs in this home.' },
		content: 'Runtime',
	},
	{
		screen: 'Doctor',
		section: 'doctor',
		slot: 'doctor',
		loading: 'Looking at the machine, the home and the registry ...',
		empty: { value: { checks: [], fixed: [] }, says: 'Nothing was looked at.' },
		content: 'An operation was interrupted',
	},
	{
		screen: 'Settings',
		section: 'settings',
		slot: 'settings',
		loading: 'Reading settings.json ...',
		empty: { value: [], says: 'There is nothing to set.' },
		content: 'waitSeconds',
	},
	{
		screen: 'Settings, its registries',
		section: 'settings',
		before: ['settings'],
		slot: 'registries',
		loading: 'asking the registries ...',
		empty: 'there is always a default registry',
		content: 'waitSeconds',
	},
	{
		screen: 'First run',
		section: 'installed',
		page: { type: 'welcome' },
		slot: 'registries',
		loading: 'Asking http://127.0.0.1:4873/ what it serves ...',
		empty: 'there is always a default registry',
		content: 'It can be searched.',
	},
	...PLUGIN_TABS.map((name): Row => ({
		screen: `Plugin, ${name}`,
		section: 'installed',
		page: tab(name),
		before: name === 'files' ? [CONTENTS] : [],
		slot: INFO,
		loading: 'Reading what http://127.0.0.1:4873/ says about @acme/links ...',
		empty: 'a package without versions is none',
		content: `[${name[0]?.toUpperCase() ?? ''}${name.slice(1)}]`,
	})),
	...(['files', 'readme', 'stats'] as const).map((name): Row => ({
		screen: `Plugin, ${name}, its bytes`,
		section: 'installed',
		page: tab(name),
		before: [INFO],
		slot: CONTENTS,
		loading: name === 'readme' ? 'As the registry tells it' : 'Looking for its bytes in the content store ...',
		empty: { value: NOT_FETCHED, says: name === 'readme' ? 'nothing proves that it belongs to them' : 'has not been fetched' },
		content: { files: 'README.md', readme: 'from verified bytes', stats: 'as measured' }[name],
	})),
	{
		screen: 'Plugin, stats, its downloads',
		section: 'installed',
		page: tab('stats'),
		before: [INFO, CONTENTS],
		slot: { of: 'downloads', name: NAME },
		loading: 'Asking the registry how often it is downloaded ...',
		empty: { value: { type: 'untold', reason: 'offline', why: 'Offline, so nobody is asked.' }, says: 'Offline, so nobody is asked.' },
		content: '48,000 downloads',
	},
	{
		screen: 'One file',
		section: 'installed',
		page: { type: 'file', name: NAME, path: 'index.js' },
		slot: { of: 'files', name: `${NAME} index.js` },
		loading: 'Reading index.js ...',
		empty: { value: { name: NAME, version: '1.0.0', path: 'index.js', bytes: 0, text: '', unreadable: null }, says: 'It is empty.' },
		content: 'const answer = 42;',
	},
	{
		screen: 'Review of an update',
		section: 'updates',
		page: { type: 'review', ...REVIEW, pane: 'facts' },
		slot: { of: 'reviews', name: `${NAME}@2.1.0` },
		loading: 'Fetching and proving @acme/links 2.1.0',
		empty: 'two versions always have facts',
		content: 'Rights, then and now',
	},
	{
		screen: 'One file of an update',
		section: 'updates',
		page: { type: 'review-file', ...REVIEW, path: 'index.js' },
		slot: { of: 'differences', name: `${NAME}@2.1.0 index.js` },
		loading: 'Comparing the two files ...',
		empty: 'only files that differ are listed',
		content: '@@ line',
	},
	{
		screen: 'Why a level',
		section: 'trust',
		page: { type: 'trust-why', name: NAME },
		slot: { of: 'explanations', name: NAME },
		loading: 'Reading what is proven about @acme/links ...',
		empty: 'a level always has reasons',
		content: '@acme/links@2.0.3  + verified',
	},
	{
		screen: 'What was signed',
		section: 'trust',
		page: { type: 'trust-raw', name: NAME },
		slot: { of: 'rawEvidence', name: NAME },
		loading: 'Asking the registry for what was signed ...',
		empty: 'it says which kinds there are none of',
		content: 'Evidence',
	},
];

export async function opened(
	{ section, page, before = [] }: Pick<Row, 'section' | 'page' | 'before'>,
	size: State['size'],
	ownKeys: OwnKeys = NO_OWN_KEYS,
): Promise<State> {
	const state: State = {
		...initialState({
			version: '0.1.0',
			homePath: '/home/maya/.local/share/plugward',
			profile: 'default',
			registry: 'http://127.0.0.1:4873/',
			size,
			section,
			now: NOW,
			ownKeys,
		}),
		pages: page === undefined ? [] : [page],
	};
	const actions = await Promise.all(before.map((slot) => loaded(slot, NOW)));
	return actions.reduce(reduce, state);
}

/** The text of the screen, which must fit its terminal. Words that were wrapped are joined again. */
export async function shown(state: State, actions: readonly Action[]): Promise<string> {
	const rows = await renderState(actions.reduce(reduce, state));
	expect(rows).toHaveLength(state.size.rows - 1);
	for (const line of rows) {
		expect(textWidth(line)).toBeLessThanOrEqual(state.size.columns);
	}

	const joined = rows
		.map((line) => line.replaceAll('│', ' ').trim())
		.join(' ')
		.replaceAll(/ +/g, ' ');
	return `${rows.join('\n')}\n${joined}`;
}

export async function loaded(slot: Slot, now: number): Promise<Action> {
	return answerOf(slot, await sampleOf(slot, createFakeEngine()), now);
}

export function answerOf(slot: Slot, value: unknown, now: number): Action {
	// The table holds answers of all kinds, each beside its own slot.
	return (
		typeof slot === 'string' ? { type: 'loaded', slot, value, now } : { type: 'loaded-of', of: slot.of, name: slot.name, value, now }
	) as Action;
}

// One line for each kind of answer.
// oxlint-disable-next-line complexity
async function sampleOf(slot: Slot, engine: Engine): Promise<unknown> {
	switch (typeof slot === 'string' ? slot : slot.of) {
		case 'installed':
			return engine.list(CALL);
		case 'history':
			return engine.history(CALL);
		case 'search':
			return engine.search({ text: '', size: 20, from: 0 }, CALL);
		case 'outdated':
			return engine.outdated([], CALL);
		case 'verification':
			return engine.verify([], CALL);
		case 'trust':
			return engine.trust.audit(CALL);
		case 'runtime':
			return { cores: await engine.cores.list(CALL), trails: {}, lines: [] };
		case 'doctor':
			return engine.doctor({ ...CALL, fix: false });
		case 'settings':
			return fakeSettings().list();
		case 'registries':
			return engine.registries.list(CALL);
		case 'infos':
			return engine.info(NAME, CALL);
		case 'explanations':
			return engine.trust.why(NAME, CALL);
		case 'rawEvidence':
			return engine.trust.raw(NAME, CALL);
		case 'reviews':
			return engine.updates.review(REVIEW, CALL);
		case 'downloads':
			return engine.downloads({ spec: NAME, fresh: false }, CALL);
		case 'contents':
			return engine.contents.list({ spec: NAME, fetch: false }, CALL);
		case 'files':
			return engine.contents.file({ spec: NAME, path: 'index.js' }, CALL);
		case 'differences':
			return engine.updates.file({ ...REVIEW, path: 'index.js' }, CALL);
	}
}
