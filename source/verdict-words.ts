import { type Evidence, type EvidenceKind, EVIDENCE_KIND_WORDS, type Verdict } from './engine/index.ts';

/** One line of the checklist behind a level. `open`: nobody could look, or it is not reached. */
export type CheckLine = { readonly state: 'failed' | 'open' | 'passed'; readonly text: string };

/** More would be read by nobody; the rest is in `--json`. */
const RAISES_SHOWN = 2;

const ORDER = ['failed', 'open', 'passed'] as const;

/**
 * Why a package has its level, worst first. Every kind of evidence that nobody could look at stands on one line, and rungs that are not
 * reached are left to `raisesOf`.
 */
export function checklistOf(verdict: Verdict, evidence: readonly Evidence[]): readonly CheckLine[] {
	const unavailable = evidence.filter(({ state }) => state === 'unavailable');
	const isGrouped = unavailable.length > 1;
	const kinds = new Set<string>(evidence.map(({ kind }) => kind));
	const lines = [
		// The severest rule of the policy comes last in a verdict.
		...verdict.reasons
			.toReversed()
			.filter(({ rule, passed }) => !kinds.has(rule) && (passed || !rule.startsWith('level-')))
			.map(({ passed, text }): CheckLine => ({ state: passed ? 'passed' : 'failed', text })),
		...evidence.filter(({ state }) => !(isGrouped && state === 'unavailable')).map(lineOf),
		...(isGrouped ? [{ state: 'open' as const, text: nothingToLookAt(unavailable.map(({ kind }) => kind)) }] : []),
	];
	return lines.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
}

/** What would raise the level, nearest first. */
export function raisesOf({ wouldRaise }: Verdict): readonly string[] {
	return wouldRaise.slice(0, RAISES_SHOWN);
}

function lineOf({ kind, state, reason }: Evidence): CheckLine {
	switch (state) {
		case 'verified':
			return { state: 'passed', text: reason };
		case 'unavailable':
		case 'absent':
			return { state: 'open', text: `${EVIDENCE_KIND_WORDS[kind]} ${state}: ${reason}` };
		case 'invalid':
			return { state: 'failed', text: `${EVIDENCE_KIND_WORDS[kind]} ${state}: ${reason}` };
	}
}

function nothingToLookAt(kinds: readonly EvidenceKind[]): string {
	const words = kinds.map((kind) => EVIDENCE_KIND_WORDS[kind].toLowerCase().replace('openpgp', 'OpenPGP'));
	return `Nothing could be looked at for ${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}: the registry serves none, or was not asked.`;
}
