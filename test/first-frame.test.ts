import { stripVTControlCharacters } from 'node:util';

import { describe, expect, it } from 'vitest';

import type { CallOptions } from '../source/engine/index.ts';
import { firstFrame } from '../source/first-frame.ts';
import { listAtOnce } from '../source/list-at-once.ts';
import { createFakeEngine } from './helpers/fake-engine.ts';
import { renderScreen } from './helpers/render-screen.tsx';

const call: CallOptions = { signal: new AbortController().signal, onEvent: () => undefined };

describe('the first frame', () => {
	it.each([
		[80, 24],
		[120, 40],
		[200, 60],
	])('has the list where the app draws it (%ix%i)', async (columns, rows) => {
		await using screen = renderScreen(columns, rows);
		await screen.until('9 plugins');
		const frame = (firstFrame(screen.state(), { hasStyles: true }) ?? []).map(stripVTControlCharacters);
		const drawn = screen.rows();
		const names = screen.state().installed.value?.plugins.map(({ name }) => name.slice(0, 10)) ?? [];
		expect(names.length).toBeGreaterThan(5);
		for (const name of names) {
			const row = drawn.findIndex((line) => line.includes(name));
			expect(frame[row]?.slice(0, 40)).toBe(drawn[row]?.slice(0, 40));
		}
	});

	it('is nothing where the app opens with another section, has nothing to list, or no room', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('9 plugins');
		const state = screen.state();
		expect(firstFrame({ ...state, section: 'history' }, { hasStyles: true })).toBeNull();
		expect(firstFrame({ ...state, size: { columns: 20, rows: 5 } }, { hasStyles: true })).toBeNull();
		expect(firstFrame({ ...state, installed: { ...state.installed, value: null } }, { hasStyles: true })).toBeNull();
	});

	it('has no styles where there are none', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('9 plugins');
		expect(firstFrame(screen.state(), { hasStyles: false })?.join('')).not.toContain('\u001B');
	});
});

describe('what is installed, asked at once,', () => {
	it('answers the first question and no other', async () => {
		const fake = createFakeEngine();
		let asked = 0;
		const counting = { ...fake, list: (options: CallOptions) => ((asked += 1), fake.list(options)) };
		const { engine, listed } = listAtOnce(counting, call.signal);
		expect(await engine.list(call)).toBe(await listed);
		expect(asked).toBe(1);
		await engine.list(call);
		expect(asked).toBe(2);
	});

	it('fails for who asks, and only there', async () => {
		const fake = createFakeEngine();
		const { engine, listed } = listAtOnce({ ...fake, list: () => Promise.reject(new Error('damaged')) }, call.signal);
		expect(await listed).toBeNull();
		await expect(engine.list(call)).rejects.toThrow('damaged');
	});
});
