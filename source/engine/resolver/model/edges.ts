import type { EdgeMap } from '../metadata/package-index.ts';
import type { Override } from '../request.ts';
import type { Overrides, Progress } from './overrides.ts';
import type { Package, VersionSet } from './packages.ts';
import type { Slot } from './slots.ts';
import { isPackageName, parseSpec } from './spec.ts';
import type { Spec } from './spec.ts';

export type Edge = {
	/** What it is imported by. */
	readonly name: string;
	/** As the package wrote it, or as an override replaced it. */
	readonly text: string;
	readonly spec: Spec;
	/** The package of the registry that it asks for; null when no registry can have it. */
	readonly target: string | null;
};

export type ReadEdges = {
	readonly regular: readonly Edge[];
	readonly optional: readonly Edge[];
	readonly peers: readonly Edge[];
	readonly optionalPeers: ReadonlySet<string>;
	/** Packages that must be known before a version with these edges can be judged. */
	readonly targets: readonly string[];
	/** Overrides that replaced something. */
	readonly overrides: readonly Override[];
};

/** Reads the edges of versions, with overrides applied, each distinct map once for each progress along their paths. */
export class EdgeReader {
	readonly overrides: Overrides;
	readonly #known = new Map<Progress, Map<EdgeMap, ReadEdges>>();
	/** Name -> text -> edge: many packages ask for the same. */
	readonly #edges = new Map<string, Map<string, Edge>>();

	constructor(overrides: Overrides) {
		this.overrides = overrides;
	}

	/** Progress of what lies below a version in the slot. */
	below({ scope, package: { name, index } }: Slot, version: number): Progress {
		return this.overrides.enter(scope.progress, name, index?.versionText(version) ?? '');
	}

	read(edges: EdgeMap, progress: Progress): ReadEdges {
		let byMap = this.#known.get(progress);
		if (byMap === undefined) {
			byMap = new Map();
			this.#known.set(progress, byMap);
		}

		const known = byMap.get(edges);
		if (known !== undefined) {
			return known;
		}

		const read = this.#read(edges, progress);
		byMap.set(edges, read);
		return read;
	}

	#edge(name: string, text: string): Edge {
		let byText = this.#edges.get(name);
		if (byText === undefined) {
			byText = new Map();
			this.#edges.set(name, byText);
		}

		const known = byText.get(text);
		if (known !== undefined) {
			return known;
		}

		const spec = parseSpec(name, text);
		const target = spec.type === 'unsupported' || !isPackageName(spec.target) ? null : spec.target;
		const edge: Edge = { name, text, spec, target };
		byText.set(text, edge);
		return edge;
	}

	#read(edges: EdgeMap, progress: Progress): ReadEdges {
		const overrides: Override[] = [];
		const list = (flat: readonly string[]): Edge[] => {
			const found: Edge[] = [];
			for (let i = 0; i < flat.length; i += 2) {
				const name = flat[i] ?? '';
				const written = flat[i + 1] ?? '';
				const override = this.overrides.replacement(progress, { name, text: written });
				if (override !== undefined) {
					overrides.push(override);
				}

				found.push(this.#edge(name, override?.spec ?? written));
			}

			return found;
		};

		const optionalPeers = new Set(edges.optionalPeers);
		const regular = list(edges.dependencies);
		const optional = list(edges.optionalDependencies);
		const peers = list(edges.peers);
		const targets: string[] = [];
		for (const { target } of [...regular, ...optional, ...peers.filter(({ name }) => !optionalPeers.has(name))]) {
			if (target !== null) {
				targets.push(target);
			}
		}

		return { regular, optional, peers, optionalPeers, targets, overrides };
	}
}

/** The versions that a range or tag allows of the package. */
export function allowedOf(target: Package, spec: Exclude<Spec, { readonly type: 'unsupported' }>): VersionSet {
	return spec.type === 'tag' ? target.tag(spec.tag) : target.range(spec.range);
}
