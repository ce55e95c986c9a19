import { type Badge, type Line, span } from '../theme.ts';

export type Share = { readonly badge: Badge; readonly count: number };

/**
 * How a whole divides, as a bar of `width` cells that is made of the signs of its parts, so that it is read without colour as well. A part
 * that has something has a cell at least; nothing at all for nothing, or where there is no room for a cell of each.
 */
export function shareBar(shares: readonly Share[], width: number): Line {
	const parts = shares.filter(({ count }) => count > 0);
	const inside = width - 2;
	if (parts.length === 0 || inside < parts.length) {
		return [];
	}

	const cells = cellsOf(
		parts.map(({ count }) => count),
		inside,
	);
	return [
		span('[', 'dim'),
		...parts.map(({ badge }, index) => span(badge.sign.repeat(cells[index] ?? 0), badge.tone === 'plain' ? 'strong' : badge.tone)),
		span(']', 'dim'),
	];
}

/** Whole cells that add up to `width`: one for each part, and the rest by size, the largest remainders first. */
function cellsOf(counts: readonly number[], width: number): readonly number[] {
	const total = counts.reduce((sum, count) => sum + count, 0);
	const wanted = counts.map((count) => Math.max(1, (count / total) * width));
	const cells = wanted.map(Math.floor);
	const order = counts.map((_, index) => index).toSorted((a, b) => remainder(wanted[b]) - remainder(wanted[a]) || a - b);
	let left = width - cells.reduce((sum, count) => sum + count, 0);
	for (let turn = 0; left > 0; turn += 1, left -= 1) {
		const index = order[turn % order.length] ?? 0;
		cells[index] = (cells[index] ?? 0) + 1;
	}

	// The cells that small parts were given come from the largest.
	for (; left < 0; left += 1) {
		const index = cells.indexOf(Math.max(...cells));
		cells[index] = (cells[index] ?? 0) - 1;
	}

	return cells;
}

function remainder(value = 0): number {
	return value - Math.floor(value);
}

/** `3 of 10 core, 7 of 10 known`: the same for who hears it. */
export function shareWords(shares: readonly Share[]): string {
	const total = shares.reduce((sum, { count }) => sum + count, 0);
	return shares
		.filter(({ count }) => count > 0)
		.map(({ badge, count }) => `${count} of ${total} ${badge.word}`)
		.join(', ');
}
