import type { Term } from '../core/incompatibilities.ts';
import type { Search } from '../core/search.ts';
import type { State, Variable } from '../core/state.ts';
import type { Cause } from './facts.ts';
import { NO_PROGRESS } from './overrides.ts';
import type { Progress } from './overrides.ts';
import type { Package, VersionSet } from './packages.ts';
import type { Preferences } from './prefer.ts';
import { OUTERMOST } from './scopes.ts';
import type { Scope } from './scopes.ts';
import type { Facts, Slot, Slots } from './slots.ts';

export type Member = {
	/** What the dependents import it by. */
	readonly name: string;
	readonly package: Package;
	readonly allowed: VersionSet;
};

/** One slot for each member; undefined for an optional one that is left out. */
export type Landing = readonly (Slot | undefined)[];

/**
 * A variable whose value says which copy answers one range, for every dependent that asks in the same scope. Packages that are
 * peers of each other are one choice with several members, so that they always land together.
 */
export type Choice = {
	readonly type: 'choice';
	readonly variable: Variable;
	readonly members: readonly Member[];
	/** Option k makes value k + 1; each gives one slot for each member. Best first. */
	readonly options: readonly (() => Landing)[];
	readonly slots: (Landing | undefined)[];
	/** Of several members each is asked for by a fact of its own, so that a report can tell which of them a conflict needs. */
	readonly askers: Asker[] | null;
};

/** Under what the members are asked for, and why each of them. */
export type Asker = { readonly premise: readonly Term[]; readonly causes: readonly Cause[] };

/** A variable for an edge that may be left out: value 1 takes it, value 2 drops it. */
export type Leave = { readonly type: 'leave'; readonly variable: Variable; readonly choice: Choice };

export const TAKEN = 1;
export const DROPPED = 2;

/** Copies in other compatible ranges than the newest few are so rare that an own copy does as well. */
const MOST_BUCKETS = 4;

export class Choices {
	readonly #search: Search;
	readonly #facts: Facts;
	readonly #slots: Slots;
	readonly #preferences: Preferences;
	readonly #known = new Map<string, Choice>();
	/** What is asked for where no scope differs, which is nearly everything. */
	readonly #outermost = new Map<VersionSet, Choice>();
	readonly #leaves = new Map<Choice, Leave>();
	readonly #byVariable: (Choice | Leave | undefined)[] = [];

	constructor(parts: { readonly search: Search; readonly facts: Facts; readonly slots: Slots; readonly preferences: Preferences }) {
		this.#search = parts.search;
		this.#facts = parts.facts;
		this.#slots = parts.slots;
		this.#preferences = parts.preferences;
	}

	at(variable: Variable): Choice | Leave | undefined {
		return this.#byVariable[variable];
	}

