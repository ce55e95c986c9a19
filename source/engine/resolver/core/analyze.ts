import { EngineError } from '../../errors.ts';
import type { Incompatibilities, Term } from './incompatibilities.ts';
import { DECISION } from './state.ts';
import type { State, ValueSet, Variable } from './state.ts';

/** `learned` follows from what is known; going back to `level` leaves it with one open term. */
export type Analysis =
	| { readonly type: 'learned'; readonly incompatibility: number; readonly level: number }
	| { readonly type: 'unsolvable'; readonly incompatibility: number };

/** Each step goes back at least one trail entry, so a sound analysis is far shorter: a fault must end in an error, not in a hang. */
const MOST_STEPS = 1_000_000;

type Satisfier = { readonly term: Term; readonly entry: number; readonly earlierLevel: number };

/** Conflict-driven learning over finite domains: union of the sets on the pivot, intersection elsewhere. */
export class Analyzer {
	readonly #state: State;
	readonly #incompatibilities: Incompatibilities;
	/** A weaker premise for the same conclusion, so that one lesson covers many versions; or the number itself. */
	readonly #widen: (incompatibility: number) => number;

	constructor(state: State, incompatibilities: Incompatibilities, widen: (incompatibility: number) => number) {
		this.#state = state;
		this.#incompatibilities = incompatibilities;
		this.#widen = widen;
	}

	analyze(conflict: number): Analysis {
		let current = this.#widen(conflict);
		for (let steps = 0; steps < MOST_STEPS; steps += 1) {
			const terms = this.#incompatibilities.terms(current).filter((term) => !this.#alwaysHolds(term));
			const latest = this.#latest(terms);
			if (latest === null) {
				return { type: 'unsolvable', incompatibility: current };
			}

			const level = this.#state.trailLevels.at(latest.entry);
			const cause = this.#state.trailCauses.at(latest.entry);
			if (cause === DECISION || (level > 0 && latest.earlierLevel < level)) {
				return { type: 'learned', incompatibility: current, level: latest.earlierLevel };
			}

			const right = this.#widen(cause);
			const merged = this.#resolvent(terms, this.#incompatibilities.terms(right), latest.term.variable);
			current = this.#incompatibilities.addDerived(merged, current, right);
		}

		throw new EngineError('internal', `The solver could not analyse a conflict in ${MOST_STEPS} steps.`);
	}

	/** The term that came to hold last, and the last level that the others and its own earlier narrowing need. */
	#latest(terms: readonly Term[]): Satisfier | null {
		let best: { readonly term: Term; readonly entry: number } | null = null;
		let secondEntry = -1;
		for (const term of terms) {
			const entry = this.#satisfier(term, null);
			if (best === null || entry > best.entry) {
				secondEntry = best?.entry ?? -1;
				best = { term, entry };
			} else if (entry > secondEntry) {
				secondEntry = entry;
			}
		}

		if (best === null) {
			return null;
		}

		const cause = this.#state.trailCauses.at(best.entry);
		if (cause !== DECISION) {
			const removed = this.#setOf(cause, best.term.variable);
			secondEntry = Math.max(secondEntry, this.#satisfier(best.term, removed));
		}

		const earlierLevel = secondEntry === -1 ? 0 : this.#state.trailLevels.at(secondEntry);
		return { ...best, earlierLevel };
	}

	/**
	 * The earliest entry after which the domain lies inside the term's set, or -1 when it always did. With `removed`, the values a
	 * later entry takes away are not looked at.
	 */
	#satisfier({ variable, set }: Term, removed: ValueSet | null): number {
		const state = this.#state;
		const width = state.width(variable);
		let entry = state.lastEntries.at(variable);
		while (entry !== -1) {
			const savedAt = state.trailSavedAt.at(entry);
			for (let i = 0; i < width; i += 1) {
				const ignored = removed === null ? 0 : this.#word(removed, i);
				if (((state.saved.items[savedAt + i] ?? 0) & ~ignored & ~this.#word(set, i)) !== 0) {
					return entry;
				}
			}

			entry = state.trailPrevious.at(entry);
		}

		return -1;
	}

	#alwaysHolds({ variable, set }: Term): boolean {
		const initial = this.#state.initialAt.at(variable);
		for (let i = this.#state.width(variable) - 1; i >= 0; i -= 1) {
			if (((this.#state.sets.items[initial + i] ?? 0) & ~this.#word(set, i)) !== 0) {
				return false;
			}
		}

		return true;
	}

	#resolvent(left: readonly Term[], right: readonly Term[], pivot: Variable): Term[] {
		const merged = new Map<Variable, ValueSet>(left.map(({ variable, set }) => [variable, set]));
		for (const { variable, set } of right) {
			const other = merged.get(variable);
			merged.set(variable, other === undefined ? set : this.#combine(variable, { a: other, b: set, isUnion: variable === pivot }));
		}

		return [...merged].map(([variable, set]) => ({ variable, set })).filter((term) => !this.#alwaysHolds(term));
	}

	#combine(variable: Variable, { a, b, isUnion }: { readonly a: ValueSet; readonly b: ValueSet; readonly isUnion: boolean }): ValueSet {
		if (a === b) {
			return a;
		}

		const width = this.#state.width(variable);
		const at = this.#state.sets.allocate(width);
		for (let i = 0; i < width; i += 1) {
			const [left, right] = [this.#word(a, i), this.#word(b, i)];
			this.#state.sets.items[at + i] = isUnion ? left | right : left & right;
		}

		return at;
	}

	#setOf(incompatibility: number, variable: Variable): ValueSet {
		const { starts, termVariables, termSets } = this.#incompatibilities;
		let i = starts.at(incompatibility);
		while (termVariables.at(i) !== variable) {
			i += 1;
		}

		return termSets.at(i);
	}

	#word(set: ValueSet, i: number): number {
		if (set >= 0) {
			return this.#state.sets.items[set + i] ?? 0;
		}

		const value = ~set;
		return value >>> 5 === i ? 1 << (value & 31) : 0;
	}
}
