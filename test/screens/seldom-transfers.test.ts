import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { seldomTransfers } from '../../source/actions/seldom-transfers.ts';
import type { EngineEvent } from '../../source/engine/index.ts';
import type { TransferProgress } from '../../source/transfer-watch.ts';

let passed: (EngineEvent | readonly TransferProgress[])[] = [];
let seldom: ReturnType<typeof seldomTransfers>;

beforeEach(() => {
	vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
	passed = [];
	seldom = seldomTransfers({ event: (event) => passed.push(event), look: (progress) => passed.push(progress) });
});

afterEach(() => {
	seldom.stop();
	vi.useRealTimers();
});

function progress(id: string, receivedBytes: number, finished = false): TransferProgress {
	return { type: 'fetch-progress', id, receivedBytes, totalBytes: 100, unpackedBytes: null, finished };
}

function task(fraction: number): EngineEvent {
	return { type: 'task-progress', plugin: 'a', task: 'go', fraction, text: '' };
}

it('tells once a second how far transfers have come, of each the newest and of all together', () => {
	for (const bytes of [2, 3, 4]) {
		seldom.onEvent(progress('a', bytes));
		seldom.onEvent(progress('b', bytes, bytes === 4));
	}

	expect(passed).toEqual([]);
	vi.advanceTimersByTime(1000);
	expect(passed).toEqual([[progress('a', 4), progress('b', 4, true)]]);
});

it('looks even when nothing has come, since time goes by', () => {
	vi.advanceTimersByTime(2000);
	expect(passed).toEqual([[], []]);
});

it('holds nothing back past anything else that happens, or past the end', () => {
	seldom.onEvent(progress('a', 1));
	const notice: EngineEvent = { type: 'notice', severity: 'info', code: 'all-here', text: 'all here' };
	seldom.onEvent(notice);
	expect(passed).toEqual([[progress('a', 1)], notice]);
	seldom.onEvent(progress('a', 2));
	seldom.stop();
	expect(passed.slice(2)).toEqual([[progress('a', 2)]]);
	vi.advanceTimersByTime(5000);
	expect(passed).toHaveLength(3);
});

it('passes on at once how far a task has come, unless it has just done so', () => {
	seldom.onEvent(task(0.1));
	vi.advanceTimersByTime(100);
	seldom.onEvent(task(0.2));
	expect(passed).toEqual([task(0.1)]);
	vi.advanceTimersByTime(200);
	seldom.onEvent(task(0.3));
	seldom.onEvent(task(0.4));
	seldom.stop();
	expect(passed).toEqual([task(0.1), task(0.3), [], task(0.4)]);
});
