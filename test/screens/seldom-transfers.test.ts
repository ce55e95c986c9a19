import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { seldomTransfers } from '../../source/actions/seldom-transfers.ts';
import type { EngineEvent } from '../../source/engine/index.ts';

beforeEach(() => {
	vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
	vi.useRealTimers();
});

function progress(id: string, receivedBytes: number, finished = false): EngineEvent {
	return { type: 'fetch-progress', id, receivedBytes, totalBytes: 100, unpackedBytes: null, finished };
}

it('passes on how far transfers have come only now and then, of each the newest', () => {
	const passed: EngineEvent[] = [];
	const onEvent = seldomTransfers((event) => passed.push(event));
	onEvent(progress('a', 1));
	for (const bytes of [2, 3, 4]) {
		onEvent(progress('a', bytes));
		onEvent(progress('b', bytes));
	}

	expect(passed).toEqual([progress('a', 1)]);
	vi.advanceTimersByTime(800);
	onEvent(progress('a', 5));
	expect(passed.slice(1)).toEqual([progress('a', 5), progress('b', 4)]);
});

it('holds nothing back past the end of a transfer, or anything else that happens', () => {
	const passed: EngineEvent[] = [];
	const onEvent = seldomTransfers((event) => passed.push(event));
	onEvent(progress('a', 1));
	onEvent(progress('b', 2));
	onEvent(progress('a', 100, true));
	expect(passed.slice(1)).toEqual([progress('b', 2), progress('a', 100, true)]);
	onEvent(progress('b', 3));
	const notice: EngineEvent = { type: 'notice', severity: 'info', code: 'all-here', text: 'all here' };
	onEvent(notice);
	expect(passed.slice(3)).toEqual([progress('b', 3), notice]);
});
