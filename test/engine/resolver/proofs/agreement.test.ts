import { describe, expect, it } from 'vitest';
import { tally } from './agreements.ts';
import type { Tally } from './agreements.ts';

describe('whether there is a tree', { timeout: 120_000 }, () => {
	it('is said as MiniSat says it, over universes in which every dependency is a peer', async () => {
		expectAgreement(await tally('peersOnly', { from: 1, to: 60 }));
	});

	it('is said as MiniSat says it, over universes with copies, tags, overrides, ages, dates and revocations', async () => {
		expectAgreement(await tally('hostsAndLibraries', { from: 1, to: 80 }));
	});

	it('is said as a search of all placements says it, over universes in which copies hide peers', async () => {
		expectAgreement(await tally('nested', { from: 1, to: 100 }));
	});

	it('is said so too where dependencies are circular, unless copies would nest without end', async () => {
		expectAgreement(await tally('cyclic', { from: 1, to: 80 }));
	});
});

describe('a tree', { timeout: 120_000 }, () => {
	it('breaks no rule in universes that have everything', async () => {
		expectAgreement(await tally('wild', { from: 14, to: 33 }));
	});
});

/** Nothing is wrong, and neither answer is so rare that it would prove little. */
function expectAgreement({ solvable, unsolvable, wrong }: Tally): void {
	expect(wrong).toEqual([]);
	expect(Math.min(solvable, unsolvable) / (solvable + unsolvable)).toBeGreaterThanOrEqual(0.1);
}
