import type { Term } from '../core/incompatibilities.ts';
import type { Search } from '../core/search.ts';
import { ABSENT } from '../core/state.ts';
import type { Variable } from '../core/state.ts';
import { DROPPED, TAKEN } from './choices.ts';
import type { Choice, Choices, Landing, Leave } from './choices.ts';
import type { Expansion, Unit } from './expansion.ts';
import type { Overrides, Progress } from './overrides.ts';
import type { Scope, Scopes } from './scopes.ts';
import type { Cause } from './facts.ts';
import type { Facts, Slot, Slots } from './slots.ts';
import type { PlacedEdge, UnitPlan } from './units.ts';
import type { Widener } from './widen.ts';

/** Deeper nesting of scopes than any real tree has; past it a placement counts as impossible, so that no cycle can go on for ever. */
const DEEPEST_SCOPE = 6;

export type PlacerParts = {
	readonly search: Search;
	readonly facts: Facts;
	readonly slots: Slots;
	readonly choices: Choices;
	readonly scopes: Scopes;
	readonly overrides: Overrides;
	readonly widener: Widener;
};

const NOTHING_AROUND: ReadonlyMap<string, Slot> = new Map();

type Landed = { readonly terms: readonly Term[]; readonly slots: Landing | null };

/** Gives each unit the scope that its surroundings and its providers make, as soon as those are placed. */
export class UnitPlacer {
	readonly #parts: PlacerParts;
	readonly #watching = new Map<Variable, Set<Expansion>>();

	constructor(parts: PlacerParts) {
		this.#parts = parts;
	}

	/** `progress` is that of what lies below the slot. */
	prepare(
		slot: Slot,
		{ edges, plans, progress }: { readonly edges: readonly PlacedEdge[]; readonly plans: readonly UnitPlan[]; readonly progress: Progress },
	): Unit[] {
		const own = new Set(edges.map(({ name }) => name));
		return plans.map((plan) => {
			const { edges: members, asks, providers, isGroup } = plan;
			if (asks.size === 0) {
				const kept = this.#parts.overrides.keep(progress, asks);
				return { edges: members, asks, providers, isGroup, surroundings: NOTHING_AROUND, progress: kept, emitted: null, current: null };
			}

			const surroundings = new Map<string, Slot>();
			for (const name of asks) {
				this.#bind(surroundings, name, own.has(name) ? undefined : outsideOf(slot, name));
			}

			const kept = this.#parts.overrides.keep(progress, asks);
			const emitted = providers.length === 0 ? null : new Set<string>();
			return { edges: members, asks, providers, isGroup, surroundings, progress: kept, emitted, current: null };
		});
	}

	/** Places what waits for nothing; the rest follows when `settle` is told of the variables it waits for. */
	place(expansion: Expansion): void {
		for (const unit of expansion.units) {
			if (unit.providers.length === 0) {
				this.#emitOnce(expansion, unit);
			}
		}

		if (expansion.hasProviders) {
			this.#watch(expansion.slot.variable, expansion);
			const byName = unitsByName(expansion);
			for (const provider of new Set(expansion.units.flatMap(({ providers }) => providers))) {
				const current = byName.get(provider)?.current ?? null;
				this.#watchPlacement(current, expansion);
			}
		}
	}

	/** True when a unit could be placed that could not before. */
	settle(variable: Variable): boolean {
		let isTold = false;
		for (const expansion of this.#watching.get(variable) ?? []) {
			if (this.#parts.search.state.value(expansion.slot.variable) === expansion.version + 1) {
				isTold = this.refresh(expansion) || isTold;
			}
		}

		return isTold;
	}

	/** Looks again where the units of an expansion are, in an order in which providers come first. */
	refresh(expansion: Expansion): boolean {
		if (!expansion.hasProviders) {
			return false;
		}

		let isTold = false;
		const byName = unitsByName(expansion);
		for (const unit of expansion.units) {
			if (unit.providers.length === 0) {
				continue;
			}

			const seen = this.#seenBy(expansion.slot, unit, byName);
			if (seen === null) {
				unit.current = null;
				continue;
			}

			isTold = this.#emit(expansion, unit, seen) || isTold;
			this.#watchPlacement(unit.current, expansion);
		}

		return isTold;
	}

