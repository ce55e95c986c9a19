import { describe, expect, it } from 'vitest';

import { look, rateOf, silenceOf, startWatch } from '../source/transfer-watch.ts';
import type { TransferWatch, WatchedTransfers } from '../source/transfer-watch.ts';

/** All of them began at 0; `null` is one that has ended. */
function transfers(received: Readonly<Record<string, number | null>>): WatchedTransfers {
	return Object.fromEntries(
		Object.entries(received).map(([id, bytes]) => [
			id,
			{ receivedBytes: bytes ?? 100, totalBytes: 100, unpackedBytes: null, finished: bytes === null, beganAt: 0 },
		]),
	);
}

function looks(...received: readonly Readonly<Record<string, number | null>>[]): TransferWatch {
	return received.reduce((watch, one, index) => look(watch, transfers(one), index * 1000), startWatch(0));
}

describe('the rate', () => {
	it('is that of the last seconds, not of the whole', () => {
		expect(rateOf(looks({ a: 0 }))).toBeNull();
		expect(rateOf(looks({ a: 0 }, { a: 3000 }))).toBe(3000);
		const slower = looks({ a: 0 }, { a: 3000 }, { a: 3010 }, { a: 3020 }, { a: 3030 }, { a: 3040 }, { a: 3050 });
		expect(rateOf(slower)).toBe(10);
	});
});

describe('a silence', () => {
	it('is told of once it has lasted, and is over with the next byte', () => {
		const silent = looks({ a: 5 }, { a: 6 }, { a: 6 }, { a: 6 });
		expect(silenceOf(silent)).toBeNull();
		const longer = look(silent, transfers({ a: 6 }), 4000);
		expect(silenceOf(longer)).toBe(3000);
		expect(silenceOf(look(longer, transfers({ a: 7 }), 5000))).toBeNull();
	});
});

describe('the lines of transfers', () => {
	it('are for those that last', () => {
		expect(look(startWatch(0), transfers({ a: 1 }), 100).rows).toEqual([]);
		expect(look(startWatch(0), transfers({ a: 1 }), 1000).rows).toEqual(['a']);
	});

	it('stay where they are while others end', () => {
		const first = looks({}, { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1 });
		expect(first.rows).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
		const second = look(first, transfers({ a: 1, b: null, c: 1, d: 1, e: 1, f: 1, g: 1 }), 2000);
		expect(second.rows).toEqual(['a', 'g', 'c', 'd', 'e', 'f']);
		const third = look(second, transfers({ a: null, b: null, c: 1, d: 1, e: 1, f: null, g: 1 }), 3000);
		expect(third.rows).toEqual(['e', 'g', 'c', 'd']);
		expect(look(third, transfers({ a: null, e: null, g: null, c: null, d: null }), 4000).rows).toEqual([]);
	});
});
