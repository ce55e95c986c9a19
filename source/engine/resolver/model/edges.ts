import type { EdgeMap } from '../metadata/package-index.ts';
import type { Override } from '../request.ts';
import type { Package, VersionSet } from './packages.ts';
import { isPackageName, parseSpec } from './spec.ts';
import type { Spec } from './spec.ts';

export type Edge = {
	/** What it is imported by. */
	readonly name: string;
	/** As the package wrote it, or as an override replaced it. */
	readonly text: string;
	readonly spec: Spec;
};

export type ReadEdges = {
	readonly regular: readonly Edge[];
	readonly optional: readonly Edge[];
	readonly peers: readonly Edge[];
	readonly optionalPeers: ReadonlySet<string>;
	/** Packages that must be known before a version with these edges can be judged. */
	readonly targets: readonly string[];
};

/** Reads the edges of versions, with overrides applied, each distinct map once. */
export class EdgeReader {
	readonly #overrides: readonly Override[];
	readonly #known = new Map<EdgeMap, ReadEdges>();

	constructor(overrides: readonly Override[]) {
		this.#overrides = overrides;
	}

	read(edges: EdgeMap): ReadEdges {
		const known = this.#known.get(edges);
		if (known !== undefined) {
			return known;
		}

		const optionalPeers = new Set(edges.optionalPeers);
		const regular = this.#list(edges.dependencies);
		const optional = this.#list(edges.optionalDependencies);
		const peers = this.#list(edges.peers);
		const targets = [...regular, ...optional, ...peers.filter(({ name }) => !optionalPeers.has(name))].flatMap(({ spec }) =>
			spec.type === 'unsupported' || !isPackageName(spec.target) ? [] : [spec.target],
		);
		const read = { regular, optional, peers, optionalPeers, targets };
		this.#known.set(edges, read);
		return read;
	}

	#list(flat: readonly string[]): Edge[] {
		const list: Edge[] = [];
		for (let i = 0; i < flat.length; i += 2) {
			const name = flat[i] ?? '';
			const text = this.#overrides.find((override) => override.name === name)?.spec ?? flat[i + 1] ?? '';
			list.push({ name, text, spec: parseSpec(name, text) });
		}

		return list;
	}
}

/** The versions that a range or tag allows of the package. */
export function allowedOf(target: Package, spec: Exclude<Spec, { readonly type: 'unsupported' }>): VersionSet {
	return spec.type === 'tag' ? target.tag(spec.tag) : target.range(spec.range);
}
