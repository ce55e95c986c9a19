import { describe, expect, it } from 'vitest';

import { BINDINGS, bindingsIn, footerBindings, keyLabel, placesOf, resolveKey } from '../../source/key-bindings.ts';
import { reduce } from '../../source/reduce.ts';
import { fittingHints } from '../../source/screens/parts/footer.tsx';
import { helpDocument } from '../../source/screens/documents/help-document.ts';
import { initialState } from '../../source/state.ts';
import type { State } from '../../source/state.ts';
import { createFakeEngine } from '../helpers/fake-engine.ts';
import { renderScreen } from '../helpers/render-screen.tsx';

const CALL = { signal: new AbortController().signal, onEvent: () => undefined };

async function installed(): Promise<State> {
	const state = initialState({
		version: '0',
		homePath: '/home',
		profile: 'default',
		registry: 'http://127.0.0.1/',
		size: { columns: 80, rows: 24 },
		section: 'installed',
		now: 0,
	});
	return reduce(state, { type: 'loaded', slot: 'installed', value: await createFakeEngine().list(CALL), now: 0 });
}

describe('the table of keys', () => {
	it('gives each key one meaning in one place', () => {
		for (const place of new Set(BINDINGS.map((binding) => binding.place))) {
			const keys = bindingsIn(place).flatMap((binding) => binding.keys);
			expect(keys, place).toEqual([...new Set(keys)]);
		}
	});

	it('keeps the keys that always work out of every other place', () => {
		const always = new Set(bindingsIn('always').flatMap((binding) => binding.keys));
		expect(BINDINGS.filter((binding) => binding.place !== 'always' && binding.keys.some((key) => always.has(key)))).toEqual([]);
	});

	it('needs no function keys and no Alt', () => {
		expect(BINDINGS.flatMap((binding) => binding.keys).filter((key) => /^(f\d|alt-)/.test(key))).toEqual([]);
	});

	it('explains every key in one sentence without a full stop', () => {
		for (const binding of BINDINGS) {
			expect(binding.help, binding.command).toMatch(/^[A-Z].*[^.]$/);
		}
	});
});

describe('a key', () => {
	it('means what the nearest place says', async () => {
		const state = await installed();
		expect(resolveKey(state, 'r')).toEqual({ type: 'command', command: 'run' });
		expect(resolveKey(reduce(state, { type: 'section-opened', section: 'trust' }), 'v')).toEqual({ type: 'command', command: 'verify' });
		expect(resolveKey(state, 'j')).toEqual({ type: 'command', command: 'down' });
		expect(resolveKey(state, '%')).toBeNull();
	});

	it('is text while a field has the keys, except for those that always work', async () => {
		const typing = reduce(await installed(), { type: 'editing-started', editing: { type: 'filter', list: 'installed' } });
		expect(placesOf(typing)).toEqual(['editing', 'always']);
		expect(resolveKey(typing, 'q')).toBeNull();
		expect(resolveKey(typing, '1')).toBeNull();
		expect(resolveKey(typing, 'ctrl-c')).toEqual({ type: 'command', command: 'interrupt' });
	});

	it('is refused with a reason when it can do nothing now', async () => {
		const upToDate = reduce(await installed(), { type: 'moved', by: 1 });
		expect(resolveKey(upToDate, 'u')).toEqual({ type: 'refused', reason: 'log-summary has no update within ^1.4.2' });
	});
});

describe('footer and help', () => {
	it('show the same keys that dispatch, the footer only those that work now', async () => {
		const state = await installed();
		const usable = footerBindings(state).map((binding) => binding.command);
		expect(usable).toContain('update');
		expect(footerBindings(reduce(state, { type: 'moved', by: 1 })).map((binding) => binding.command)).not.toContain('update');
		const help = helpDocument(reduce(state, { type: 'moved', by: 1 }), 200)
			.map((line) => line.map((part) => part.text).join(''))
			.join('\n');
		expect(help).toContain('not now: log-summary has no update');
		for (const binding of bindingsIn('installed')) {
			expect(help).toContain(keyLabel(binding.keys[0] ?? ''));
		}
	});

	it('always leave room for help and quit', async () => {
		const hints = fittingHints(await installed(), 30).map((hint) => hint.key);
		expect(hints.slice(-2)).toEqual(['?', 'q']);
		expect(hints.length).toBeLessThan(footerBindings(await installed()).length);
	});
});

describe('the footer', () => {
	it('tells the lesser keys only where there is room after the others', async () => {
		await using wide = renderScreen(200, 60);
		await wide.until('> @acme');
		expect(wide.rows().at(-1)).toMatch(/i find new .*p pin .*h hold .*d disable .*< wider details .*\? help +q quit/);
		await using narrow = renderScreen(80, 24);
		await narrow.until('> @acme');
		const row = narrow.rows().at(-1) ?? '';
		expect(row).not.toContain('pin');
		expect(row).toMatch(/\? help {3}q quit *$/);
	});
});
