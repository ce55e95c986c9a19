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

function serviceOver(add: DownloadStorage['add'], sums: DownloadStorage['sums'] = async () => new Map()) {
	const background: Promise<unknown>[] = [];
	const storage = { add, read: async () => new Map(), sums, forgetBefore: async () => undefined };
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

test('the sums of a week are added up once a day, and grow with what is counted meanwhile', async () => {
	const sums = vi.fn<DownloadStorage['sums']>(async () => new Map([['a', 10]]));
	const { service } = serviceOver(async () => undefined, sums);
	service.count('a');
	service.count('b');
	expect(await service.weekly()).toEqual(
		new Map([
			['a', 11],
			['b', 1],
		]),
	);
	service.count('a');
	expect(await service.weekly()).toEqual(
		new Map([
			['a', 11],
			['b', 1],
		]),
	);
	await vi.advanceTimersByTimeAsync(60_000);
	expect(await service.weekly()).toEqual(
		new Map([
			['a', 12],
			['b', 1],
		]),
	);
	expect(sums.mock.calls).toEqual([[{ from: TODAY - 6, to: TODAY }]]);
	await vi.advanceTimersByTimeAsync(86_400_000);
	expect(await service.weekly()).toEqual(new Map([['a', 10]]));
	expect(sums).toHaveBeenLastCalledWith({ from: TODAY - 5, to: TODAY + 1 });
});

test('a search does not fail for want of numbers', async () => {
	const { service, background } = serviceOver(
		async () => undefined,
		() => Promise.reject(new Error('disk full')),
	);
	expect(await service.weekly()).toEqual(new Map());
	expect(await background[0]).toEqual(new Error('disk full'));
});
