import { nameMatches } from '../policy/name-pattern.ts';
import { PERSON_LEVELS } from './person-statement.ts';
import type { PersonLevel } from './person-statement.ts';
import type { PersonId } from './dsse-envelope.ts';
import type { SignedStatement } from './signed-statement.ts';

/** Someone the user chose to trust, for these names. */
export type Person = {
	readonly id: PersonId;
	readonly name: string;
	readonly level: PersonLevel;
	/** Name patterns. */
	readonly scopes: readonly string[];
	/** ISO time. */
	readonly expires: string;
};

/** How far a signer is trusted for one package, and through whom. */
export type TrustedPerson = {
	readonly id: PersonId;
	readonly level: PersonLevel;
	/** The person of the user's own choice at the start of the path; many identities behind one such person count as one. */
	readonly root: Person;
	readonly depth: number;
	/** From the user's own person to this one, both included. */
	readonly via: readonly PersonId[];
};

type Edge = { readonly from: PersonId; readonly to: PersonId; readonly level: PersonLevel; readonly scopes: readonly string[] };
type Step = TrustedPerson & { readonly cost: number };

export type GraphLimits = { readonly depth: number; readonly budget: number };

export const DEFAULT_GRAPH_LIMITS: GraphLimits = { depth: 2, budget: 4 };
const COST: Readonly<Record<PersonLevel, number>> = { high: 1, medium: 2, low: 5 };

/** Who trusts whom, made once for many questions. */
export type TrustGraph = {
	readonly edges: ReadonlyMap<PersonId, readonly Edge[]>;
	/** Every name pattern that some edge is bound to. */
	readonly patterns: ReadonlySet<string>;
	/** Answers so far. Names that the same patterns fit have the same answer, and most names have no pattern of their own. */
	readonly answers: WeakMap<readonly Person[], Map<string, TrustedPeople>>;
};

/** By id; a person more than once when several of the user's own people lead there. */
export type TrustedPeople = ReadonlyMap<PersonId, readonly TrustedPerson[]>;

export type GraphQuestion = {
	readonly people: readonly Person[];
	readonly graph: TrustGraph;
	/** Milliseconds since the epoch. */
	readonly now: number;
	readonly limits?: GraphLimits;
};

/** Takes what is said about trust in others out of statements that still stand. */
export function trustGraph(statements: readonly SignedStatement[]): TrustGraph {
	const edges = statements.flatMap(toEdge);
	return {
		edges: Map.groupBy(edges, ({ from }) => from),
		patterns: new Set(edges.flatMap(({ scopes }) => scopes)),
		answers: new WeakMap(),
	};
}

/**
 * Everyone who is trusted for a package, once for each of the user's own people that leads there. The level along a path is that of its
 * weakest step, scopes only ever narrow, and a path ends where its depth or cost is spent. Cycles are harmless: a step back costs more.
 */
export function trustedFor(name: string, { people, graph, now, limits = DEFAULT_GRAPH_LIMITS }: GraphQuestion): TrustedPeople {
	const answers = graph.answers.get(people) ?? new Map<string, TrustedPeople>();
	graph.answers.set(people, answers);
	const key = JSON.stringify([now, limits.depth, limits.budget, ...patternsFitting(name, { people, graph })]);
	const known = answers.get(key);
	if (known !== undefined) {
		return known;
	}

	const roots = people.filter(({ scopes, expires }) => Date.parse(expires) > now && scopes.some((scope) => nameMatches(scope, name)));
	const found = Map.groupBy(
		roots.flatMap((root) => walk(root, { name, graph, limits })),
		({ id }) => id,
	);
	answers.set(key, found);
	return found;
}

/** Apart from `*`, only the name itself and its scope can be written as a pattern that fits it. */
function patternsFitting(name: string, { people, graph }: Pick<GraphQuestion, 'people' | 'graph'>): readonly string[] {
	const isNamed = (pattern: string): boolean => graph.patterns.has(pattern) || people.some(({ scopes }) => scopes.includes(pattern));
	return [name, `${name.slice(0, Math.max(0, name.indexOf('/')))}/*`].filter(isNamed);
}

function walk(
	root: Person,
	{ name, graph, limits }: { readonly name: string; readonly graph: TrustGraph; readonly limits: GraphLimits },
): readonly TrustedPerson[] {
	const found = new Map<PersonId, Step[]>();
	let frontier: Step[] = [{ id: root.id, level: root.level, root, depth: 0, cost: 0, via: [root.id] }];
	while (frontier.length > 0) {
		const fresh = frontier.filter((step) => isBetter(step, found.get(step.id) ?? []));
		fresh.forEach((step) => found.set(step.id, [...(found.get(step.id) ?? []), step]));
		frontier = fresh.flatMap((step) =>
			(graph.edges.get(step.id) ?? [])
				.filter(({ scopes }) => scopes.some((scope) => nameMatches(scope, name)))
				.flatMap((edge) => follow(step, edge, limits)),
		);
	}

	return [...found.values()].flatMap((steps) => steps.toSorted((a, b) => rank(a.level) - rank(b.level) || a.depth - b.depth).slice(0, 1));
}

function follow(step: Step, edge: Edge, limits: GraphLimits): readonly Step[] {
	const level = rank(edge.level) > rank(step.level) ? edge.level : step.level;
	const next = {
		id: edge.to,
		level,
		root: step.root,
		depth: step.depth + 1,
		cost: step.cost + COST[edge.level],
		via: [...step.via, edge.to],
	};
	return next.depth > limits.depth || next.cost > limits.budget ? [] : [next];
}

// A dearer path matters only when its level is higher, and a lower one only when it is cheaper and so leads further.
function isBetter(step: Step, known: readonly Step[]): boolean {
	return !known.some((other) => rank(other.level) <= rank(step.level) && other.cost <= step.cost && other.depth <= step.depth);
}

function rank(level: PersonLevel): number {
	return PERSON_LEVELS.indexOf(level);
}

function toEdge({ signer, statement }: SignedStatement): readonly Edge[] {
	return statement.type === 'identity-trust'
		? [{ from: signer, to: statement.subject, level: statement.level, scopes: statement.scopes }]
		: [];
}
