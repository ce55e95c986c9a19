import { describe, expect, it } from 'vitest';
import { answer } from '../../../source/engine/resolver/answer.ts';
import { Session } from '../../../source/engine/resolver/model/session.ts';
import type { ResolveOutcome } from '../../../source/engine/resolver/index.ts';
import { Universe } from '../../helpers/universe.ts';
import { wild } from './proofs/random-universes.ts';
import type { Puzzle } from './proofs/random-universes.ts';

/** Runs to the end and says how many decisions were made after it was known that there is no tree. */
async function explained({ universe, roots, ask }: Puzzle): Promise<{ readonly outcome: ResolveOutcome; readonly decisions: number }> {
	const session = new Session(universe.request(roots, ask));
	const solve = session.solve.bind(session);
	let first: number | null = null;
	session.solve = function* (question) {
		const solved = yield* solve(question);
		first ??= session.statistics.decisions;
		return solved;
	};
	const steps = answer(session);
	for (;;) {
		const step = steps.next();
		if (step.done === true) {
			return { outcome: step.value, decisions: session.statistics.decisions - (first ?? 0) };
		}

		for (const [name, answered] of step.value.type === 'need' ? await universe.load(step.value.names) : []) {
			session.table.add(name, answered);
		}
	}
}

describe('what explaining may cost', () => {
	it('is bounded where packages of a few names can be nested in thousands of ways, and the report says that it was cut short', async () => {
		const { outcome, decisions } = await explained(wild(34));
		expect(outcome.type === 'unsolvable' && outcome.failure.isCut).toBe(true);
		expect(outcome.type === 'unsolvable' ? outcome.failure.conflicts[0]?.sentences.at(-1) : '').toMatch(/^So .* cannot be installed/u);
		expect(decisions).toBeLessThan(30_000);
	});

	it('is not felt by a usual conflict, whose report is whole', async () => {
		const universe = new Universe()
			.serve('host', '1.0.0')
			.serve('host', '2.0.0')
			.serve('plugin', '1.0.0', { peerDependencies: { host: '^1.0.0' } });
		const { outcome, decisions } = await explained({ universe, roots: { host: '^2.0.0', plugin: '*' }, ask: {} });
		expect(outcome.type === 'unsolvable' ? outcome.failure.isCut : outcome.type).toBe(false);
		expect(decisions).toBeLessThan(50);
	});
});
