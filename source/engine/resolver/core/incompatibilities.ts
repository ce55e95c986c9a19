import { Numbers } from './numbers.ts';
import type { ValueSet, Variable } from './state.ts';

export type Term = { readonly variable: Variable; readonly set: ValueSet };

/**
 * All incompatibilities, each known by number: a list of terms that cannot all hold. One that was told from outside has a cause,
 * one that was derived has the two it was derived from. `attach` puts it where propagation finds it.
 */
export class Incompatibilities {
	readonly starts = new Numbers();
	readonly termVariables = new Numbers();
	readonly termSets = new Numbers();
	/** Number of an outside cause, or -1. */
	readonly causes = new Numbers();
	readonly lefts = new Numbers();
	readonly rights = new Numbers();
	/** Linked lists: for each variable the incompatibilities that mention it, newest first. */
	readonly heads = new Numbers();
	readonly nextNodes = new Numbers();
	readonly nodeNumbers = new Numbers();

	constructor() {
		this.starts.push(0);
	}

	get count(): number {
		return this.starts.length - 1;
	}

	addFact(terms: readonly Term[], cause: number): number {
		return this.#add(terms, { cause, left: -1, right: -1 });
	}

	addDerived(terms: readonly Term[], left: number, right: number): number {
		return this.#add(terms, { cause: -1, left, right });
	}

	attach(number: number): void {
		for (let i = this.starts.at(number); i < this.starts.at(number + 1); i += 1) {
			const variable = this.termVariables.at(i);
			while (this.heads.length <= variable) {
				this.heads.push(-1);
			}

			const node = this.nodeNumbers.push(number);
			this.nextNodes.push(this.heads.at(variable));
			this.heads.set(variable, node);
		}
	}

	terms(number: number): Term[] {
		const terms: Term[] = [];
		for (let i = this.starts.at(number); i < this.starts.at(number + 1); i += 1) {
			terms.push({ variable: this.termVariables.at(i), set: this.termSets.at(i) });
		}

		return terms;
	}

	#add(terms: readonly Term[], origin: { readonly cause: number; readonly left: number; readonly right: number }): number {
		for (const { variable, set } of terms) {
			this.termVariables.push(variable);
			this.termSets.push(set);
		}

		this.starts.push(this.termVariables.length);
		this.causes.push(origin.cause);
		this.lefts.push(origin.left);
		return this.rights.push(origin.right);
	}
}
