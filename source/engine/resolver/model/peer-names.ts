import type { EdgeMap } from '../metadata/package-index.ts';
import type { Overrides } from './overrides.ts';
import { parseSpec } from './spec.ts';

/**
 * For each package the names that it, or something below it that does not bring its own copy, may ask of its surroundings. It is
 * grown from the versions seen so far, so it may be too small at first; it never shrinks. To ask for what only some paths override
 * counts as asking the surroundings.
 */
export class PeerNames {
	/** Counts growth: unchanged means that no earlier answer has become too small. */
	generation = 0;
	readonly #names = new Map<string, Set<string>>();
	readonly #seen = new Map<string, Set<EdgeMap>>();
	readonly #overrides: Overrides;
	readonly #parents = new Map<string, { readonly parent: string; readonly shielded: ReadonlySet<string> }[]>();

	constructor(overrides: Overrides) {
		this.#overrides = overrides;
	}

	/** Null when the package asks nothing. */
	of(name: string): ReadonlySet<string> | null {
		return this.#names.get(name) ?? null;
	}

	/** Takes one version into account. */
	observe(name: string, edges: EdgeMap): void {
		const seen = this.#seen.get(name) ?? new Set();
		this.#seen.set(name, seen);
		if (seen.has(edges)) {
			return;
		}

		seen.add(edges);
		const own = [...edges.dependencies, ...edges.optionalDependencies];
		// An optional dependency may be dropped, and then it hides nothing.
		const shielded = new Set<string>([name]);
		for (let i = 0; i < edges.dependencies.length; i += 2) {
			shielded.add(edges.dependencies[i] ?? '');
		}

		for (let i = 0; i < edges.peers.length; i += 2) {
			this.#add(name, edges.peers[i] ?? '', name);
			this.#addMark(name, edges.peers[i] ?? '');
		}

		for (let i = 0; i < own.length; i += 2) {
			const imported = own[i] ?? '';
			this.#addMark(name, imported);
			for (const text of [own[i + 1] ?? '', ...this.#overrides.specsFor(imported)]) {
				const spec = parseSpec(imported, text);
				if (spec.type !== 'unsupported') {
					this.#link(spec.target, { parent: name, shielded });
				}
			}
		}
	}

	#addMark(name: string, imported: string): void {
		const mark = this.#overrides.mark(imported);
		if (mark !== null) {
			this.#add(name, mark, name);
		}
	}

	#link(child: string, link: { readonly parent: string; readonly shielded: ReadonlySet<string> }): void {
		const links = this.#parents.get(child) ?? [];
		links.push(link);
		this.#parents.set(child, links);
		for (const asked of this.#names.get(child) ?? []) {
			if (!link.shielded.has(asked)) {
				this.#add(link.parent, asked, link.parent);
			}
		}
	}

	#add(name: string, asked: string, self: string): void {
		const names = this.#names.get(name) ?? new Set();
		if (asked === self || names.has(asked)) {
			return;
		}

		this.#names.set(name, names.add(asked));
		this.generation += 1;
		for (const { parent, shielded } of this.#parents.get(name) ?? []) {
			if (!shielded.has(asked)) {
				this.#add(parent, asked, parent);
			}
		}
	}
}
