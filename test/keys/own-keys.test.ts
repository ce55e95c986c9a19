import { describe, expect, it } from 'vitest';

import { EngineError } from '../../source/engine/index.ts';
import { BINDINGS, bindingsOf } from '../../source/key-bindings.ts';
import { allKeys, keySetting, setKeys } from '../../source/key-settings.ts';
import { bindingName } from '../../source/keys/own-keys.ts';
import type { OwnKeys } from '../../source/keys/own-keys.ts';
import { renderScreen } from '../helpers/render-screen.tsx';

function refusalOf(own: OwnKeys): string {
	try {
		bindingsOf(own);
	} catch (error) {
		return error instanceof EngineError ? `${error.code}: ${error.message}` : 'another error';
	}

	return 'nothing';
}

const keysOf = (own: OwnKeys, name: string): readonly string[] => bindingsOf(own).find((one) => bindingName(one) === name)?.keys ?? [];

describe('keys of the user', () => {
	it('take the place of the usual ones, everywhere or in one place', () => {
		expect(keysOf({ update: 'alt-u w' }, 'installed.update')).toEqual(['alt-u', 'w']);
		expect(keysOf({ 'installed.update': 'W' }, 'installed.update')).toEqual(['W']);
		expect(keysOf({ 'installed.update': 'W' }, 'plugin.update')).toEqual(['u']);
		expect(keysOf({ update: 'w', 'installed.update': 'W' }, 'installed.update')).toEqual(['W']);
		expect(bindingsOf({})).toEqual(BINDINGS);
	});

	it('may be letters of any alphabet', () => {
		expect(keysOf({ 'everywhere.quit': 'й' }, 'everywhere.quit')).toEqual(['й']);
	});

	it('name both commands and the key when one would mean two things in one place', () => {
		expect(refusalOf({ 'installed.update': 'x' })).toBe(
			'settings-invalid: The key "x" cannot be both "Plan the update of the selected plugin" (installed.update) and "Plan the removal of the selected plugin" (installed.remove).',
		);
	});

	it('may be swapped', () => {
		expect(refusalOf({ 'installed.update': 'x', 'installed.remove': 'u' })).toBe('nothing');
	});

	it('hide no key that works on every screen, and are hidden by none', () => {
		expect(refusalOf({ 'installed.update': 'q' })).toContain('(everywhere.quit)');
		expect(refusalOf({ quit: 'u' })).toMatch(/"u" cannot be both "Quit" \(everywhere\.quit\) and ".+" \(\w+\.update/);
		expect(refusalOf({ 'installed.update': 'ctrl-c' })).toContain('(always.interrupt)');
	});

	it.each([
		[{ nothing: 'x' }, '"nothing" is no command of the app'],
		[{ 'trust.update': 'x' }, '"trust.update" is no command of the app'],
		[{ quit: 'hyper-q' }, '"hyper-q" is no key for "quit"'],
		[{ quit: 'qq' }, '"qq" is no key'],
		[{ quit: '\u001B[2J' }, 'is no key for "quit"'],
		[{ quit: '\u202E' }, 'is no key for "quit"'],
		[{ quit: '  ' }, 'names no key'],
		[{ interrupt: 'ctrl-q' }, 'Ctrl-C always cancels'],
		[{ 'form.submit': 'x' }, 'it is typed there'],
	])('are refused when they are none: %j', (own, sentence) => {
		expect(refusalOf(own)).toContain(sentence);
		// oxlint-disable-next-line no-control-regex
		expect(refusalOf(own)).not.toMatch(/[\u0000-\u001F\u202E]/);
	});

	it('each command can have a key that nothing else has', () => {
		const free = bindingsOf({}).map((binding) => ({ [bindingName(binding)]: 'alt-q' }));
		expect(free.map(refusalOf).filter((text) => text !== 'nothing')).toEqual([
			'settings-invalid: Ctrl-C always cancels; no other key takes its place.',
		]);
	});

	it('are told as settings', () => {
		expect(setKeys({ quit: 'Q' })).toEqual([
			{ key: 'keys.quit', kind: 'text', choices: [], value: 'Q', default: 'q', isSet: true, help: 'Quit' },
		]);
		expect(keySetting('installed.update', {})).toMatchObject({ value: 'u', isSet: false });
		expect(allKeys({ quit: 'Q' }).filter(({ isSet }) => isSet)).toMatchObject([{ key: 'keys.everywhere.quit', value: 'Q', default: 'q' }]);
	});
});

it('footer, help, palette and dispatch go by the keys of the user', async () => {
	await using screen = renderScreen(120, 40, { ownKeys: { 'installed.open': 'O', quit: 'Q', help: 'ctrl-g' } });
	await screen.until('9 plugins');
	expect(screen.rows().at(-1)).toMatch(/O open .*\^G help {3}Q quit/);
	screen.press('q', 'return');
	expect(screen.left()).toBeNull();
	expect(screen.state().pages).toEqual([]);
	screen.press('ctrl-g');
	await screen.until(/O +Open the plugin page/);
	screen.press('escape', ':');
	await screen.until(/O +Open the plugin page/);
	screen.press('escape', 'O');
	await screen.until('[Overview]');
	screen.press('escape', 'Q');
	await expect.poll(() => screen.left()).toBe(0);
});
