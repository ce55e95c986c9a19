import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDownloadService } from '../../registry-mirror/services/downloads.ts';
import type { DownloadStorage } from '../../registry-mirror/storage/index.ts';

const TODAY = Date.UTC(2026, 0, 1) / 86_400_000;

beforeEach(() => {
	vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
});

afterEach(() => {
	vi.useRealTimers();
});

function serviceOver(add: DownloadStorage['add']) {
	const background: Promise<unknown>[] = [];
	const storage = { add, read: async () => new Map(), sums: async () => new Map(), forgetBefore: async () => undefined };
	const service = createDownloadService({
		storage,
		now: Date.now,
		isHere: async () => true,
		inBackground: (work) => {
			background.push(work.catch((error: unknown) => error));
		},
	});
	return { service, background };
}

test('counts are written together, five seconds after the first: a kill loses no more', async () => {
	const add = vi.fn<DownloadStorage['add']>(async () => undefined);
	const { service } = serviceOver(add);
	service.count('a');
	await vi.advanceTimersByTimeAsync(4000);
	service.count('a');
	service.count('b');
	expect(add).not.toHaveBeenCalled();
	await vi.advanceTimersByTimeAsync(1000);
	expect(add.mock.calls).toEqual([
		[
			[
				{ name: 'a', day: TODAY, count: 2 },
				{ name: 'b', day: TODAY, count: 1 },
			],
		],
	]);
	await vi.advanceTimersByTimeAsync(60_000);
	expect(add).toHaveBeenCalledTimes(1);
});

test('what could not be written is written with the next', async () => {
	const add = vi.fn<DownloadStorage['add']>(async () => undefined).mockRejectedValueOnce(new Error('disk full'));
	const { service, background } = serviceOver(add);
	service.count('a');
	await vi.advanceTimersByTimeAsync(5000);
	expect(await background[0]).toEqual(new Error('disk full'));
	service.count('a');
	await vi.advanceTimersByTimeAsync(5000);
	expect(add.mock.calls[1]).toEqual([[{ name: 'a', day: TODAY, count: 2 }]]);
});

test('a search does not fail for want of numbers', async () => {
	const { service, background } = serviceOver(() => Promise.reject(new Error('disk full')));
	service.count('a');
	expect(await service.weekly()).toEqual(new Map());
	expect(await background[0]).toEqual(new Error('disk full'));
});
