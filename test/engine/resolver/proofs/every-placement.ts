import type { Puzzle } from './random-universes.ts';
import { allowedForRoot, allowedVersions, askedFor } from './what-is-allowed.ts';

/** Package name -> version that is seen under it. */
type Seen = ReadonlyMap<string, string>;
type Placed = { readonly name: string; readonly version: string; readonly seen: Seen };
type Chosen = readonly (readonly [name: string, version: string])[];

/**
 * Tries every placement that npm's model allows: each package or none as what everybody sees, and below each version every version
 * for each of its dependencies, which then hides what is seen outside under that name. Only for small universes.
 */
export function hasPlacement(puzzle: Puzzle): boolean {
	const names = puzzle.universe.names;
	const shared = new Map<string, string>();
	const chooseShared = (i: number): boolean => {
		const name = names[i];
		if (name === undefined) {
			return new Placements(puzzle, shared).allStand([...shared]);
		}

		const root = puzzle.roots[name];
		const candidates = root === undefined ? [...puzzle.universe.versionsOf(name).keys()] : allowedForRoot(puzzle, name, root);
		shared.delete(name);
		if (root === undefined && chooseShared(i + 1)) {
			return true;
		}

		return candidates.some((version) => {
			shared.set(name, version);
			const isFound = chooseShared(i + 1);
			shared.delete(name);
			return isFound;
		});
	};
	return chooseShared(0);
}

/** Which versions can stand where, given what everybody sees. Dependencies may be circular: what nothing speaks against stands. */
class Placements {
	readonly #puzzle: Puzzle;
	readonly #shared: Seen;
	readonly #peerNames: ReadonlySet<string>;
	readonly #fallen = new Set<string>();
	#visited = new Set<string>();

	constructor(puzzle: Puzzle, shared: Seen) {
		this.#puzzle = puzzle;
		this.#shared = shared;
		this.#peerNames = peerNamesOf(puzzle);
	}

	allStand(outermost: Chosen): boolean {
		for (let fallen = -1; fallen !== this.#fallen.size;) {
			fallen = this.#fallen.size;
			this.#visited = new Set();
			if (!outermost.every(([name, version]) => this.#stands({ name, version, seen: new Map() }))) {
				return false;
			}
		}

		return true;
	}

	#stands(placed: Placed): boolean {
		const { name, version, seen } = placed;
		const key = `${name}@${version} ${[...seen]
			.map(([other, its]) => `${other}=${its}`)
			.sort()
			.join(' ')}`;
		if (this.#fallen.has(key)) {
			return false;
		}

		if (this.#visited.has(key)) {
			return true;
		}

		this.#visited.add(key);
		const stands = this.#arePeersRight(placed) && this.#haveChildrenRoom(placed);
		if (!stands) {
			this.#fallen.add(key);
		}

		return stands;
	}

	#arePeersRight({ name, version, seen }: Placed): boolean {
		const { dependencies = {}, peerDependencies = {}, optionalPeers = [] } = this.#puzzle.universe.versionsOf(name).get(version) ?? {};
		return Object.entries(peerDependencies)
			.filter(([peer]) => !Object.hasOwn(dependencies, peer))
			.every(([peer, text]) => {
				const found = seen.get(peer) ?? this.#shared.get(peer);
				return found === undefined ? optionalPeers.includes(peer) : this.#allowed(peer, text).includes(found);
			});
	}

	#haveChildrenRoom({ name, version, seen }: Placed): boolean {
		const { dependencies = {}, optionalDependencies = {} } = this.#puzzle.universe.versionsOf(name).get(version) ?? {};
		const choices = Object.entries({ ...dependencies, ...optionalDependencies }).map(([child, text]) => ({
			child,
			versions: [...this.#allowed(child, text), ...(Object.hasOwn(optionalDependencies, child) ? [null] : [])],
		}));
		const around = new Map([...seen, [name, version]]);
		return combinations(choices).some((chosen) => {
			const inner = new Map([...around, ...chosen].filter(([other]) => this.#peerNames.has(other)));
			return chosen.every(([child, its]) => this.#stands({ name: child, version: its, seen: inner }));
		});
	}

	#allowed(name: string, text: string): readonly string[] {
		return allowedVersions(this.#puzzle, name, askedFor(this.#puzzle, name, text));
	}
}

/** Every way to take one of each; null leaves it out. */
function combinations(choices: readonly { readonly child: string; readonly versions: readonly (string | null)[] }[]): Chosen[] {
	return choices.reduce<Chosen[]>(
		(all, { child, versions }) =>
			all.flatMap((chosen) => versions.map((version): Chosen => (version === null ? chosen : [...chosen, [child, version]]))),
		[[]],
	);
}

function peerNamesOf({ universe }: Puzzle): Set<string> {
	return new Set(
		universe.names.flatMap((name) =>
			[...universe.versionsOf(name).values()].flatMap(({ peerDependencies = {} }) => Object.keys(peerDependencies)),
		),
	);
}
