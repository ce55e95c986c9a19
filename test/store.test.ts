import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { initialState } from '../source/state.ts';
import { createStore } from '../source/store.ts';
import type { Store } from '../source/store.ts';

let store: Store;
/** What was told, by the time that listeners saw. */
let told: number[] = [];

beforeEach(() => {
	vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
	const size = { columns: 80, rows: 24 };
	store = createStore(
		initialState({ version: '0', homePath: '/home', profile: 'default', registry: '', size, section: 'installed', now: 0 }),
	);
	told = [];
	store.subscribe(() => told.push(store.getState().now));
});

afterEach(() => {
	vi.useRealTimers();
});

function change(now: number): void {
	store.dispatch({ type: 'ticked', now });
}

it('tells of a change at once, and of those that follow it closely together', () => {
	change(1);
	expect(told).toEqual([1]);
	for (let now = 2; now <= 100; now += 1) {
		change(now);
	}

	expect(told).toEqual([1]);
	vi.advanceTimersByTime(16);
	expect(told).toEqual([1, 100]);
});

it('tells of a change and of what was waited for in one', () => {
	const release = store.hold();
	change(1);
	vi.advanceTimersByTime(5);
	change(2);
	expect(told).toEqual([]);
	release();
	expect(told).toEqual([2]);
	vi.advanceTimersByTime(100);
	expect(told).toEqual([2]);
	change(3);
	expect(told).toEqual([2, 3]);
});

it('does not wait long for it, and then tells of it the moment it comes', () => {
	const release = store.hold();
	change(1);
	vi.advanceTimersByTime(8);
	expect(told).toEqual([1]);
	vi.advanceTimersByTime(2);
	change(2);
	release();
	expect(told).toEqual([1, 2]);
});

it('holds nothing back any longer when the end of the wait never comes', () => {
	store.hold();
	change(1);
	vi.advanceTimersByTime(100);
	expect(told).toEqual([1]);
	change(2);
	expect(told).toEqual([1, 2]);
});

it('lets only the newest of several be the end of the wait', () => {
	const first = store.hold();
	change(1);
	const second = store.hold();
	change(2);
	first();
	expect(told).toEqual([]);
	second();
	expect(told).toEqual([2]);
});
