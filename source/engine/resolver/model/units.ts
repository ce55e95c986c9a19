import type { Edge } from './edges.ts';
import type { Package, VersionSet } from './packages.ts';

/** One dependency of one version that must be placed. */
export type PlacedEdge = Edge & { readonly package: Package; readonly allowed: VersionSet; readonly isOptional: boolean };

/**
 * What must be placed together: one edge, or several whose targets are peers of each other. `providers` are the other edges of the
 * same version whose copies the unit may see, so that they are placed first.
 */
export type UnitPlan = {
	readonly edges: readonly PlacedEdge[];
	/** Names the targets may ask of their surroundings. */
	readonly asks: ReadonlySet<string>;
	readonly providers: readonly string[];
	/** True when members may ask for each other, or for the name they are imported by. */
	readonly isGroup: boolean;
};

const NOTHING: ReadonlySet<string> = new Set();

/** Groups edges into units, each after the units it looks to. */
export function planUnits(edges: readonly PlacedEdge[], asksOf: (target: string) => ReadonlySet<string> | null): UnitPlan[] {
	const plain: UnitPlan[] = [];
	const asking: { readonly edge: PlacedEdge; readonly asks: ReadonlySet<string> }[] = [];
	for (const edge of edges) {
		const asks = asksOf(edge.package.name);
		if (asks === null || asks.size === 0) {
			plain.push({ edges: [edge], asks: NOTHING, providers: [], isGroup: false });
		} else {
			asking.push({ edge, asks });
		}
	}

	if (asking.length === 0) {
		return plain;
	}

	const own = new Set(edges.map(({ name }) => name));
	const links = new Map(asking.map(({ edge, asks }) => [edge.name, [...asks].filter((name) => own.has(name) && name !== edge.name)]));
	const reaches = new Map(asking.map(({ edge }) => [edge.name, reachable(edge.name, links)]));
	const groups = new Map<string, { readonly edge: PlacedEdge; readonly asks: ReadonlySet<string> }[]>();
	for (const item of asking) {
		const reach = reaches.get(item.edge.name) ?? NOTHING;
		const partners = asking.filter(({ edge }) => reach.has(edge.name) && reaches.get(edge.name)?.has(item.edge.name) === true);
		const leader = partners[0]?.edge.name ?? item.edge.name;
		groups.set(leader, [...(groups.get(leader) ?? []), item]);
	}

	const units = [...groups.values()].map((items): UnitPlan & { readonly reach: number } => {
		const members = new Set(items.map(({ edge }) => edge.name));
		const providers = new Set(items.flatMap(({ edge }) => links.get(edge.name) ?? []).filter((name) => !members.has(name)));
		const asks = items.length === 1 ? (items[0]?.asks ?? NOTHING) : new Set(items.flatMap(({ asks }) => [...asks]));
		const reach = Math.max(...items.map(({ edge }) => reaches.get(edge.name)?.size ?? 0));
		const isGroup = items.length > 1 || items.some((item) => item.asks.has(item.edge.name));
		return { edges: items.map(({ edge }) => edge), asks, providers: [...providers], isGroup, reach };
	});
	// A unit reaches everything that its providers reach, and itself not, so fewer means earlier.
	return [...plain, ...units.sort((a, b) => a.reach - b.reach)];
}

function reachable(start: string, links: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
	const reached = new Set<string>();
	const open = [...(links.get(start) ?? [])];
	for (let name = open.pop(); name !== undefined; name = open.pop()) {
		if (!reached.has(name)) {
			reached.add(name);
			open.push(...(links.get(name) ?? []));
		}
	}

	return reached;
}
