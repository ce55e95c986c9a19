import type { Incompatibilities } from './incompatibilities.ts';
import { Numbers } from './numbers.ts';
import { OPEN, SATISFIED } from './state.ts';
import type { State, Variable } from './state.ts';

const NO_CONFLICT = -1;

/** Unit propagation: draws every conclusion that one incompatibility alone allows. */
export class Propagator {
	readonly #state: State;
	readonly #incompatibilities: Incompatibilities;
	readonly #changed = new Numbers();
	readonly #isQueued = new Numbers();
	readonly #fresh = new Numbers();

	constructor(state: State, incompatibilities: Incompatibilities) {
		this.#state = state;
		this.#incompatibilities = incompatibilities;
	}

	/** Looks again at everything that mentions the variable. */
	enqueue(variable: Variable): void {
		while (this.#isQueued.length <= variable) {
			this.#isQueued.push(0);
		}

		if (this.#isQueued.at(variable) === 0) {
			this.#isQueued.set(variable, 1);
			this.#changed.push(variable);
		}
	}

	/** Looks at one incompatibility, which nothing has triggered since it is new. */
	enqueueFresh(incompatibility: number): void {
		this.#fresh.push(incompatibility);
	}

	/** The number of an incompatibility all of whose terms hold, or -1. */
	run(): number {
		for (;;) {
			if (this.#fresh.length > 0) {
				const incompatibility = this.#fresh.last;
				this.#fresh.length -= 1;
				if (this.#draw(incompatibility)) {
					return incompatibility;
				}

				continue;
			}

			if (this.#changed.length === 0) {
				return NO_CONFLICT;
			}

			const variable = this.#changed.last;
			this.#changed.length -= 1;
			this.#isQueued.set(variable, 0);
			const conflict = this.#visit(variable);
			if (conflict !== NO_CONFLICT) {
				// The rest of the list was not seen; the variable stays queued so that nothing is missed after backtracking.
				this.enqueue(variable);
				return conflict;
			}
		}
	}

	#visit(variable: Variable): number {
		const { heads, nextNodes, nodeNumbers } = this.#incompatibilities;
		if (variable >= heads.length) {
			return NO_CONFLICT;
		}

		for (let node = heads.at(variable); node !== -1; node = nextNodes.at(node)) {
			const incompatibility = nodeNumbers.at(node);
			if (this.#draw(incompatibility)) {
				return incompatibility;
			}
		}

		return NO_CONFLICT;
	}

	/** True for a conflict. With exactly one open term, its opposite follows. */
	#draw(incompatibility: number): boolean {
		const { starts, termVariables, termSets } = this.#incompatibilities;
		const state = this.#state;
		let openTerm = -1;
		const end = starts.items[incompatibility + 1] ?? 0;
		for (let i = starts.items[incompatibility] ?? 0; i < end; i += 1) {
			const relation = state.relation(termVariables.items[i] ?? 0, termSets.items[i] ?? 0);
			if (relation === SATISFIED) {
				continue;
			}

			if (relation !== OPEN || openTerm !== -1) {
				return false;
			}

			openTerm = i;
		}

		if (openTerm === -1) {
			return true;
		}

		const variable = termVariables.at(openTerm);
		state.exclude(variable, termSets.at(openTerm), incompatibility);
		this.enqueue(variable);
		return false;
	}
}