	/** The choice of one range in one scope. */
	single(package_: Package, allowed: VersionSet, scope: Scope): Choice {
		const key = scope === OUTERMOST ? allowed : `${allowed.yes} ${scope.number}`;
		const known = typeof key === 'string' ? this.#known.get(key) : this.#outermost.get(key);
		if (known !== undefined) {
			return known;
		}

		const options: (() => Landing)[] = [() => [this.#slots.main(package_, scope)]];
		if (allowed.count > 0) {
			for (const bucket of this.#buckets(package_, allowed)) {
				options.push(() => [this.#slots.bucket(package_, scope, bucket)]);
			}

			options.push(() => [this.#slots.own(package_, scope, allowed)]);
		}

		return this.#make(key, { members: [{ name: package_.name, package: package_, allowed }], options, askers: null });
	}

	/**
	 * The choice of several packages that see each other: the copies everybody sees, or own ones together. Where only some members
	 * are optional, the last resort is the same without those, and `behind` is what is seen then under their names; where all are, the
	 * whole choice may be left out instead.
	 */
	group(
		members: readonly (Member & { readonly isOptional: boolean })[],
		outer: { readonly bindings: ReadonlyMap<string, Slot>; readonly behind: ReadonlyMap<string, Slot>; readonly progress: Progress },
		makeScope: (slots: (scope: Scope) => Landing) => Scope,
	): Choice {
		const outside = `${outer.progress.key} ${[...outer.bindings, ...outer.behind].map(([name, slot]) => `${name}=${slot.variable}`).join(' ')}`;
		const key = `group ${members.map(({ name, package: { name: target }, allowed, isOptional }) => `${name}:${target}:${allowed.yes}${isOptional ? '?' : ''}`).join(' ')} in ${outside}`;
		const known = this.#known.get(key);
		if (known !== undefined) {
			return known;
		}

		const isPlain =
			outer.bindings.size === 0 &&
			outer.progress === NO_PROGRESS &&
			members.every(
				({ name, package: { name: target } }) => name === target && (this.#slots.visible(name)?.package.name ?? target) === target,
			);
		const isMixed = members.some(({ isOptional }) => isOptional) && !members.every(({ isOptional }) => isOptional);
		const kept: ((member: { readonly isOptional: boolean }) => boolean)[] = [() => true, ...(isMixed ? [isRequired] : [])];
		const options = kept.flatMap((keeps, i) => {
			const slotsIn = (scope: Scope): Landing =>
				members.map((member) => (keeps(member) ? this.#slots.main(member.package, scope) : undefined));
			const together = (): Landing => slotsIn(makeScope(slotsIn));
			return isPlain && (i === 0 || outer.behind.size === 0) ? [() => slotsIn(OUTERMOST), together] : [together];
		});
		return this.#make(key, { members, options, askers: [] });
	}

	/** The variable that may leave the choice out. */
	leave(choice: Choice): Leave {
		const known = this.#leaves.get(choice);
		if (known !== undefined) {
			return known;
		}

		const variable = this.#addVariable(2);
		const leave: Leave = { type: 'leave', variable, choice };
		this.#leaves.set(choice, leave);
		this.#byVariable[variable] = leave;
		return leave;
	}

	/** The slots of an option; the first time it also tells that they must hold allowed versions. True when it told. */
	expand(choice: Choice, value: number): boolean {
		if (choice.slots[value] !== undefined) {
			return false;
		}

		const slots = choice.options[value - 1]?.() ?? [];
		choice.slots[value] = slots;
		for (const asker of choice.askers ?? [null]) {
			this.#tellAllowed(choice, value, asker);
		}

		return true;
	}

	/** One more dependent asks for the members of a group. */
	ask(choice: Choice, asker: Asker): void {
		choice.askers?.push(asker);
		for (const value of choice.slots.keys()) {
			this.#tellAllowed(choice, value, asker);
		}
	}

	#tellAllowed(choice: Choice, value: number, asker: Asker | null): void {
		for (const [i, slot] of (choice.slots[value] ?? []).entries()) {
			const allowed = choice.members[i]?.allowed;
			if (slot !== undefined && allowed !== undefined && allowed.count > 0) {
				// That nothing is allowed is a fact of its own, which a report must be able to leave out.
				this.#facts.tell(
					[...(asker?.premise ?? []), { variable: choice.variable, set: ~value }, { variable: slot.variable, set: allowed.no }],
					asker?.causes[i] ?? { type: 'structure' },
				);
			}
		}
	}

	#make(key: string | VersionSet, parts: Pick<Choice, 'members' | 'options' | 'askers'>): Choice {
		const variable = this.#addVariable(parts.options.length);
		const choice: Choice = { type: 'choice', variable, slots: [], ...parts };
		if (typeof key === 'string') {
			this.#known.set(key, choice);
		} else {
			this.#outermost.set(key, choice);
		}

		this.#byVariable[variable] = choice;
		const impossible = parts.members.find(({ allowed }) => allowed.count === 0);
		if (impossible !== undefined) {
			this.#tellImpossible(choice, impossible);
		}

		return choice;
	}

	/** No option can answer, since the package or a version that fits does not exist. */
	#tellImpossible(choice: Choice, { package: package_, allowed }: Member): void {
		const cause =
			package_.index === null
				? { type: 'not-found' as const, name: package_.name }
				: { type: 'no-version' as const, package: package_, range: allowed.text };
		const words = Uint32Array.from({ length: (choice.options.length >>> 5) + 1 }, (_, i) => (i === 0 ? ~1 : ~0));
		this.#facts.tell([{ variable: choice.variable, set: this.#search.state.addSet(words) }], cause);
	}

	#addVariable(valueCount: number): Variable {
		const { state } = this.#search;
		const words = new Uint32Array((valueCount >>> 5) + 1);
		for (let value = 0; value <= valueCount; value += 1) {
			words[value >>> 5] = (words[value >>> 5] ?? 0) | (1 << (value & 31));
		}

		return state.addVariable(words.length, state.addSet(words));
	}

	/** The compatible ranges that meet the allowed versions: the one with the best version first, then the newest. */
	#buckets(package_: Package, allowed: VersionSet): { readonly name: string; readonly versions: VersionSet }[] {
		const best = package_.firstOfBucket(this.#preferences.best(package_, (i) => package_.has(allowed, i)));
		const firsts = [best];
		for (let i = package_.versionCount - 1; i >= 0 && firsts.length < MOST_BUCKETS; i -= 1) {
			if (package_.has(allowed, i)) {
				i = package_.firstOfBucket(i);
				if (i !== best) {
					firsts.push(i);
				}
			}
		}

		return firsts.map((first) => package_.bucketFrom(first));
	}
}

function isRequired({ isOptional }: { readonly isOptional: boolean }): boolean {
	return !isOptional;
}

/** The first option that is still possible. */
export function firstOption(state: State, variable: Variable): number {
	let value = 1;
	while (!state.canBe(variable, value)) {
		value += 1;
	}

	return value;
}
