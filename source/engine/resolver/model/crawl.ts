import { allowedOf } from './edges.ts';
import type { Edge, EdgeReader } from './edges.ts';
import { NO_PROGRESS } from './overrides.ts';
import type { Package, PackageTable, VersionSet } from './packages.ts';
import type { PeerNames } from './peer-names.ts';
import { allowNamed } from './policy.ts';
import type { PolicyMasks } from './policy.ts';
import type { Preferences } from './prefer.ts';
import type { Spec } from './spec.ts';

const LOOKS_AT_CLOCK = 16;

type RegistrySpec = Exclude<Spec, { readonly type: 'unsupported' }>;

/**
 * A first look that takes the best version of everything, breadth first. It finds nearly all the metadata a solve will need, in as
 * few rounds as the depth of the tree, and which packages ask something of their surroundings.
 */
export class Crawl {
	readonly #table: PackageTable;
	readonly #edges: EdgeReader;
	readonly #peerNames: PeerNames;
	readonly #policy: PolicyMasks;
	readonly #preferences: Preferences;
	readonly #seen = new Set<VersionSet>();
	#frontier: RegistrySpec[] = [];
	/** What the frontier asks of packages that are not loaded yet. */
	#waiting: RegistrySpec[] = [];
	#position = 0;

	constructor(parts: {
		readonly table: PackageTable;
		readonly edges: EdgeReader;
		readonly peerNames: PeerNames;
		readonly policy: PolicyMasks;
		readonly preferences: Preferences;
	}) {
		this.#table = parts.table;
		this.#edges = parts.edges;
		this.#peerNames = parts.peerNames;
		this.#policy = parts.policy;
		this.#preferences = parts.preferences;
	}

	/** Starts from the versions a root allows. */
	visitRoot(package_: Package, allowed: VersionSet): void {
		this.#visit(package_, allowed);
	}

	/** Starts from any version of a package that turned out to be needed. */
	visitAny(name: string): void {
		const package_ = this.#table.get(name);
		if (package_ !== undefined) {
			this.#visit(package_, package_.range('*'));
		}
	}

	/** Goes on as far as the metadata at hand allows, or until the clock says `pauseAt`; the names to load next, none at the end. */
	advance(pauseAt: number): readonly string[] | 'paused' {
		const names = new Set<string>();
		while (this.#position < this.#frontier.length) {
			const spec = this.#frontier[this.#position];
			const package_ = spec === undefined ? undefined : this.#table.get(spec.target);
			this.#position += 1;
			if (spec !== undefined && package_ !== undefined) {
				this.#visit(package_, allowedOf(package_, spec));
			} else if (spec !== undefined) {
				this.#waiting.push(spec);
			}

			if (this.#position % LOOKS_AT_CLOCK === 0 && performance.now() > pauseAt) {
				return 'paused';
			}
		}

		for (const { target } of this.#waiting) {
			names.add(target);
		}

		this.#frontier = this.#waiting;
		this.#waiting = [];
		this.#position = 0;
		return [...names];
	}

	#visit(package_: Package, allowed: VersionSet): void {
		const { index } = package_;
		if (index === null || allowed.count === 0 || this.#seen.has(allowed)) {
			return;
		}

		this.#seen.add(allowed);
		const forbidden = this.#policy.forbidden(package_);
		let best = this.#preferences.best(package_, (i) => package_.has(allowed, i) && !forbidden.some(({ set }) => package_.has(set, i)));
		if (best === -1) {
			best = this.#preferences.best(package_, (i) => package_.has(allowed, i));
		}

		const edges = index.edges(best);
		this.#peerNames.observe(package_.name, edges);
		const read = this.#edges.read(edges, NO_PROGRESS);
		this.#follow(read.regular);
		this.#follow(read.optional);
		this.#follow(read.optionalPeers.size === 0 ? read.peers : read.peers.filter(({ name }) => !read.optionalPeers.has(name)));
	}

	#follow(edges: readonly Edge[]): void {
		for (const { spec, target, text } of edges) {
			if (spec.type !== 'unsupported' && target !== null) {
				this.#frontier.push(spec);
				const package_ = this.#table.get(target);
				if (package_ !== undefined) {
					allowNamed(this.#policy, package_, text);
				}
			}
		}
	}
}
