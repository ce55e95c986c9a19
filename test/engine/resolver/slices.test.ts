import { afterEach, describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../../source/engine/errors.ts';
import { resolve, type MetadataAnswer, type MetadataProvider, type PackageIndex } from '../../../source/engine/resolver/index.ts';
import { Universe } from '../../helpers/universe.ts';

const WIDTH = 40;
const DEPTH = 12;

/** A tree of 480 packages, each in two versions, of which the upper half needs copies of its own. */
function wideUniverse(): { universe: Universe; roots: Record<string, string> } {
	const universe = new Universe();
	const roots: Record<string, string> = {};
	for (let row = 0; row < DEPTH; row += 1) {
		for (let column = 0; column < WIDTH; column += 1) {
			const below = `p${row + 1}-${column}`;
			const beside = `p${row + 1}-${(column * 7 + 1) % WIDTH}`;
			const dependencies = row + 1 === DEPTH ? {} : { [below]: '^1.0.0', [beside]: column % 2 === 0 ? '^1.0.0' : '^2.0.0' };
			universe.serve(`p${row}-${column}`, '1.0.0', { dependencies }).serve(`p${row}-${column}`, '2.0.0', { dependencies });
		}
	}

	for (let column = 0; column < WIDTH; column += 1) {
		roots[`p0-${column}`] = '^1.0.0';
	}

	return { universe, roots };
}

/** Counts what is read from indexes: edges while solving, manifests at the end. */
function counting(universe: Universe, onRead: () => void): MetadataProvider {
	const watched = (index: PackageIndex): PackageIndex =>
		new Proxy(index, {
			get: (target, key) => {
				const value: unknown = Reflect.get(target, key, target);
				if (typeof value !== 'function') {
					return value;
				}

				return (...values: unknown[]): unknown => {
					if (key === 'edges' || key === 'manifest') {
						onRead();
					}

					return Reflect.apply(value, target, values);
				};
			},
		});
	return {
		load: async (names) => {
			const answers = await universe.load(names);
			return new Map(
				[...answers].map(([name, answer]): [string, MetadataAnswer] => [
					name,
					answer.type === 'found' ? { type: 'found', index: watched(answer.index) } : answer,
				]),
			);
		},
	};
}

describe('a solve in slices', () => {
	afterEach(() => {
		vi.restoreAllMocks();
	});

	it('never does more than a fixed amount of work between two looks at the clock', async () => {
		const { universe, roots } = wideUniverse();
		// Each look finds that the slice is over, so the longest stretch without a turn is the longest without a look.
		let now = 0;
		vi.spyOn(performance, 'now').mockImplementation(() => (now += 100));
		let reads = 0;
		let total = 0;
		let longest = 0;
		let isOver = false;
		const turn = (): void => {
			longest = Math.max(longest, reads);
			reads = 0;
			if (!isOver) {
				setImmediate(turn);
			}
		};
		setImmediate(turn);
		const provider = counting(universe, () => {
			reads += 1;
			total += 1;
		});
		const options = { provider, signal: new AbortController().signal, budgetMilliseconds: Number.MAX_SAFE_INTEGER };
		const outcome = await resolve(universe.request(roots), options);
		isOver = true;
		longest = Math.max(longest, reads);
		expect(outcome.type).toBe('resolved');
		expect(total).toBeGreaterThan(2_000);
		expect(longest).toBeLessThanOrEqual(64);
	});

	it('ends at the next look when it is cancelled', async () => {
		const { universe, roots } = wideUniverse();
		const controller = new AbortController();
		let now = 0;
		vi.spyOn(performance, 'now').mockImplementation(() => (now += 100));
		let reads = 0;
		const provider = counting(universe, () => {
			reads += 1;
			if (reads === 700) {
				controller.abort();
			}
		});
		const solving = resolve(universe.request(roots), { provider, signal: controller.signal, budgetMilliseconds: Number.MAX_SAFE_INTEGER });
		const error = await solving.then(
			() => null,
			(thrown: unknown) => thrown,
		);
		expect(error instanceof EngineError ? error.code : error).toBe('cancelled');
		expect(reads).toBeLessThan(900);
	});

	it('gives up, as an outcome and not as an error, when its budget is used up', async () => {
		const { universe, roots } = wideUniverse();
		let now = 0;
		vi.spyOn(performance, 'now').mockImplementation(() => (now += 100));
		const outcome = await resolve(universe.request(roots), {
			provider: universe,
			signal: new AbortController().signal,
			budgetMilliseconds: 1_000,
		});
		expect(outcome).toEqual({ type: 'gave-up', conflicts: 0 });
	});
});
