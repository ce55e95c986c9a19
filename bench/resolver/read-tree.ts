import { parse } from 'yaml';

type Instance = {
	readonly name: string;
	readonly version: string;
	/** The instance that an import of the name gives, or undefined. */
	readonly find: (name: string) => Instance | undefined;
};

/** What a lock file says: every instance once, and what the project itself imports. */
export type Tree = { readonly instances: readonly Instance[]; readonly roots: ReadonlyMap<string, Instance | undefined> };

type Strings = Readonly<Record<string, string>>;

/** package-lock.json: folders, searched upwards as node does. What lies inside tarballs is nobody's choice and left out. */
export function readNpmTree(text: string, roots: Strings): Tree {
	type Entry = { readonly name?: string; readonly version?: string; readonly inBundle?: boolean };
	const { packages } = JSON.parse(text) as { readonly packages: Readonly<Record<string, Entry>> };
	const entries = Object.entries(packages).filter(([path, { inBundle }]) => path !== '' && inBundle !== true);
	return foldersTree(
		entries.map(([path, { name, version = '' }]) => {
			const names = path.replace(/^node_modules\//, '').split('/node_modules/');
			return { path: names, name: name ?? names.at(-1) ?? '', version };
		}),
		roots,
	);
}

/** bun.lock: JSON with trailing commas; the keys are folders, `parent/child`. */
export function readBunTree(text: string, roots: Strings): Tree {
	const json = text.replaceAll(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_match, quoted?: string) => quoted ?? '');
	const { packages } = JSON.parse(json) as { readonly packages: Readonly<Record<string, readonly [string, ...unknown[]]>> };
	return foldersTree(
		Object.entries(packages).map(([key, [id]]) => ({ path: key.match(/(?:@[^/]+\/)?[^/]+/g) ?? [], ...splitId(id) })),
		roots,
	);
}

/** pnpm-lock.yaml: exact edges between `name@version(peers)`. */
export function readPnpmTree(text: string): Tree {
	type Snapshot = { readonly dependencies?: Strings; readonly optionalDependencies?: Strings } | null;
	const lock = parse(text) as {
		readonly importers: { readonly '.': { readonly dependencies: Readonly<Record<string, { readonly version: string }>> } };
		readonly snapshots: Readonly<Record<string, Snapshot>>;
	};
	const nodes = Object.entries(lock.snapshots).map(([id, snapshot]) => {
		const edges = Object.entries({ ...snapshot?.dependencies, ...snapshot?.optionalDependencies });
		return { id, ...splitId(id), edges: edges.map(([name, target]) => [name, [`${name}@${target}`, target]] as const) };
	});
	return exactTree(
		nodes,
		Object.entries(lock.importers['.'].dependencies).map(([name, { version }]) => [name, [`${name}@${version}`, version]]),
	);
}

/** The envelope of `plugward resolve --json`. */
export function readOwnTree(text: string): Tree {
	const { data } = JSON.parse(text) as {
		readonly data: {
			readonly roots: readonly { readonly name: string; readonly version: string }[];
			readonly packages: readonly {
				readonly id: string;
				readonly name: string;
				readonly version: string;
				readonly dependencies: Strings;
			}[];
		};
	};
	return exactTree(
		data.packages.map(({ dependencies, ...node }) => ({
			...node,
			edges: Object.entries(dependencies).map(([name, target]) => [name, [target]] as const),
		})),
		data.roots.map(({ name, version }) => [
			name,
			data.packages.filter((package_) => package_.name === name && package_.version === version).map(({ id }) => id),
		]),
	);
}

type Folder = { readonly path: readonly string[]; readonly name: string; readonly version: string };

function foldersTree(folders: readonly Folder[], roots: Strings): Tree {
	const byPath = new Map<string, Instance>();
	const findFrom = (path: readonly string[], name: string): Instance | undefined => {
		for (let depth = path.length; depth >= 0; depth -= 1) {
			const found = byPath.get([...path.slice(0, depth), name].join(' '));
			if (found !== undefined) {
				return found;
			}
		}

		return undefined;
	};

	for (const { path, name, version } of folders) {
		byPath.set(path.join(' '), { name, version, find: (wanted) => findFrom(path, wanted) });
	}

	return { instances: [...byPath.values()], roots: new Map(Object.keys(roots).map((name) => [name, findFrom([], name)])) };
}

type Edge = readonly [
	name: string,
	/** The first that is an id counts: an alias is written with its target. */ candidates: readonly string[],
];
type Node = { readonly id: string; readonly name: string; readonly version: string; readonly edges: readonly Edge[] };

function exactTree(nodes: readonly Node[], roots: readonly Edge[]): Tree {
	const byId = new Map<string, Instance>();
	const firstOf = (candidates: readonly string[]): Instance | undefined => candidates.map((id) => byId.get(id)).find(Boolean);
	for (const { id, name, version, edges } of nodes) {
		const targets = new Map(edges);
		byId.set(id, { name, version, find: (wanted) => (wanted === name ? byId.get(id) : firstOf(targets.get(wanted) ?? [])) });
	}

	return { instances: [...byId.values()], roots: new Map(roots.map(([name, candidates]) => [name, firstOf(candidates)])) };
}

/** `name@version`, with peers in parentheses behind it. */
function splitId(id: string): { readonly name: string; readonly version: string } {
	const plain = id.replace(/\(.*$/, '');
	const at = plain.lastIndexOf('@');
	return { name: plain.slice(0, at), version: plain.slice(at + 1) };
}
