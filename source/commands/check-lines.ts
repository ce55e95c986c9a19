import { type Evidence, stripToLine, type Verdict } from '../engine/index.ts';
import { checklistOf } from '../verdict-words.ts';
import { paragraphLines, type View } from './layout.ts';

const SIGNS = { failed: '!', open: '-', passed: '+' } as const;
const TONES = { failed: 'warning', open: 'plain', passed: 'good' } as const;

/** Why a package has its level, worst first: `!` fails, `-` is not known, `+` holds. */
export function checkLines(verdict: Verdict, evidence: readonly Evidence[], view: View): string[] {
	return checklistOf(verdict, evidence).flatMap(({ state, text }) =>
		paragraphLines(`${SIGNS[state]} ${stripToLine(text)}`, { view, indent: 2, tone: TONES[state] }),
	);
}
