import type { Resolution, ResolvedPackage } from '../../../../source/engine/resolver/index.ts';
import type { Served } from '../../../helpers/universe.ts';
import type { Puzzle } from './random-universes.ts';
import { allowedForRoot, allowedVersions, askedFor } from './what-is-allowed.ts';

/** Name -> id of the copy seen under it. */
type Seen = ReadonlyMap<string, string>;

/**
 * Follows the choices of a tree through npm's model and says where it is none of the placements the model allows. It reads the
 * registry, not the manifests of the tree.
 */
export function illegalPlaces(puzzle: Puzzle, { roots, packages }: Resolution): string[] {
	const byId = new Map(packages.map((package_) => [package_.id, package_]));
	const shared = new Map(Object.entries(roots).map(([name, { instance }]) => [name, instance]));
	const wrong: string[] = [];
	for (const [name, text] of Object.entries(puzzle.roots)) {
		if (!allowedForRoot(puzzle, name, text).includes(byId.get(shared.get(name) ?? '')?.version ?? '')) {
			wrong.push(`${name} is not ${text}`);
		}
	}

	// What peers see outside of every copy is what everybody sees, wherever in the tree that shows; so it is gathered first.
	for (let size = -1; size !== shared.size;) {
		size = shared.size;
		visit({ puzzle, byId, shared }, () => undefined);
	}

	visit({ puzzle, byId, shared }, (place, text) => wrong.push(`${place.id}: ${text}`));
	return wrong;
}

type Walk = { readonly puzzle: Puzzle; readonly byId: ReadonlyMap<string, ResolvedPackage>; readonly shared: Map<string, string> };
type Say = (place: ResolvedPackage, text: string) => void;

function visit(walk: Walk, say: Say): void {
	const done = new Set<string>();
	const open = [...walk.shared.values()].map((id) => ({ id, seen: new Map<string, string>() as Seen }));
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		const key = `${next.id} ${[...next.seen]
			.map(([name, id]) => `${name}=${id}`)
			.sort()
			.join(' ')}`;
		const place = walk.byId.get(next.id);
		if (done.has(key) || place === undefined) {
			continue;
		}

		done.add(key);
		checkPeers(walk, { place, seen: next.seen, say });
		const own = ownEdges(walk, place, say);
		const seen = new Map([...next.seen, [place.name, place.id], ...own]);
		open.push(...own.map(([, id]) => ({ id, seen })));
	}
}

function checkPeers(walk: Walk, { place, seen, say }: { readonly place: ResolvedPackage; readonly seen: Seen; readonly say: Say }): void {
	const { dependencies = {}, peerDependencies = {}, optionalPeers = [] } = servedOf(walk, place);
	for (const [peer, text] of Object.entries(peerDependencies).filter(([name]) => !Object.hasOwn(dependencies, name))) {
		const edge = place.dependencies[peer];
		const visible = seen.get(peer) ?? walk.shared.get(peer);
		if (edge !== undefined) {
			checkPlacedPeer(walk, { place, peer, text, edge, visible, say });
		} else if (visible !== undefined || !optionalPeers.includes(peer)) {
			say(place, `has no peer ${peer} where ${visible ?? 'nothing'} is seen`);
		}
	}
}

type PlacedPeer = {
	readonly place: ResolvedPackage;
	readonly peer: string;
	readonly text: string;
	readonly edge: string;
	readonly visible: string | undefined;
	readonly say: Say;
};

function checkPlacedPeer(walk: Walk, { place, peer, text, edge, visible, say }: PlacedPeer): void {
	if (visible === undefined) {
		walk.shared.set(peer, edge);
	} else if (edge !== visible) {
		say(place, `takes ${edge} where ${visible} is seen`);
	}

	if (!fits(walk, edge, peer, text)) {
		say(place, `takes ${edge} for ${peer} ${text}`);
	}
}

function ownEdges(walk: Walk, place: ResolvedPackage, say: Say): (readonly [string, string])[] {
	const { dependencies = {}, optionalDependencies = {} } = servedOf(walk, place);
	return Object.entries({ ...dependencies, ...optionalDependencies }).flatMap(([name, text]) => {
		const edge = place.dependencies[name];
		if (edge === undefined ? !Object.hasOwn(optionalDependencies, name) : !fits(walk, edge, name, text)) {
			say(place, `takes ${edge ?? 'nothing'} for ${name} ${text}`);
		}

		return edge === undefined ? [] : [[name, edge] as const];
	});
}

function servedOf({ puzzle }: Walk, { name, version }: ResolvedPackage): Served {
	return puzzle.universe.versionsOf(name).get(version) ?? {};
}

function fits({ puzzle, byId }: Walk, id: string, name: string, text: string): boolean {
	return allowedVersions(puzzle, name, askedFor(puzzle, name, text)).includes(byId.get(id)?.version ?? '');
}
