import { Numbers, Words } from './numbers.ts';

/** A variable: an integer from zero. */
export type Variable = number;

/** A set of values of one variable: an offset into `sets`, or `~value` for a single value. */
export type ValueSet = number;

export const ABSENT: ValueSet = ~0;
export const CONTRADICTED = 0;
export const SATISFIED = 1;
export const OPEN = 2;

/** The cause of a trail entry that is a decision. */
export const DECISION = -1;

/**
 * The finite domains and the trail. Bit 0 of a domain is "absent", bit i is the i-th value. Every narrowing of a domain is one
 * trail entry that keeps the words it replaced, so that any earlier state can be restored or asked about.
 */
export class State {
	/** Shared by all solves over the same packages; sets are never changed, only added. */
	readonly sets: Words;
	readonly widths = new Numbers();
	/** Domain now, one region per variable. */
	readonly domains = new Words();
	readonly domainAt = new Numbers();
	/** Domain at creation, in `sets`. */
	readonly initialAt = new Numbers();
	/** The only value left, or -1. */
	readonly values = new Numbers();
	readonly lastEntries = new Numbers();

	readonly trailVariables = new Numbers();
	readonly trailCauses = new Numbers();
	readonly trailLevels = new Numbers();
	readonly trailPrevious = new Numbers();
	readonly trailSavedAt = new Numbers();
	readonly saved = new Words();

	/** Variables in the order in which they lost "absent", with the trail entry that did it. */
	readonly agenda = new Numbers();
	readonly agendaEntries = new Numbers();
	level = 0;

	constructor(sets: Words) {
		this.sets = sets;
	}

	get variableCount(): number {
		return this.widths.length;
	}

	/** `initial` is an offset into `sets` of `width` words. */
	addVariable(width: number, initial: number): Variable {
		const variable = this.widths.push(width);
		const at = this.domains.allocate(width);
		for (let i = 0; i < width; i += 1) {
			this.domains.items[at + i] = this.sets.items[initial + i] ?? 0;
		}

		this.domainAt.push(at);
		this.initialAt.push(initial);
		this.lastEntries.push(-1);
		this.values.push(-1);
		this.#refreshValue(variable);
		return variable;
	}

	/** Copies the words into a new set. */
	addSet(words: Uint32Array): ValueSet {
		const at = this.sets.allocate(words.length);
		this.sets.items.set(words, at);
		return at;
	}

	width(variable: Variable): number {
		return this.widths.items[variable] ?? 0;
	}

	value(variable: Variable): number {
		return this.values.items[variable] ?? -1;
	}

	canBe(variable: Variable, value: number): boolean {
		const at = this.domainAt.items[variable] ?? 0;
		return ((this.domains.items[at + (value >>> 5)] ?? 0) & (1 << (value & 31))) !== 0;
	}

	isPresent(variable: Variable): boolean {
		return !this.canBe(variable, 0);
	}

	/** The highest value of the domain that is at most `value`, or -1. */
	highestUpTo(variable: Variable, value: number): number {
		const at = this.domainAt.at(variable);
		let i = value >>> 5;
		let word = value < 0 ? 0 : (this.domains.items[at + i] ?? 0) & (0xffffffff >>> (31 - (value & 31)));
		while (word === 0) {
			i -= 1;
			if (value < 0 || i < 0) {
				return -1;
			}

			word = this.domains.items[at + i] ?? 0;
		}

		return i * 32 + 31 - Math.clz32(word);
	}

	/** How the domain now relates to "the variable is in the set". */
	relation(variable: Variable, set: ValueSet): number {
		if (set < 0) {
			const value = ~set;
			if (!this.canBe(variable, value)) {
				return CONTRADICTED;
			}

			return this.values.items[variable] === value ? SATISFIED : OPEN;
		}

		const domain = this.domains.items;
		const sets = this.sets.items;
		const at = this.domainAt.items[variable] ?? 0;
		let isInside = false;
		let isOutside = false;
		for (let i = this.widths.items[variable] ?? 0; i > 0;) {
			i -= 1;
			const word = domain[at + i] ?? 0;
			const mask = sets[set + i] ?? 0;
			isInside ||= (word & mask) !== 0;
			isOutside ||= (word & ~mask) !== 0;
			if (isInside && isOutside) {
				return OPEN;
			}
		}

		return isInside ? SATISFIED : CONTRADICTED;
	}

