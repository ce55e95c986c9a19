import { Analyzer } from './analyze.ts';
import { Incompatibilities } from './incompatibilities.ts';
import type { Term } from './incompatibilities.ts';
import { Numbers } from './numbers.ts';
import type { Words } from './numbers.ts';
import { Propagator } from './propagate.ts';
import { State } from './state.ts';
import type { Variable } from './state.ts';

/** What the search asks of the model that it searches. */
export interface Strategy {
	/** Tells the search what follows from `variable = value`; true when it told something new. */
	expand(variable: Variable, value: number): boolean | { readonly need: readonly string[] };
	/** The same for what depends on several variables that have their value by now. */
	settle(variable: Variable): boolean | { readonly need: readonly string[] };
	/** The value to try first. */
	choose(variable: Variable): number;
	/** An incompatibility with a weaker premise that is as true, or the same number. */
	widen(incompatibility: number): number;
}

export type SearchStatus =
	| { readonly type: 'done' }
	| { readonly type: 'unsolvable'; readonly incompatibility: number }
	| { readonly type: 'need'; readonly names: readonly string[] }
	| { readonly type: 'paused' }
	| { readonly type: 'gave-up' };

/** A tree of a thousand packages takes about three thousand. Whatever wants this many would fill the memory before it fills its time. */
const MOST_INCOMPATIBILITIES = 400_000;

export type SearchLimits = { readonly pauseAt: number; readonly mostConflicts: number; readonly mostDecisions: number };

/** So many lessons about one variable, and it is decided before the others. */
const TROUBLE = 5;
/** The clock is read once in so many steps. */
const STEPS_BETWEEN_LOOKS = 32;

/** The loop: propagate, learn from a conflict, else decide the next present variable in the order of discovery. */
export class Search {
	readonly state: State;
	readonly incompatibilities = new Incompatibilities();
	decisions = 0;
	conflicts = 0;
	readonly #propagator: Propagator;
	readonly #analyzer: Analyzer;
	readonly #strategy: Strategy;
	readonly #early: Variable[] = [];
	readonly #trouble = new Map<Variable, number>();
	/** Everything on the agenda before the cursor is assigned and settled; one saved cursor for each level. */
	#cursor = 0;
	readonly #cursors = new Numbers();
	#steps = 0;

	constructor(sets: Words, strategy: Strategy) {
		this.state = new State(sets);
		this.#strategy = strategy;
		this.#propagator = new Propagator(this.state, this.incompatibilities);
		this.#analyzer = new Analyzer(this.state, this.incompatibilities, (number) => strategy.widen(number));
	}

	/** The terms can never all hold, says `cause`. */
	addFact(terms: readonly Term[], cause: number): number {
		const number = this.incompatibilities.addFact(terms, cause);
		this.activate(number);
		return number;
	}

	/** Lets propagation use an incompatibility that so far served only as a premise. */
	activate(number: number): void {
		this.incompatibilities.attach(number);
		this.#propagator.enqueueFresh(number);
	}

	/** Decides the variable as soon as it is present. */
	decideEarly(variable: Variable): void {
		if (!this.#early.includes(variable)) {
			this.#early.push(variable);
		}
	}

	run(limits: SearchLimits): SearchStatus {
		for (;;) {
			this.#steps += 1;
			if (this.#steps % STEPS_BETWEEN_LOOKS === 0 && performance.now() > limits.pauseAt) {
				return { type: 'paused' };
			}

			if (this.incompatibilities.count > MOST_INCOMPATIBILITIES) {
				return { type: 'gave-up' };
			}

			const conflict = this.#propagator.run();
			if (conflict !== -1) {
				const unsolvable = this.#learn(conflict);
				if (unsolvable !== null) {
					return { type: 'unsolvable', incompatibility: unsolvable };
				}

				if (this.conflicts > limits.mostConflicts || this.decisions > limits.mostDecisions) {
					return { type: 'gave-up' };
				}

				continue;
			}

			const status = this.#step();
			if (status !== null) {
				return status;
			}
		}
	}

	/** One decision or one settled variable; null to go on. */
	#step(): SearchStatus | null {
		const early = this.#early.find((variable) => this.state.isPresent(variable) && this.state.value(variable) === -1);
		if (early !== undefined) {
			return this.#try(early);
		}

		if (this.#cursor >= this.state.agenda.length) {
			return { type: 'done' };
		}

		const variable = this.state.agenda.at(this.#cursor);
		const value = this.state.value(variable);
		if (value === -1) {
			return this.#try(variable);
		}

		const expanded = this.#strategy.expand(variable, value);
		const told = expanded === false ? this.#strategy.settle(variable) : expanded;
		if (told === false) {
			this.#cursor += 1;
		}

		return typeof told === 'object' ? { type: 'need', names: told.need } : null;
	}

	/** Learns what the best value entails before deciding it: if that rules it out, propagation says so without a conflict. */
	#try(variable: Variable): SearchStatus | null {
		const value = this.#strategy.choose(variable);
		const told = this.#strategy.expand(variable, value);
		if (typeof told === 'object') {
			return { type: 'need', names: told.need };
		}

		if (!told) {
			this.decisions += 1;
			while (this.#cursors.length <= this.state.level) {
				this.#cursors.push(0);
			}

			this.#cursors.set(this.state.level, this.#cursor);
			this.state.decide(variable, value);
			this.#propagator.enqueue(variable);
		}

		return null;
	}

	/** Null, or the number of the incompatibility that shows there is no solution. */
	#learn(conflict: number): number | null {
		this.conflicts += 1;
		const analysis = this.#analyzer.analyze(conflict);
		if (analysis.type === 'unsolvable') {
			return analysis.incompatibility;
		}

		if (analysis.incompatibility !== conflict && this.incompatibilities.causes.at(analysis.incompatibility) === -1) {
			this.incompatibilities.attach(analysis.incompatibility);
		}

		const level = this.#noteTrouble(analysis.incompatibility) ? 0 : analysis.level;
		this.#backtrack(level);
		this.#propagator.enqueueFresh(analysis.incompatibility);
		return null;
	}

	#backtrack(level: number): void {
		if (level < this.state.level) {
			this.#cursor = this.#cursors.at(level);
			this.state.backtrack(level, (variable) => this.#propagator.enqueue(variable));
		}
	}

	#noteTrouble(incompatibility: number): boolean {
		let isNew = false;
		for (const { variable } of this.incompatibilities.terms(incompatibility)) {
			const count = (this.#trouble.get(variable) ?? 0) + 1;
			this.#trouble.set(variable, count);
			if (count === TROUBLE) {
				this.decideEarly(variable);
				isNew = true;
			}
		}

		return isNew;
	}
}
