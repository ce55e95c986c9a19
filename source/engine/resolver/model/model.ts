import { EngineError } from '../../errors.ts';
import type { Term } from '../core/incompatibilities.ts';
import { Search } from '../core/search.ts';
import type { SearchLimits, SearchStatus, Strategy } from '../core/search.ts';
import type { Variable } from '../core/state.ts';
import { Choices, DROPPED, firstOption, TAKEN } from './choices.ts';
import type { Landing } from './choices.ts';
import { allowedOf } from './edges.ts';
import type { Edge, EdgeReader } from './edges.ts';
import type { Expansion, PlacedPeer } from './expansion.ts';
import type { Package, PackageTable } from './packages.ts';
import type { PeerNames } from './peer-names.ts';
import { allowNamed } from './policy.ts';
import type { PolicyMasks } from './policy.ts';
import type { Preferences } from './prefer.ts';
import type { Root } from './roots.ts';
import { Scopes } from './scopes.ts';
import { Facts, Slots } from './slots.ts';
import type { FactFilter, Slot } from './slots.ts';
import { planUnits } from './units.ts';
import type { PlacedEdge } from './units.ts';
import { UnitPlacer } from './unit-placer.ts';
import { Widener } from './widen.ts';

export type ModelParts = {
	readonly table: PackageTable;
	readonly edges: EdgeReader;
	readonly peerNames: PeerNames;
	readonly policy: PolicyMasks;
	readonly preferences: Preferences;
	readonly roots: readonly Root[];
	readonly filter: FactFilter;
	/** Roots to decide before anything else. */
	readonly first: readonly string[];
};

type WaitingPeer = { readonly slot: Slot; readonly version: number; readonly edge: Edge };

/** npm's facts as incompatibilities, told to the search when it is about to need them. */
export class Model implements Strategy {
	readonly search: Search;
	readonly slots: Slots;
	readonly choices: Choices;
	readonly facts: Facts;
	readonly rootSlots = new Map<string, Slot>();
	/** True once something was met that an answer of this model could be wrong about; solving again takes it into account. */
	isOutdated = false;
	readonly #parts: ModelParts;
	readonly #placer: UnitPlacer;
	readonly #widener: Widener;
	readonly #generation: number;
	readonly #expansions: (Map<number, Expansion> | undefined)[] = [];
	readonly #waitingPeers = new Map<string, WaitingPeer[]>();

