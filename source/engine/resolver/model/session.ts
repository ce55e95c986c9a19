import { Words } from '../core/numbers.ts';
import type { SearchLimits } from '../core/search.ts';
import type { Override, ResolveRequest } from '../request.ts';
import { Crawl } from './crawl.ts';
import { allowedOf, EdgeReader } from './edges.ts';
import { extractTree } from './extract.ts';
import type { TreeNode } from './extract.ts';
import { Model } from './model.ts';
import { withdrawUnnamed } from './named-young.ts';
import { Overrides, readOverrides } from './overrides.ts';
import { PackageTable } from './packages.ts';
import type { Package } from './packages.ts';
import { PeerNames } from './peer-names.ts';
import { PolicyMasks } from './policy.ts';
import { Preferences } from './prefer.ts';
import { lockedVersions } from './roots.ts';
import type { Root } from './roots.ts';
import { EVERY_FACT } from './slots.ts';
import type { FactFilter } from './slots.ts';

/** Work that can be set down at any yield: to load metadata, or only to let others run. */
export type Steps<T> = Generator<{ readonly type: 'need'; readonly names: readonly string[] } | { readonly type: 'paused' }, T, void>;

export type Solved =
	| { readonly type: 'done'; readonly model: Model; readonly tree: ReadonlyMap<string, TreeNode> }
	| { readonly type: 'unsolvable'; readonly model: Model; readonly incompatibility: number }
	| { readonly type: 'gave-up'; readonly conflicts: number };

export type Question = {
	readonly roots: readonly Root[];
	readonly filter?: FactFilter;
	/** Roots to decide before anything else. */
	readonly first?: readonly string[];
	/** Versions that would make copies one. */
	readonly merged?: ReadonlyMap<string, ReadonlySet<string>>;
	/** Exempts one more young version. */
	readonly policy?: PolicyMasks;
	/** Other overrides, with the names they make packages ask for. */
	readonly edges?: EdgeReader;
	readonly peerNames?: PeerNames;
	readonly mostConflicts?: number;
	/** Looked at after a conflict only: without any, a search is short. */
	readonly mostDecisions?: number;
};

const MOST_CONFLICTS = 20_000;

export type SessionStatistics = { decisions: number; conflicts: number; restarts: number; solves: number };

/** What all solves of one request share: packages, ranges, names of peers. No solve reads metadata twice. */
export class Session {
	readonly request: ResolveRequest;
	readonly table = new PackageTable(new Words(65_536));
	readonly overrides: readonly Override[];
	readonly edges: EdgeReader;
	readonly peerNames: PeerNames;
	readonly policy: PolicyMasks;
	readonly preferences: Preferences;
	readonly statistics: SessionStatistics = { decisions: 0, conflicts: 0, restarts: 0, solves: 0 };
	/** When the present slice of time ends; the driver moves it on. */
	pauseAt = Number.POSITIVE_INFINITY;
	/** Set by the driver once the budget is used up: every search then gives up. */
	isOutOfTime = false;
	readonly #locked: ReadonlyMap<string, ReadonlySet<string>>;
	readonly #crawl: Crawl;

	constructor(request: ResolveRequest) {
		this.request = request;
		this.overrides = readOverrides(request);
		this.edges = new EdgeReader(new Overrides(this.overrides));
		this.peerNames = new PeerNames(this.edges.overrides);
		this.policy = new PolicyMasks(request);
		this.#locked = lockedVersions(request);
		this.preferences = this.#preferencesWith(new Map());
		this.#crawl = this.#newCrawl(this);
	}

	/** True when all that have an edge to one version of the package would accept the other. */
	acceptsEverywhere(
		nodes: readonly TreeNode[],
		change: { readonly package: Package; readonly replaced: number; readonly by: number },
	): boolean {
		return nodes.every(({ slot, version, edges }) => {
			const map = slot.package.index?.edges(version);
			if (
				map === undefined ||
				![...edges.values()].some((target) => target.slot.package === change.package && target.version === change.replaced)
			) {
				return true;
			}

			const { regular, optional, peers } = this.edges.read(map, this.edges.below(slot, version));
			return [...regular, ...optional, ...peers].every(({ name, spec }) => {
				const target = edges.get(name);
				const isChanged = target?.slot.package === change.package && target.version === change.replaced;
				return !isChanged || (spec.type !== 'unsupported' && change.package.has(allowedOf(change.package, spec), change.by));
			});
		});
	}

