import { factKey } from '../model/facts.ts';
import type { Cause } from '../model/facts.ts';
import type { Question, Solved, Steps } from '../model/session.ts';
import type { Effort } from './effort.ts';

type Unsolvable = Extract<Solved, { readonly type: 'unsolvable' }>;

/** Facts by key. */
export type Cited = ReadonlyMap<string, Cause>;

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

/** Leaves out every fact without which the rest is still contradictory, as far as the effort goes. */
export function* minimalCauses(effort: Effort, { question, cited }: { readonly question: Question; readonly cited: Cited }): Steps<Cited> {
	let kept = cited;
	// Facts about roots last: a conflict that needs fewer packages is the better story.
	const order = [...cited.keys()].toSorted((a, b) => Number(a.startsWith('root ')) - Number(b.startsWith('root ')));
	for (const key of order) {
		if (!kept.has(key)) {
			continue;
		}

		const others = new Set([...kept.keys()].filter((other) => other !== key));
		const solved = yield* effort.solve({ ...question, filter: { only: others, without: new Set() } });
		if (solved.type === 'unsolvable') {
			const still = citedCauses(solved);
			kept = new Map([...kept].filter(([candidate]) => still.has(candidate)));
		}
	}

	return kept;
}