	constructor(parts: ModelParts) {
		this.#parts = parts;
		this.#generation = parts.peerNames.generation;
		this.search = new Search(parts.table.words, this);
		this.facts = new Facts(this.search, parts.filter);
		this.slots = new Slots({ search: this.search, facts: this.facts, policy: parts.policy });
		this.choices = new Choices({ search: this.search, facts: this.facts, slots: this.slots, preferences: parts.preferences });
		this.#widener = new Widener(this.search, this.facts, parts.edges.overrides);
		this.#placer = new UnitPlacer({
			search: this.search,
			facts: this.facts,
			slots: this.slots,
			choices: this.choices,
			scopes: new Scopes(),
			overrides: parts.edges.overrides,
			widener: this.#widener,
		});
		this.slots.onVisible = (name, slot) => {
			this.#tellWaitingPeers(name, slot);
		};
		this.#tellRoots();
	}

	/** True when no fact was left out. */
	get isWhole(): boolean {
		return this.#parts.filter.only === null && this.#parts.filter.without.size === 0;
	}

	run(limits: SearchLimits): SearchStatus {
		const status = this.search.run(limits);
		this.isOutdated ||= this.#parts.peerNames.generation !== this.#generation;
		return status;
	}

	expand(variable: Variable, value: number): boolean | { readonly need: readonly string[] } {
		const slot = this.slots.at(variable);
		if (slot !== undefined) {
			return this.#expandSlot(slot, value - 1);
		}

		const choice = this.choices.at(variable);
		return choice?.type === 'choice' && this.choices.expand(choice, value);
	}

	settle(variable: Variable): boolean {
		return this.#placer.settle(variable);
	}

	choose(variable: Variable): number {
		const slot = this.slots.at(variable);
		if (slot !== undefined) {
			return this.#parts.preferences.bestInDomain(slot.package, this.search.state, variable) + 1;
		}

		if (this.choices.at(variable)?.type === 'leave') {
			return this.search.state.canBe(variable, TAKEN) ? TAKEN : DROPPED;
		}

		return firstOption(this.search.state, variable);
	}

	widen(incompatibility: number): number {
		return this.#widener.widen(incompatibility);
	}

	/** What follows from the slot's version; undefined when the slot is absent or undecided. */
	expansion(slot: Slot): Expansion | undefined {
		return this.#expansions[slot.variable]?.get(this.search.state.value(slot.variable) - 1);
	}

	/** Where each unit of the expansion landed, one slot for each edge; without a slot the edge was dropped. Only for a finished search. */
	*placements(expansion: Expansion): Generator<{ readonly edges: readonly PlacedEdge[]; readonly slots: Landing | null }> {
		this.#placer.refresh(expansion);
		for (const unit of expansion.units) {
			const { edges } = unit;
			const slots = this.#placer.slotsOf(unit);
			if (slots === undefined) {
				const names = edges.map(({ name }) => name).join(', ');
				throw new EngineError('internal', `The solver left ${names} of ${expansion.slot.package.name} unplaced.`);
			}

			yield { edges, slots };
		}
	}

	/** Why an optional dependency that exists was left out. */
	whyDropped(expansion: Expansion, name: string): string {
		const edge = expansion.units.flatMap(({ edges }) => edges).find((candidate) => candidate.name === name);
		if (edge !== undefined) {
			const { package: target, allowed } = edge;
			const rules = this.#parts.policy.forbidden(target);
			const members = target.members(allowed);
			if (members.every((i) => rules.some(({ set }) => target.has(set, i)))) {
				return `policy forbids every version of ${target.name} that matches ${edge.text}`;
			}
		}

		return 'it cannot be installed beside the rest';
	}

	#tellRoots(): void {
		for (const root of this.#parts.roots) {
			if (root.package.name !== root.name) {
				this.slots.alias(root.name, root.package);
			}
		}

		for (const root of this.#parts.roots) {
			const slot = this.slots.visibleOrMain(root.name, root.package);
			this.rootSlots.set(root.name, slot);
			const cause = { type: 'root' as const, name: root.name, spec: root.spec, package: root.package, allowed: root.allowed };
			this.facts.tell([{ variable: slot.variable, set: root.allowed.no }], cause);
		}

		for (const name of this.#parts.first) {
			const slot = this.rootSlots.get(name);
			if (slot !== undefined) {
				this.search.decideEarly(slot.variable);
			}
		}
	}

	#expandSlot(slot: Slot, version: number): boolean | { readonly need: readonly string[] } {
		const known = this.#expansions[slot.variable] ?? new Map<number, Expansion>();
		this.#expansions[slot.variable] = known;
		const { index } = slot.package;
		if (index === null || known.has(version)) {
			return false;
		}

		const edgeMap = index.edges(version);
		const progress = this.#parts.edges.below(slot, version);
		const read = this.#parts.edges.read(edgeMap, progress);
		const need = read.targets.filter((name) => this.#parts.table.get(name) === undefined);
		if (need.length > 0) {
			return { need };
		}

		this.#parts.peerNames.observe(slot.package.name, edgeMap);
		const dropped = new Map<string, string>();
		const placed: PlacedEdge[] = [];
		for (const edge of read.regular) {
			this.#addPlaceable(placed, { slot, version, edge, dropped: null });
		}

		for (const edge of read.optional) {
			this.#addPlaceable(placed, { slot, version, edge, dropped });
		}

		const plans = planUnits(placed, (target) => this.#parts.peerNames.of(target));
		const units = this.#placer.prepare(slot, { edges: placed, plans, progress });
		const peers = read.peers.flatMap((edge) => this.#placePeer(slot, version, { edge, isOptional: read.optionalPeers.has(edge.name) }));
		const hasProviders = units.some(({ providers }) => providers.length > 0);
		const expansion: Expansion = { slot, version, units, peers, dropped, hasProviders };
		known.set(version, expansion);
		this.#placer.place(expansion);
		return true;
	}

	/** Adds the edge with its target, unless it is ruled out or dropped. */
	#addPlaceable(
		placed: PlacedEdge[],
		{
			slot,
			version,
			edge,
			dropped,
		}: { readonly slot: Slot; readonly version: number; readonly edge: Edge; readonly dropped: Map<string, string> | null },
	): void {
		const { spec, name, text } = edge;
		const target = edge.target === null ? null : (this.#parts.table.get(edge.target) ?? null);
		if (spec.type === 'unsupported' || target === null) {
			if (dropped === null) {
				this.#forbid(slot, version, edge);
			} else {
				dropped.set(name, `it asks for ${text}, which is not a version in a registry`);
			}

			return;
		}

		const allowed = allowedOf(target, spec);
		this.#noteExact(edge, target);
		if (dropped !== null && allowed.count === 0) {
			dropped.set(name, target.index === null ? `${target.name} is not in the registry` : `no version of ${target.name} matches ${text}`);
			return;
		}

		placed.push({ name, text, spec, target: edge.target, package: target, allowed, isOptional: dropped !== null });
	}

	#placePeer(slot: Slot, version: number, { edge, isOptional }: { readonly edge: Edge; readonly isOptional: boolean }): PlacedPeer[] {
		const { spec } = edge;
		if (spec.type === 'unsupported' || edge.target === null) {
			if (!isOptional) {
				this.#forbid(slot, version, edge);
			}

			return [];
		}

		const bound = slot.scope.bindings.get(edge.name) ?? null;
		const target = bound ?? this.slots.visible(edge.name);
		if (target === null && isOptional) {
			const waiting = this.#waitingPeers.get(edge.name) ?? [];
			waiting.push({ slot, version, edge });
			this.#waitingPeers.set(edge.name, waiting);
			return [{ edge, isOptional, slot: null }];
		}

		const package_ = target?.package ?? this.#parts.table.get(edge.target);
		if (package_ !== undefined) {
			this.#noteExact(edge, package_);
			this.#tellPeer({ slot, version, edge }, target ?? this.slots.visibleOrMain(edge.name, package_), isOptional);
		}

		return [{ edge, isOptional, slot: bound }];
	}

	#tellPeer({ slot, version, edge }: WaitingPeer, target: Slot, isOptional: boolean): void {
		if (edge.spec.type === 'unsupported') {
			return;
		}

		const allowed = allowedOf(target.package, edge.spec);
		const { name, text: spec } = edge;
		const cause = { type: 'peer' as const, dependent: slot.package, version, name, spec, isOptional, target: target.package, allowed };
		const premise: Term = { variable: slot.variable, set: ~(version + 1) };
		if (target === slot) {
			// It would be its own peer; that holds or not once and for all.
			if (!slot.package.has(allowed, version)) {
				this.facts.tell([premise], cause);
			}

			return;
		}

		const set = isOptional ? allowed.noButAbsent : allowed.no;
		this.#widener.note(this.facts.tell([premise, { variable: target.variable, set }], cause));
	}

	#tellWaitingPeers(name: string, slot: Slot): void {
		const waiting = this.#waitingPeers.get(name) ?? [];
		this.#waitingPeers.delete(name);
		for (const peer of waiting) {
			this.#tellPeer(peer, slot, true);
		}
	}

	#forbid(slot: Slot, version: number, edge: Edge): void {
		const cause = { type: 'unsupported' as const, dependent: slot.package, version, name: edge.name, spec: edge.text };
		this.#widener.note(this.facts.tell([{ variable: slot.variable, set: ~(version + 1) }], cause));
	}

	/** Whoever names a version exactly gets it, however young. Found out too late, everything is solved again. */
	#noteExact({ text }: Edge, package_: Package): void {
		if (allowNamed(this.#parts.policy, package_, text)) {
			this.isOutdated = true;
		}
	}
}
