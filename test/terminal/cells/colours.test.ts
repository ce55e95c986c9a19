import { describe, expect, it } from 'vitest';

import { colourBitsOf, colourParameters, parseColour } from '../../../source/terminal/cells/colours.ts';
import type { ColourBits } from '../../../source/terminal/cells/colours.ts';
import { dressLine, dressOf, dressStyle, PLAIN_DRESS } from '../../../source/terminal/cells/dress.ts';

describe('how many colours the terminal has', () => {
	it.each<[ColourBits, Readonly<Record<string, string>>]>([
		[4, { TERM: 'xterm' }],
		[4, { TERM: 'screen' }],
		[4, { TERM: 'linux' }],
		[8, { TERM: 'xterm-256color' }],
		[8, { TERM: 'tmux-256color' }],
		[8, { TERM: 'xterm-color', TERM_PROGRAM: 'Apple_Terminal' }],
		[24, { TERM: 'xterm-256color', COLORTERM: 'truecolor' }],
		[24, { TERM: 'xterm', COLORTERM: '24bit' }],
		[24, { TERM: 'xterm-direct' }],
		[24, { TERM: 'xterm-256color', WT_SESSION: 'x' }],
		[1, { TERM: 'dumb', COLORTERM: 'truecolor' }],
		[1, { TERM: 'xterm-mono' }],
		[1, { TERM: 'xterm-256color', FORCE_COLOR: '0' }],
		[4, { TERM: 'dumb', FORCE_COLOR: '1' }],
		[8, { TERM: 'xterm', FORCE_COLOR: '2' }],
		[24, { TERM: 'xterm', FORCE_COLOR: '3' }],
		[4, { TERM: 'xterm', FORCE_COLOR: '' }],
		[1, { TERM: 'xterm-256color', NO_COLOR: '1', FORCE_COLOR: '3', COLORTERM: 'truecolor' }],
		[8, { TERM: 'xterm-256color', NO_COLOR: '' }],
	])('is %i bits with %j', (bits, environment) => {
		expect(colourBitsOf(environment)).toBe(bits);
	});
});

describe('a colour', () => {
	it.each([
		['cyan', ['', '36', '36', '36']],
		['bright-red', ['', '91', '91', '91']],
		['208', ['', '33', '38;5;208', '38;5;208']],
		['244', ['', '90', '38;5;244', '38;5;244']],
		['#ff8700', ['', '33', '38;5;208', '38;2;255;135;0']],
		['#FFFFFF', ['', '97', '38;5;231', '38;2;255;255;255']],
		['#010101', ['', '30', '38;5;16', '38;2;1;1;1']],
	])('%s is the nearest that the terminal has', (text, expected) => {
		const colour = parseColour(text);
		expect(([1, 4, 8, 24] as const).map((bits) => (colour === null ? null : colourParameters(colour, bits)))).toEqual(expected);
	});

	it.each(['', 'pink', '7', '256', '-1', '#fff', '#gggggg', 'bright-', 'Cyan', '36;5', '\u001B[31m'])('%j is none', (text) => {
		expect(parseColour(text)).toBeNull();
	});
});

describe('a dress', () => {
	const dress = (palette: 'dark' | 'light' | 'contrast', terminal: Parameters<typeof dressOf>[1], own = {}) =>
		dressOf({ isAscii: false, palette, own }, terminal);

	it('leaves a dark ground to the colours of the terminal', () => {
		expect(dressStyle('1;36', dress('dark', { ground: 'dark', bits: 24 }))).toBe('1;36');
	});

	it('has colours that can be read on a light ground, better ones where there are more', () => {
		expect(dressStyle('33', dress('light', { ground: 'light', bits: 4 }))).toBe('35');
		expect(dressStyle('33', dress('light', { ground: 'light', bits: 8 }))).toBe('38;5;94');
		expect(dressStyle('33', dress('light', { ground: 'light', bits: 24 }))).toBe('38;2;135;95;0');
	});

	it('has nothing dim for high contrast, and colours by the ground', () => {
		expect(dressStyle('2', dress('contrast', { ground: 'dark', bits: 4 }))).toBe('');
		expect(dressStyle('1;36', dress('contrast', { ground: 'dark', bits: 4 }))).toBe('1;96');
		expect(dressStyle('2;33', dress('contrast', { ground: 'light', bits: 4 }))).toBe('35');
	});

	it('takes a colour of the user over any palette, and none for a terminal without', () => {
		expect(dressStyle('1;36', dress('light', { ground: 'light', bits: 8 }, { accent: '208' }))).toBe('1;38;5;208');
		expect(dressStyle('1;31', dress('dark', { ground: null, bits: 1 }, { bad: '#ff0000' }))).toBe('1');
	});

	it('writes every character as ASCII of the same width', () => {
		expect(dressLine('╭─ café 数据 📦 → … \uFFFD ﬁ ß│', { ...PLAIN_DRESS, isAscii: true })).toBe('+- cafe ???? ?? > ~ ? ? ?|');
		expect(dressLine('╭─ café', PLAIN_DRESS)).toBe('╭─ café');
	});
});
