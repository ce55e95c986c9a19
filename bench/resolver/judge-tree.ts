import semver from 'semver';
import type { Tree } from './read-tree.ts';

export type Judgement = {
	/** Different `name@version`. */
	readonly packages: number;
	/** Those beyond the first of each name. */
	readonly duplicates: number;
	/** Peers that are missing though not optional, or that an import finds in a version outside of what was asked for. */
	readonly peerViolations: number;
	/** The same for dependencies. */
	readonly wrongEdges: number;
	/** Roots that are not what was asked for: a tag names one version. */
	readonly wrongRoots: readonly string[];
};

type Strings = Readonly<Record<string, string>>;
type Manifest = {
	readonly dependencies?: Strings;
	readonly optionalDependencies?: Strings;
	readonly peerDependencies?: Strings;
	readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
	readonly bundleDependencies?: readonly string[] | boolean;
	readonly bundledDependencies?: readonly string[] | boolean;
};
type Document = { readonly 'dist-tags': Strings; readonly versions: Readonly<Record<string, Manifest>> };

/** What the registry says of a package; each is asked for once. */
export type Documents = (name: string) => Promise<Document>;

export function openDocuments(registry: string): Documents {
	const known = new Map<string, Promise<Document>>();
	return (name) => {
		const asked =
			known.get(name) ?? fetch(new URL(name.replace('/', '%2f'), registry)).then(async (answer) => (await answer.json()) as Document);
		known.set(name, asked);
		return asked;
	};
}

/** Judges the tree of any tool by what the manifests in the registry ask for, whatever the tool itself says of it. */
export async function judgeTree(
	tree: Tree,
	{ roots, documents }: { readonly roots: Strings; readonly documents: Documents },
): Promise<Judgement> {
	let peerViolations = 0;
	let wrongEdges = 0;
	for (const { name, version, find } of tree.instances) {
		const manifest = (await documents(name)).versions[version] ?? {};
		const meta = manifest.peerDependenciesMeta ?? {};
		const regular = withoutBundled(manifest);
		const isWrong = ([wanted, range]: readonly [string, string], mayMiss: boolean): boolean => {
			const found = find(wanted);
			return found === undefined ? !mayMiss : !accepts(range, found.version);
		};
		peerViolations += Object.entries(manifest.peerDependencies ?? {}).filter(
			(edge) => regular[edge[0]] === undefined && isWrong(edge, meta[edge[0]]?.optional === true),
		).length;
		wrongEdges += Object.entries(regular).filter((edge) => isWrong(edge, manifest.optionalDependencies?.[edge[0]] !== undefined)).length;
	}

	const wrongRoots: string[] = [];
	for (const [name, spec] of Object.entries(roots)) {
		const wanted = (await documents(name))['dist-tags'][spec] ?? spec;
		const got = tree.roots.get(name)?.version;
		if (got === undefined || !accepts(wanted, got)) {
			wrongRoots.push(`${name}@${spec}: ${got}`);
		}
	}

	const ids = new Set(tree.instances.map(({ name, version }) => `${name}@${version}`));
	const names = new Set(tree.instances.map(({ name }) => name));
	return { packages: ids.size, duplicates: ids.size - names.size, peerViolations, wrongEdges, wrongRoots };
}

function withoutBundled({ dependencies, optionalDependencies, bundleDependencies, bundledDependencies }: Manifest): Strings {
	const bundled = bundleDependencies ?? bundledDependencies ?? [];
	const all = { ...dependencies, ...optionalDependencies };
	return typeof bundled === 'boolean'
		? bundled
			? {}
			: all
		: Object.fromEntries(Object.entries(all).filter(([name]) => !bundled.includes(name)));
}

/** npm's rule. Tags and addresses are not judged here. */
function accepts(spec: string, version: string): boolean {
	const range = spec.startsWith('npm:') ? spec.slice(spec.lastIndexOf('@') + 1) : spec;
	const isRange = semver.validRange(range, { loose: true }) !== null;
	return !isRange || range.trim() === '' || range.trim() === '*' || semver.satisfies(version, range, { loose: true });
}
