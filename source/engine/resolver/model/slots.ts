import type { Term } from '../core/incompatibilities.ts';
import type { Search } from '../core/search.ts';
import type { Variable } from '../core/state.ts';
import type { Cause } from './facts.ts';
import { factKey } from './facts.ts';
import type { Package, VersionSet } from './packages.ts';
import type { PolicyMasks } from './policy.ts';
import type { Scope } from './scopes.ts';
import { OUTERMOST } from './scopes.ts';

/** A variable whose value is a version: one copy of a package in one scope. */
export type Slot = {
	readonly type: 'slot';
	readonly variable: Variable;
	readonly package: Package;
	readonly scope: Scope;
};

/** Which facts the model may tell: all, only some, or all but some. Reports use it to find out which facts a conflict needs. */
export type FactFilter = { readonly only: ReadonlySet<string> | null; readonly without: ReadonlySet<string> };

export const EVERY_FACT: FactFilter = { only: null, without: new Set() };

/** Tells the search facts with their causes. */
export class Facts {
	readonly causes: Cause[] = [];
	readonly #search: Search;
	readonly #filter: FactFilter;

	constructor(search: Search, filter: FactFilter) {
		this.#search = search;
		this.#filter = filter;
	}

	/** The number of the incompatibility, or -1 when the filter keeps the fact back. */
	tell(terms: readonly Term[], cause: Cause): number {
		if (!this.allows(cause)) {
			return -1;
		}

		this.causes.push(cause);
		return this.#search.addFact(terms, this.causes.length - 1);
	}

	/** The cause of an incompatibility that was told; undefined for one that was derived. */
	causeOf(incompatibility: number): Cause | undefined {
		return this.causes[this.#search.incompatibilities.causes.at(incompatibility)];
	}

	allows(cause: Cause): boolean {
		const { only, without } = this.#filter;
		if (only === null && without.size === 0) {
			return true;
		}

		const key = factKey(cause);
		return key === null || ((only === null || only.has(key)) && !without.has(key));
	}
}

/** All slots. The main slot of a package in the outermost scope is the copy that roots and peers see. */
export class Slots {
	readonly #search: Search;
	readonly #facts: Facts;
	readonly #policy: PolicyMasks;
	readonly #slots = new Map<string, Slot>();
	readonly #byVariable: (Slot | undefined)[] = [];
	readonly #aliases = new Map<string, Slot>();
	/** Package name -> main slot of the outermost scope. */
	readonly #mains = new Map<string, Slot>();
	/** Called when a name becomes visible to everybody. */
	onVisible: (name: string, slot: Slot) => void = () => undefined;

	constructor(parts: { readonly search: Search; readonly facts: Facts; readonly policy: PolicyMasks }) {
		this.#search = parts.search;
		this.#facts = parts.facts;
		this.#policy = parts.policy;
	}

	at(variable: Variable): Slot | undefined {
		return this.#byVariable[variable];
	}

	/** Under `name` everybody sees another package. */
	alias(name: string, package_: Package): Slot {
		const isNew = !this.#aliases.has(name);
		const slot = this.#make(`alias ${name}`, { package: package_, scope: OUTERMOST, among: package_.range('*') });
		this.#aliases.set(name, slot);
		if (isNew) {
			this.onVisible(name, slot);
		}

		return slot;
	}

	/** What is visible under the name where no scope says otherwise; null as long as nothing has put a copy there. */
	visible(name: string): Slot | null {
		return this.#aliases.get(name) ?? this.#mains.get(name) ?? null;
	}

	/** The same, put there if need be. */
	visibleOrMain(name: string, package_: Package): Slot {
		return this.#aliases.get(name) ?? (package_.name === name ? this.main(package_, OUTERMOST) : this.alias(name, package_));
	}

	main(package_: Package, scope: Scope): Slot {
		const known = scope === OUTERMOST ? this.#mains.get(package_.name) : undefined;
		if (known !== undefined) {
			return known;
		}

		const slot = this.#make(`main ${package_.name} ${scope.number}`, { package: package_, scope, among: package_.range('*') });
		if (scope === OUTERMOST) {
			this.#mains.set(package_.name, slot);
			if (!this.#aliases.has(package_.name)) {
				this.onVisible(package_.name, slot);
			}
		}

		return slot;
	}

	/** A further copy of versions that are compatible with each other; `bucket` names them. */
	bucket(package_: Package, scope: Scope, bucket: { readonly name: string; readonly versions: VersionSet }): Slot {
		return this.#make(`bucket ${package_.name} ${bucket.name} ${scope.number}`, { package: package_, scope, among: bucket.versions });
	}

	/** A copy for one range alone. */
	own(package_: Package, scope: Scope, allowed: VersionSet): Slot {
		return this.#make(`own ${package_.name} ${allowed.yes} ${scope.number}`, { package: package_, scope, among: allowed });
	}

	all(): IterableIterator<Slot> {
		return this.#slots.values();
	}

	#make(key: string, parts: { readonly package: Package; readonly scope: Scope; readonly among: VersionSet }): Slot {
		const known = this.#slots.get(key);
		if (known !== undefined) {
			return known;
		}

		const variable = this.#search.state.addVariable(parts.package.width, parts.among.yesOrAbsent);
		const slot: Slot = { type: 'slot', variable, package: parts.package, scope: parts.scope };
		this.#slots.set(key, slot);
		this.#byVariable[variable] = slot;
		for (const { rule, set, denial } of this.#policy.forbidden(parts.package)) {
			this.#facts.tell([{ variable, set: set.yes }], { type: 'policy', rule, package: parts.package, forbidden: set, denial });
		}

		return slot;
	}
}
