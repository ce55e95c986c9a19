import type { Search } from '../core/search.ts';
import type { EdgeMap, PackageIndex } from '../metadata/package-index.ts';
import type { Cause } from './facts.ts';
import type { Overrides } from './overrides.ts';
import type { VersionSet } from './packages.ts';
import type { Facts } from './slots.ts';

type EdgeCause = Extract<Cause, { readonly type: 'dependency' | 'optional-dependency' | 'peer' | 'unsupported' }>;

/** Edges told of one dependent before the next ones are widened at once. */
const MANY = 200;

/**
 * A conclusion drawn from one version's edge holds for every version with the same edge. Told so only when a conflict is analysed:
 * then one lesson covers them all, and most solves never pay for it.
 */
export class Widener {
	readonly #search: Search;
	readonly #facts: Facts;
	readonly #overrides: Overrides;
	readonly #candidates = new Set<number>();
	readonly #widened = new Map<number, number>();
	readonly #noted = new Map<number, number>();

	constructor(search: Search, facts: Facts, overrides: Overrides) {
		this.#overrides = overrides;
		this.#search = search;
		this.#facts = facts;
	}

	/**
	 * The incompatibility's first term names one version of the dependent, and nothing else in it depends on which. Once many versions
	 * of one dependent were tried, what rules out one is at once told of all that share it.
	 */
	note(incompatibility: number): void {
		if (incompatibility === -1) {
			return;
		}

		this.#candidates.add(incompatibility);
		const { starts, termVariables } = this.#search.incompatibilities;
		const dependent = termVariables.at(starts.at(incompatibility));
		const count = (this.#noted.get(dependent) ?? 0) + 1;
		this.#noted.set(dependent, count);
		if (count > MANY) {
			const widened = this.widen(incompatibility);
			if (widened !== incompatibility) {
				this.#search.activate(widened);
			}
		}
	}

	widen(incompatibility: number): number {
		const known = this.#widened.get(incompatibility);
		if (known !== undefined || !this.#candidates.has(incompatibility)) {
			return known ?? incompatibility;
		}

		const widened = this.#widenOnce(incompatibility);
		this.#widened.set(incompatibility, widened);
		return widened;
	}

	#widenOnce(incompatibility: number): number {
		const cause = this.#facts.causeOf(incompatibility);
		const [first, ...others] = this.#search.incompatibilities.terms(incompatibility);
		if (cause === undefined || first === undefined || !('dependent' in cause) || cause.type === 'nesting') {
			return incompatibility;
		}

		if (this.#overrides.judgesVersionsOf(cause.dependent.name)) {
			return incompatibility;
		}

		const versions = versionsWithEdge(cause);
		if (versions === null || versions.count === 1) {
			return incompatibility;
		}

		const number = this.#search.incompatibilities.causes.at(incompatibility);
		return this.#search.incompatibilities.addFact([{ variable: first.variable, set: versions.yes }, ...others], number);
	}
}

/** All versions of the dependent that have the very same edge. */
export function versionsWithEdge(cause: EdgeCause): VersionSet | null {
	const { dependent, name, spec, type } = cause;
	const { index } = dependent;
	if (index === null) {
		return null;
	}

	// An override replaced the text, so it cannot be compared with what the package wrote.
	const written = listOf(index.edges(cause.version), type);
	if (!hasPair(written, name, spec)) {
		return null;
	}

	const kind = type === 'peer' && cause.isOptional ? 'optional-peer' : type;
	return dependent.only(`${kind} ${name} ${spec}`, () => membersWithEdge(cause, index));
}

function membersWithEdge(cause: EdgeCause, index: PackageIndex): number[] {
	const has: (boolean | undefined)[] = [];
	const members: number[] = [];
	for (let i = 0; i < index.versionCount; i += 1) {
		const map = index.edgeMapNumber(i);
		const known = has[map] ?? isSameEdge(cause, index.edges(i));
		has[map] = known;
		if (known) {
			members.push(i);
		}
	}

	return members;
}

function isSameEdge(cause: EdgeCause, edges: EdgeMap): boolean {
	const isOptional = cause.type === 'peer' && cause.isOptional;
	return (
		hasPair(listOf(edges, cause.type), cause.name, cause.spec) &&
		(cause.type !== 'peer' || edges.optionalPeers.includes(cause.name) === isOptional)
	);
}

function listOf(edges: EdgeMap, type: EdgeCause['type']): readonly string[] {
	switch (type) {
		case 'peer':
			return edges.peers;
		case 'optional-dependency':
			return edges.optionalDependencies;
		case 'dependency':
		case 'unsupported':
			return edges.dependencies;
	}
}

function hasPair(flat: readonly string[], name: string, text: string): boolean {
	for (let i = 0; i < flat.length; i += 2) {
		if (flat[i] === name) {
			return flat[i + 1] === text;
		}
	}

	return false;
}
