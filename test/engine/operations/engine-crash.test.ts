import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENGINE_SCENARIOS, type EngineStage, type Mishap, openStage, rehearse, surviveOne } from './engine-crash-scenarios.ts';

const isThorough = process.env['PLUGWARD_THOROUGH'] === '1';

const MISHAPS: readonly Mishap[] = [
	'kill',
	{ powerCut: 'nothing-unsynced' },
	{ fails: 'ENOSPC' },
	{ powerCut: 'names-without-content' },
	{ fails: 'EIO' },
	{ powerCut: { seed: 3 } },
];

let stage: EngineStage & AsyncDisposable;
beforeAll(async () => {
	stage = await openStage();
});
afterAll(async () => stage[Symbol.asyncDispose]());

/** Every kind at every write takes minutes; without it one write for each kind, spread over all of the operation's. */
function triesOf(writes: number, scenario: number): readonly { readonly index: number; readonly mishap: Mishap }[] {
	if (isThorough) {
		return MISHAPS.flatMap((mishap) => Array.from({ length: writes + 1 }, (_, index) => ({ index, mishap })));
	}

	// One each; the scenarios take turns, so that every kind is tried twice.
	const at = scenario % MISHAPS.length;
	return [{ index: Math.floor((writes * (2 * at + 1)) / (2 * MISHAPS.length)), mishap: MISHAPS[at] ?? 'kill' }];
}

test.each(ENGINE_SCENARIOS.map((scenario, index) => ({ scenario, index, name: scenario.name })))(
	'$name through the engine, stopped, refused or without power at a write, leaves one whole home that works',
	{ timeout: 1_200_000 },
	async ({ scenario, index: turn }) => {
		const rehearsed = await rehearse(scenario, stage);
		expect(rehearsed.calls.length).toBeGreaterThan(0);
		const counts = { before: 0, after: 0 };
		for (const one of triesOf(rehearsed.calls.length, turn)) {
			try {
				counts[await surviveOne({ scenario, stage, rehearsed }, one)] += 1;
			} catch (error) {
				throw new Error(`${JSON.stringify(one.mishap)} at write ${one.index}: ${rehearsed.calls[one.index] ?? 'the end'}`, {
					cause: error,
				});
			}
		}

		if (isThorough) {
			console.log(`${scenario.name}: ${rehearsed.calls.length} writes, ${counts.before} times as before, ${counts.after} times as after`);
		}
	},
);