	/** Lets others run when the slice of time is used up; to be called within every long stretch of work. */
	*breathe(): Steps<void> {
		if (performance.now() > this.pauseAt) {
			yield { type: 'paused' };
		}
	}

	/** Makes the packages known. */
	*know(names: readonly string[]): Steps<void> {
		const unknown = names.filter((name) => this.table.get(name) === undefined);
		if (unknown.length > 0) {
			yield { type: 'need', names: unknown };
		}
	}

	/** Makes the packages known, and what their best versions lead to. */
	*load(names: readonly string[]): Steps<void> {
		yield* this.know(names);
		for (const name of names) {
			this.#crawl.visitAny(name);
		}

		yield* this.#crawlOn(this.#crawl);
	}

	/** Makes known what the roots' best versions lead to. */
	*look(roots: readonly Root[]): Steps<void> {
		yield* this.#lookWith(this.#crawl, roots);
	}

	/** The question whether the roots could be had with more overrides, looked at as if it had been asked at first. */
	*withOverrides(more: readonly Override[], roots: readonly Root[]): Steps<Question> {
		const overrides = this.edges.overrides.with(more);
		const question = { roots, edges: new EdgeReader(overrides), peerNames: new PeerNames(overrides) };
		yield* this.#lookWith(this.#newCrawl(question), roots);
		return question;
	}

	*#lookWith(crawl: Crawl, roots: readonly Root[]): Steps<void> {
		for (const root of roots) {
			crawl.visitRoot(root.package, root.allowed);
		}

		yield* this.#crawlOn(crawl);
	}

	#newCrawl({ edges, peerNames }: { readonly edges: EdgeReader; readonly peerNames: PeerNames }): Crawl {
		return new Crawl({ table: this.table, edges, peerNames, policy: this.policy, preferences: this.preferences });
	}

	*#crawlOn(crawl: Crawl): Steps<void> {
		for (;;) {
			const names = crawl.advance(this.pauseAt);
			if (names === 'paused') {
				yield { type: 'paused' };
			} else if (names.length === 0) {
				return;
			} else {
				yield* this.know(names);
			}
		}
	}

	/** Solves, again if something was met that an answer could be wrong about. */
	*solve(question: Question): Steps<Solved> {
		for (;;) {
			const model = new Model({
				table: this.table,
				edges: question.edges ?? this.edges,
				peerNames: question.peerNames ?? this.peerNames,
				policy: question.policy ?? this.policy,
				preferences: question.merged === undefined ? this.preferences : this.#preferencesWith(question.merged),
				roots: question.roots,
				filter: question.filter ?? EVERY_FACT,
				first: question.first ?? [],
			});
			const { mostConflicts = MOST_CONFLICTS, mostDecisions = Number.POSITIVE_INFINITY } = question;
			const solved = yield* this.#search(model, { mostConflicts, mostDecisions });
			this.statistics.solves += 1;
			this.statistics.decisions += model.search.decisions;
			this.statistics.conflicts += model.search.conflicts;
			const isAbandoned =
				solved.type === 'done' &&
				withdrawUnnamed(solved.tree, {
					roots: question.roots,
					edges: question.edges ?? this.edges,
					policy: question.policy ?? this.policy,
				});
			if (solved.type === 'gave-up' || !(model.isOutdated || isAbandoned)) {
				return solved;
			}

			this.statistics.restarts += 1;
		}
	}

	*#search(model: Model, most: Omit<SearchLimits, 'pauseAt'>): Steps<Solved> {
		for (;;) {
			if (this.isOutOfTime) {
				return { type: 'gave-up', conflicts: model.search.conflicts };
			}

			const status = model.run({ pauseAt: this.pauseAt, ...most });
			switch (status.type) {
				case 'done':
					// A solve with facts left out shows only that it can be done; what it found is no tree.
					return { type: 'done', model, tree: model.isOutdated || !model.isWhole ? new Map() : yield* extractTree(model, this) };
				case 'unsolvable':
					return { type: 'unsolvable', model, incompatibility: status.incompatibility };
				case 'gave-up':
					return { type: 'gave-up', conflicts: model.search.conflicts };
				case 'need':
					yield* this.load(status.names);
					break;
				case 'paused':
					yield { type: 'paused' };
					break;
			}
		}
	}

	#preferencesWith(merged: ReadonlyMap<string, ReadonlySet<string>>): Preferences {
		return new Preferences({ node: this.request.platform.node, locked: this.#locked, merged });
	}
}