	/** Takes the set's values out of the domain, as a consequence of `cause`. */
	exclude(variable: Variable, set: ValueSet, cause: number): void {
		const at = this.#record(variable, cause);
		const domain = this.domains.items;
		if (set < 0) {
			const value = ~set;
			domain[at + (value >>> 5)] = (domain[at + (value >>> 5)] ?? 0) & ~(1 << (value & 31));
		} else {
			for (let i = this.width(variable) - 1; i >= 0; i -= 1) {
				domain[at + i] = (domain[at + i] ?? 0) & ~(this.sets.items[set + i] ?? 0);
			}
		}

		this.#afterNarrowing(variable);
	}

	/** Opens a level and gives the variable one value. */
	decide(variable: Variable, value: number): void {
		this.level += 1;
		const at = this.#record(variable, DECISION);
		this.domains.items.fill(0, at, at + this.width(variable));
		this.domains.items[at + (value >>> 5)] = 1 << (value & 31);
		this.#afterNarrowing(variable);
	}

	/** Restores the state as it was at the end of `level` and calls `undone` for every variable that changed. */
	backtrack(level: number, undone: (variable: Variable) => void): void {
		while (this.trailVariables.length > 0 && this.trailLevels.last > level) {
			const entry = this.trailVariables.length - 1;
			const variable = this.trailVariables.last;
			const savedAt = this.trailSavedAt.last;
			const at = this.domainAt.at(variable);
			this.domains.items.set(this.saved.items.subarray(savedAt, savedAt + this.width(variable)), at);
			this.saved.length = savedAt;
			this.lastEntries.set(variable, this.trailPrevious.last);
			if (this.agenda.length > 0 && this.agendaEntries.last === entry) {
				this.agenda.length -= 1;
				this.agendaEntries.length -= 1;
			}

			this.trailVariables.length -= 1;
			this.trailCauses.length -= 1;
			this.trailLevels.length -= 1;
			this.trailPrevious.length -= 1;
			this.trailSavedAt.length -= 1;
			this.#refreshValue(variable);
			undone(variable);
		}

		this.level = level;
	}

	#record(variable: Variable, cause: number): number {
		const at = this.domainAt.at(variable);
		const width = this.width(variable);
		const savedAt = this.saved.allocate(width);
		for (let i = 0; i < width; i += 1) {
			this.saved.items[savedAt + i] = this.domains.items[at + i] ?? 0;
		}

		this.trailVariables.push(variable);
		this.trailCauses.push(cause);
		this.trailLevels.push(this.level);
		this.trailPrevious.push(this.lastEntries.at(variable));
		this.trailSavedAt.push(savedAt);
		return at;
	}

	#afterNarrowing(variable: Variable): void {
		const entry = this.trailVariables.length - 1;
		this.lastEntries.set(variable, entry);
		this.#refreshValue(variable);
		const couldBeAbsent = ((this.saved.items[this.trailSavedAt.at(entry)] ?? 0) & 1) !== 0;
		if (couldBeAbsent && this.isPresent(variable)) {
			this.agenda.push(variable);
			this.agendaEntries.push(entry);
		}
	}

	#refreshValue(variable: Variable): void {
		const at = this.domainAt.at(variable);
		let found = -1;
		for (let i = this.width(variable) - 1; i >= 0; i -= 1) {
			const word = this.domains.items[at + i] ?? 0;
			if (word !== 0) {
				if (found !== -1 || (word & (word - 1)) !== 0) {
					this.values.set(variable, -1);
					return;
				}

				found = i * 32 + (31 - Math.clz32(word));
			}
		}

		this.values.set(variable, found);
	}
}