	/** Where the unit has landed, for each of its edges; null for one that was dropped, undefined while that is open. */
	slotsOf(unit: Unit): Landing | null | undefined {
		const landing = this.#landing(unit);
		return landing === null ? undefined : landing.slots;
	}

	/** Notes what is seen under a name, unless it is what everybody sees. */
	#bind(bindings: Map<string, Slot>, name: string, slot: Slot | undefined): void {
		if (slot !== undefined && slot !== this.#parts.slots.visible(name)) {
			bindings.set(name, slot);
		}
	}

	#seenBy(
		from: Slot,
		unit: Unit,
		byName: ReadonlyMap<string, Unit>,
	): { readonly terms: Term[]; readonly bindings: Map<string, Slot> } | null {
		const bindings = new Map(unit.surroundings);
		const terms: Term[] = [];
		for (const name of unit.providers) {
			const provider = byName.get(name);
			const landing = provider === undefined ? null : this.#landing(provider);
			if (provider === undefined || landing === null) {
				return null;
			}

			terms.push(...landing.terms);
			// Behind an optional dependency that was dropped, one sees what is outside.
			const position = provider.edges.findIndex((edge) => edge.name === name);
			this.#bind(bindings, name, landing.slots?.[position] ?? outsideOf(from, name));
		}

		return { terms, bindings };
	}

	#landing(unit: Unit): Landed | null {
		const { state } = this.#parts.search;
		if (unit.current === null) {
			return null;
		}

		const { choice, leave } = unit.current;
		if (leave !== null && state.value(leave.variable) === DROPPED) {
			return { terms: [{ variable: leave.variable, set: ~DROPPED }], slots: null };
		}

		const value = state.value(choice.variable);
		if (value <= 0 || (leave !== null && state.value(leave.variable) !== TAKEN)) {
			return null;
		}

		this.#parts.choices.expand(choice, value);
		const terms: Term[] = [{ variable: choice.variable, set: ~value }];
		if (leave !== null) {
			terms.push({ variable: leave.variable, set: ~TAKEN });
		}

		return { terms, slots: choice.slots[value] ?? [] };
	}

	#emit(
		expansion: Expansion,
		unit: Unit,
		seen: { readonly terms: readonly Term[]; readonly bindings: ReadonlyMap<string, Slot> },
	): boolean {
		const { slot, version } = expansion;
		const premise: readonly Term[] = [{ variable: slot.variable, set: ~(version + 1) }, ...mergeTerms(seen.terms)];
		const placement = this.#placement(slot, unit, seen.bindings);
		const key = `${placement?.choice.variable ?? 'too deep'} ${premise.map(({ variable, set }) => `${variable}=${set}`).join(' ')}`;
		unit.current = placement;
		if (unit.emitted?.has(key) === true) {
			return false;
		}

		unit.emitted?.add(key);
		if (placement === null) {
			this.#parts.facts.tell(premise, { type: 'nesting', dependent: slot.package });
			return true;
		}

		this.#tell(expansion, unit, { premise, ...placement });
		return true;
	}

	/** Of what waits for nothing there is one placement, so none has to be remembered. */
	#emitOnce(expansion: Expansion, unit: Unit): void {
		const { slot, version } = expansion;
		const premise: readonly Term[] = [{ variable: slot.variable, set: ~(version + 1) }];
		const placement = this.#placement(slot, unit, unit.surroundings);
		unit.current = placement;
		if (placement === null) {
			this.#parts.facts.tell(premise, { type: 'nesting', dependent: slot.package });
		} else {
			this.#tell(expansion, unit, { premise, ...placement });
		}
	}

	#tell(
		{ slot, version }: Expansion,
		unit: Unit,
		{ premise, choice, leave }: { readonly premise: readonly Term[]; readonly choice: Choice; readonly leave: Leave | null },
	): void {
		const type = leave === null ? ('dependency' as const) : ('optional-dependency' as const);
		const causes = unit.edges.map((edge): Cause => ({
			type,
			dependent: slot.package,
			version,
			name: edge.name,
			spec: edge.text,
			target: edge.package,
			allowed: edge.allowed,
		}));
		const required = { variable: leave?.variable ?? choice.variable, set: ABSENT };
		if (unit.isGroup) {
			// That the group is there at all is nobody's fact alone, except of a member that cannot be there.
			const mayLack = unit.edges.some(({ isOptional }) => !isOptional);
			const impossible = unit.edges.findIndex(({ allowed, isOptional }) => allowed.count === 0 && !(mayLack && isOptional));
			this.#parts.facts.tell([...premise, required], causes[impossible] ?? { type: 'structure' });
			this.#parts.choices.ask(choice, { premise, causes });
		} else {
			const told = this.#parts.facts.tell([...premise, required], causes[0] ?? { type: 'structure' });
			if (told !== -1 && leave === null && unit.asks.size === 0) {
				this.#parts.widener.note(told);
			}
		}

		if (leave !== null) {
			this.#parts.facts.tell(
				[
					{ variable: leave.variable, set: ~TAKEN },
					{ variable: choice.variable, set: ABSENT },
				],
				{ type: 'structure' },
			);
		}
	}

	#placement(from: Slot, unit: Unit, bindings: ReadonlyMap<string, Slot>): Unit['current'] {
		const { choices, scopes } = this.#parts;
		const [edge] = unit.edges;
		const scope = scopes.of(bindings, unit.progress);
		if (edge === undefined || scope.depth > DEEPEST_SCOPE) {
			return null;
		}

		const choice = unit.isGroup ? this.#group(from, unit, { bindings, outer: scope }) : choices.single(edge.package, edge.allowed, scope);
		const isOptional = unit.edges.every((each) => each.isOptional);
		return { choice, leave: isOptional ? choices.leave(choice) : null };
	}

	#group(
		from: Slot,
		{ edges, progress }: Unit,
		{ bindings, outer }: { readonly bindings: ReadonlyMap<string, Slot>; readonly outer: Scope },
	): Choice {
		const behind = new Map<string, Slot>();
		for (const { name } of edges.filter(({ isOptional }) => isOptional)) {
			this.#bind(behind, name, outsideOf(from, name));
		}

		const depth = Math.max(outer.depth, ...[...behind.values()].map(({ scope }) => scope.depth)) + 1;
		return this.#parts.choices.group(edges, { bindings, behind, progress }, (slotsIn) => {
			const inner = new Map([...bindings, ...behind]);
			const scope = this.#parts.scopes.create(inner, { progress, depth });
			for (const [i, slot] of slotsIn(scope).entries()) {
				if (slot !== undefined) {
					inner.set(edges[i]?.name ?? '', slot);
				}
			}

			return scope;
		});
	}

	#watchPlacement(current: Unit['current'], expansion: Expansion): void {
		if (current !== null) {
			this.#watch(current.choice.variable, expansion);
			if (current.leave !== null) {
				this.#watch(current.leave.variable, expansion);
			}
		}
	}

	#watch(variable: Variable, expansion: Expansion): void {
		const watching = this.#watching.get(variable) ?? new Set();
		this.#watching.set(variable, watching.add(expansion));
	}
}

/** What a dependency of the slot's package sees under a name for which the package has no dependency of its own. */
function outsideOf(slot: Slot, name: string): Slot | undefined {
	return name === slot.package.name ? slot : slot.scope.bindings.get(name);
}

function unitsByName(expansion: Expansion): Map<string, Unit> {
	return new Map(expansion.units.flatMap((unit) => unit.edges.map((edge) => [edge.name, unit] as const)));
}

/** Two providers in one group, or two names for one choice, give the same term twice. */
function mergeTerms(terms: readonly Term[]): Term[] {
	return [...new Map(terms.map((term) => [term.variable, term])).values()];
}
