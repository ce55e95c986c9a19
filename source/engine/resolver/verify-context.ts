import type { Resolution, ResolvedPackage } from './resolution.ts';
import type { Problem } from './problem.ts';
import type { OverrideCheck, Passed } from './verify-overrides.ts';

type Packages = ReadonlyMap<string, ResolvedPackage>;
type Surroundings = ReadonlyMap<string, string>;

/**
 * Walks the tree as an importer would see it and checks that each peer is the copy its surroundings show: the dependent's own
 * dependency of that name, the dependent itself, what its own surroundings show, and at last the one copy everybody sees. An optional
 * peer may be missing only where nothing is to be seen.
 * On the way it hands out every package with the parts of override paths that lie behind it.
 */
export function contextProblems(
	{ roots }: Resolution,
	{
		packages,
		overrides,
		checkEdges,
	}: {
		readonly packages: Packages;
		readonly overrides: OverrideCheck;
		/** Called for each package and each way to it that overrides could tell apart. */
		readonly checkEdges: (package_: ResolvedPackage, passed: Passed) => void;
	},
): Problem[] {
	const asks = namesAsked(packages);
	const shared = new Map<string, string>(Object.entries(roots).map(([name, { instance }]) => [name, instance]));
	const problems = new Map<string, Problem>();
	const seen = new Set<string>();
	const told = new Set<string>();
	const open: Visit[] = [];
	const missing: MissingPeer[] = [];
	const visit = (id: string, surroundings: Surroundings, passed: Passed): void => {
		const relevant = [...(asks.get(id) ?? [])].sort().map((name) => `${name}=${surroundings.get(name) ?? ''}`);
		const key = `${id} ${passed.join(',')} ${relevant.join(' ')}`;
		if (!seen.has(key)) {
			seen.add(key);
			open.push({ id, surroundings, passed });
		}
	};

	for (const { instance } of Object.values(roots)) {
		visit(instance, new Map(), overrides.outside);
	}

	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		const package_ = packages.get(next.id);
		if (package_ === undefined) {
			continue;
		}

		const passed = overrides.below(next.passed, package_);
		const way = `${next.id} ${passed.join(',')}`;
		if (!told.has(way)) {
			told.add(way);
			checkEdges(package_, passed);
		}

		for (const name of package_.peers) {
			const actual = package_.dependencies[name] ?? '';
			const expected = next.surroundings.get(name) ?? shared.get(name);
			const isBeyondItself = name === package_.name && expected !== actual && !shared.has(name);
			if (expected === undefined || isBeyondItself) {
				shared.set(name, actual);
				visit(actual, new Map(), overrides.outside);
			} else if (expected !== actual && name !== package_.name) {
				problems.set(`${next.id} ${name}`, {
					code: 'context',
					at: next.id,
					text: `${next.id} sees ${name} as ${expected} and its peer edge leads to ${actual}.`,
				});
			}
		}

		missing.push(...missingPeers(package_).map((name) => ({ id: next.id, name, seen: next.surroundings.get(name) })));
		visitChildren(package_, { surroundings: next.surroundings, passed, packages, asks, visit });
	}

	return [...problems.values(), ...overlooked(missing, shared)];
}

type MissingPeer = { readonly id: string; readonly name: string; readonly seen: string | undefined };

/** Peers that were left out although there was something to be seen, inside a copy or by everybody. */
function overlooked(missing: readonly MissingPeer[], shared: ReadonlyMap<string, string>): Problem[] {
	const found = new Map<string, Problem>();
	for (const { id, name, seen } of missing) {
		const visible = seen ?? shared.get(name);
		if (visible !== undefined) {
			found.set(`${id} ${name}`, { code: 'context', at: id, text: `${id} sees ${name} as ${visible} and has no peer edge to it.` });
		}
	}

	return [...found.values()];
}

/** Peers without an edge, apart from a peer on itself. */
function missingPeers({ name: self, manifest, dependencies }: ResolvedPackage): string[] {
	const own = (name: string): boolean => Object.hasOwn(manifest.dependencies, name) || Object.hasOwn(manifest.optionalDependencies, name);
	return Object.keys(manifest.peerDependencies).filter((name) => !Object.hasOwn(dependencies, name) && !own(name) && name !== self);
}

type Visit = { readonly id: string; readonly surroundings: Surroundings; readonly passed: Passed };

type Walk = {
	readonly surroundings: Surroundings;
	readonly passed: Passed;
	readonly packages: Packages;
	readonly asks: ReadonlyMap<string, ReadonlySet<string>>;
	readonly visit: (id: string, surroundings: Surroundings, passed: Passed) => void;
};

function visitChildren(package_: ResolvedPackage, { surroundings, passed, packages, asks, visit }: Walk): void {
	const peers = new Set(package_.peers);
	const own = Object.entries(package_.dependencies).filter(([name]) => !peers.has(name));
	for (const [, target] of own) {
		if (!packages.has(target)) {
			continue;
		}

		const inner = new Map<string, string>();
		for (const name of asks.get(target) ?? []) {
			const seen = own.find(([candidate]) => candidate === name)?.[1] ?? (name === package_.name ? package_.id : surroundings.get(name));
			if (seen !== undefined) {
				inner.set(name, seen);
			}
		}

		visit(target, inner, passed);
	}
}

/** For each instance the names that it, or what is below it without a copy of its own in between, takes from its surroundings. */
function namesAsked(packages: Packages): Map<string, Set<string>> {
	const asks = new Map([...packages.keys()].map((id) => [id, new Set<string>()]));
	const parents = new Map<string, { readonly id: string; readonly own: ReadonlySet<string> }[]>();
	const open: { readonly id: string; readonly name: string }[] = [];
	for (const package_ of packages.values()) {
		const { id, name: self, dependencies, peers } = package_;
		const own = new Set(Object.keys(dependencies).filter((name) => !peers.includes(name)));
		const parent = { id, own: new Set([...own, self]) };
		for (const name of own) {
			const target = dependencies[name] ?? '';
			parents.set(target, [...(parents.get(target) ?? []), parent]);
		}

		open.push(...[...peers, ...missingPeers(package_)].map((name) => ({ id, name })));
	}

	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		const { id, name } = next;
		const mine = asks.get(id);
		if (mine !== undefined && !mine.has(name)) {
			mine.add(name);
			open.push(...(parents.get(id) ?? []).filter(({ own }) => !own.has(name)).map((parent) => ({ id: parent.id, name })));
		}
	}

	return asks;
}
