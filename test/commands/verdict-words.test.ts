import { describe, expect, it } from 'vitest';
import type { Evidence, Verdict } from '../../source/engine/index.ts';
import { checklistOf, raisesOf } from '../../source/verdict-words.ts';

const evidence = (kind: Evidence['kind'], state: Evidence['state'], reason: string): Evidence => ({
	kind,
	state,
	reason,
	code: null,
	identity: null,
});
const verdict: Verdict = {
	level: 'unknown',
	decision: 'ask',
	reasons: [
		{ rule: 'integrity', passed: true, text: 'The bytes are right.' },
		{ rule: 'level-known', passed: false, text: 'known needs more.' },
		{ rule: 'unproven', passed: false, text: 'Nothing is proven.' },
		{ rule: 'minimum-level', passed: false, text: 'Below the minimum.' },
	],
	wouldRaise: ['a', 'b', 'c'],
};

describe('the checklist behind a level', () => {
	it('names the severest rule first, what nobody could look at once, and what holds last', () => {
		const lines = checklistOf(verdict, [
			evidence('integrity', 'verified', 'The bytes are right.'),
			evidence('registry-signature', 'unavailable', 'no keys'),
			evidence('provenance', 'unavailable', 'no attestations'),
		]);
		expect(lines).toEqual([
			{ state: 'failed', text: 'Below the minimum.' },
			{ state: 'failed', text: 'Nothing is proven.' },
			{
				state: 'open',
				text: 'Nothing could be looked at for registry signature and provenance: the registry serves none, or was not asked.',
			},
			{ state: 'passed', text: 'The bytes are right.' },
		]);
	});

	it('keeps the reason of a single kind that nobody could look at, and counts false evidence as a failure', () => {
		const lines = checklistOf({ ...verdict, reasons: [] }, [
			evidence('provenance', 'unavailable', 'Offline.'),
			evidence('registry-signature', 'invalid', 'expected a, got b'),
		]);
		expect(lines).toEqual([
			{ state: 'failed', text: 'Registry signature invalid: expected a, got b' },
			{ state: 'open', text: 'Provenance unavailable: Offline.' },
		]);
	});

	it('tells only the nearest things that would raise the level', () => {
		expect(raisesOf(verdict)).toEqual(['a', 'b']);
	});
});
