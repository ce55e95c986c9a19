import { factKey } from '../model/facts.ts';
import type { Cause } from '../model/facts.ts';
import type { Question, Session, Solved, Steps } from '../model/session.ts';

type Unsolvable = Extract<Solved, { readonly type: 'unsolvable' }>;

/** Facts by key. */
export type Cited = ReadonlyMap<string, Cause>;

/** A small problem is enough to judge a handful of facts; past this the fact is kept. */
const MOST_CONFLICTS_OF_A_TRIAL = 500;

/** The facts of the outside world that the conclusion was drawn from. */
export function citedCauses({ model, incompatibility }: Unsolvable): Cited {
	const { incompatibilities } = model.search;
	const cited = new Map<string, Cause>();
	const seen = new Set([incompatibility]);
	for (const number of seen) {
		const cause = model.facts.causeOf(number);
		const key = cause === undefined ? null : factKey(cause);
		if (cause !== undefined && key !== null && !cited.has(key)) {
			cited.set(key, cause);
		}

		if (incompatibilities.lefts.at(number) !== -1) {
			seen.add(incompatibilities.lefts.at(number)).add(incompatibilities.rights.at(number));
		}
	}

	return cited;
}

/** Leaves out every fact without which the rest is still contradictory. */
export function* minimalCauses(
	session: Session,
	{ question, cited }: { readonly question: Question; readonly cited: Cited },
): Steps<Cited> {
	let kept = cited;
	// Facts about roots last: a conflict that needs fewer packages is the better story.
	const order = [...cited.keys()].toSorted((a, b) => Number(a.startsWith('root ')) - Number(b.startsWith('root ')));
	for (const key of order) {
		const others = new Set([...kept.keys()].filter((other) => other !== key));
		const solved = yield* session.solve({
			...question,
			filter: { only: others, without: new Set() },
			mostConflicts: MOST_CONFLICTS_OF_A_TRIAL,
		});
		if (solved.type === 'unsolvable') {
			const still = citedCauses(solved);
			kept = new Map([...kept].filter(([candidate]) => still.has(candidate)));
		}
	}

	return kept;
}
