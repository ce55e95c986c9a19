import { expect, test } from 'vitest';
import { amountText, fetchAmount, NOTHING_PLANNED, type Transfer } from '../source/fetch-amount.ts';

const transfer = (changes: Partial<Transfer>): Transfer => ({
	receivedBytes: 0,
	totalBytes: null,
	unpackedBytes: null,
	finished: false,
	...changes,
});
const planned = { packages: 3, unpackedBytes: 12_400_000, unknownSizes: 0 };

test('before the first byte all that is to come is known', () => {
	expect(amountText(fetchAmount(planned, []))).toBe('0.0 of 12.4 MB');
	expect(fetchAmount(planned, [])).toMatchObject({ finished: 0, packages: 3 });
});

test('what is on its way counts by its share, what is finished as a whole', () => {
	const transfers = [
		transfer({ receivedBytes: 50, totalBytes: 100, unpackedBytes: 4_000_000 }),
		transfer({ receivedBytes: 80, unpackedBytes: 1_100_000, finished: true }),
	];
	expect(amountText(fetchAmount(planned, transfers))).toBe('3.1 of 12.4 MB');
});

test('sizes that nobody told are not guessed: the total is at least that of the others', () => {
	const transfers = [transfer({ receivedBytes: 9_000_000, totalBytes: 9_000_000, finished: true })];
	expect(amountText(fetchAmount({ ...planned, unknownSizes: 1 }, transfers))).toBe('0.0 of at least 12.4 MB');
});

test('where no size was told before, transfers tell theirs when they begin', () => {
	const unknown = { packages: 2, unpackedBytes: 0, unknownSizes: 2 };
	expect(amountText(fetchAmount(unknown, []))).toBe('0 B');
	const first = transfer({ receivedBytes: 1_000_000, totalBytes: 4_000_000 });
	expect(amountText(fetchAmount(unknown, [first]))).toBe('1.0 of at least 4.0 MB');
	expect(amountText(fetchAmount(unknown, [first, transfer({ totalBytes: 2_000_000 })]))).toBe('1.0 of 6.0 MB');
	expect(amountText(fetchAmount(unknown, [transfer({ receivedBytes: 2500 })]))).toBe('2.5 kB');
	expect(amountText(fetchAmount(NOTHING_PLANNED, []))).toBe('0 B');
});

test('more than was told never reads as more than all', () => {
	const told = { packages: 1, unpackedBytes: 300, unknownSizes: 0 };
	expect(amountText(fetchAmount(told, [transfer({ receivedBytes: 900, totalBytes: 100, unpackedBytes: 300 })]))).toBe('300 of 300 B');
});
