import { describe, expect, test } from 'vitest';
import { CRASH_SCENARIOS } from './crash-scenarios.ts';
import { type Mishap, rehearse, surviveOne } from './prove-crash.ts';

const isThorough = process.env['PLUGWARD_THOROUGH'] === '1';

/** By default each kind is tried at some of the writes of each operation, in each operation at others of them; all of them take minutes. */
const MISHAPS: readonly (readonly [mishap: Mishap, everyFirst: number])[] = [
	['kill', 19],
	[{ fails: 'ENOSPC' }, 29],
	[{ fails: 'EIO' }, 37],
	[{ powerCut: 'nothing-unsynced' }, 13],
	[{ powerCut: 'names-without-content' }, 23],
	[{ powerCut: { seed: 1 } }, 21],
	...(isThorough ? [2, 3, 4].map((seed): readonly [Mishap, number] => [{ powerCut: { seed } }, 1]) : []),
];

describe.each(CRASH_SCENARIOS.map((scenario, turn) => ({ ...scenario, turn })))('$name', (scenario) => {
	test('stopped, refused or without power at a write, it leaves one whole home that works', { timeout: 600_000 }, async () => {
		const { calls, before, after } = await rehearse(scenario);
		expect(calls.length).toBeGreaterThan(0);
		const counts = { before: 0, after: 0 };
		for (const [index, [mishap, every]] of MISHAPS.entries()) {
			const step = isThorough ? 1 : every;
			for (
				let call = isThorough ? 0 : (7 * scenario.turn + 3 * index) % Math.min(step, calls.length + 1);
				call <= calls.length;
				call += step
			) {
				try {
					counts[await surviveOne(scenario, { call, mishap, before, after })] += 1;
				} catch (error) {
					throw new Error(`${JSON.stringify(mishap)} at call ${call}: ${calls[call] ?? 'the end'}`, { cause: error });
				}
			}
		}

		if (isThorough) {
			console.log(`${scenario.name}: ${calls.length} writes, ${counts.before} times as before, ${counts.after} times as after`);
		}
	});
});

test.each([
	[
		'first install',
		(call: string) => call.startsWith('syncFolder') || call.startsWith('rename'),
		(isThorough ? [2, 3, 5, 8] : [2]).map((seed): Mishap => ({ powerCut: { seed } })),
	],
	['repair', (call: string) => call.includes('receipt.json'), [{ powerCut: 'names-without-content' } satisfies Mishap]],
] as const)('a %s survives a power cut where it is most delicate', { timeout: 120_000 }, async (name, isDelicate, cuts) => {
	const scenario = CRASH_SCENARIOS.find((one) => one.name === name);
	if (scenario === undefined) {
		return expect.fail(`there is no ${name}`);
	}

	const { calls, before, after } = await rehearse(scenario);
	for (const [call, text] of calls.entries()) {
		for (const mishap of isDelicate(text) ? cuts : []) {
			await surviveOne(scenario, { call, mishap, before, after });
		}
	}

	return undefined;
});
