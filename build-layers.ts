import { relative } from 'node:path';
import { build, type BuildOptions, type Metafile, type OnLoadResult, type Plugin } from 'esbuild';

/** One file of a program that is read in pieces. What its entries import lies in it, unless an earlier layer has it. */
export type Layer = {
	/** Its name in the folder of what is built. */
	readonly file: string;
	/** Paths in the project, or names of packages, that earlier layers import dynamically or, packages, require: they load this layer then. */
	readonly entries: readonly string[];
	/** Whether it imports ES modules that are built elsewhere. In any other layer `import()` becomes `require()`. */
	readonly importsModules?: boolean;
};

type Placed = Layer & {
	/** Modules of this layer by path in the project. */
	readonly own: ReadonlySet<string>;
	/** Those of them that later layers import. */
	readonly asked: Set<string>;
};

export type LayersOptions = BuildOptions & {
	readonly outdir: string;
	/** Packages that each layer has for itself, cut down to what it uses. Only such as keep no state. */
	readonly copied: readonly string[];
};

const RESOLVING = Symbol('resolving');
const LINK = 'layer-link';
const TAKE = 'layer-take';
const BETWEEN = ' in ';

/**
 * Builds CommonJS files that together hold each module once, so that a start reads only the code it needs. esbuild can split only ES
 * modules, and makes one file for each set of entries; node takes as long to find and link those as to run what most commands do. Within
 * a layer each module is still evaluated when it is first needed.
 */
export async function buildLayers(layers: readonly Layer[], { outdir, copied, ...options }: LayersOptions): Promise<readonly Metafile[]> {
	const isCopied = (id: string) => copied.some((name) => id.startsWith(`node_modules/${name}/`));
	const placed: Placed[] = [];
	for (const [index, layer] of layers.entries()) {
		const found = await buildLayer(layer, { placed, later: layers.slice(index + 1), asked: [], options: { ...options, write: false } });
		placed.push({ ...layer, own: new Set(Object.keys(found.inputs).filter((id) => !isCopied(id))), asked: new Set() });
	}

	const metafiles: Metafile[] = [];
	// The last one first: only then it is known what those before it are asked for.
	for (const [index, layer] of [...placed.entries()].toReversed()) {
		metafiles.push(
			await buildLayer(layer, {
				placed: placed.slice(0, index),
				later: layers.slice(index + 1),
				asked: [...layer.asked],
				options: { ...options, outfile: `${outdir}/${layer.file}` },
			}),
		);
	}

	return metafiles;
}

/** A module that takes another one from the layer that has it: for a program that is no layer itself. */
export function takeFromLayer(layer: Layer, taken: Readonly<Record<string, string>>): Plugin {
	return {
		name: 'take-from-layer',
		setup(plugin) {
			plugin.onResolve({ filter: /^\.\// }, ({ path, namespace }) => {
				const id = taken[path];
				return namespace === TAKE ? { path, external: true } : id === undefined ? undefined : { path: nameOf(layer, id), namespace: TAKE };
			});
			plugin.onLoad({ filter: /./, namespace: TAKE }, ({ path }) => taking(path));
		},
	};
}

type LayerBuild = {
	readonly placed: readonly Placed[];
	readonly later: readonly Layer[];
	readonly asked: readonly string[];
	readonly options: BuildOptions;
};

async function buildLayer({ entries, importsModules = false }: Layer, { placed, later, asked, options }: LayerBuild): Promise<Metafile> {
	const offered = [...new Set([...entries, ...asked])].toSorted();
	const table = offered.map((id) => `${JSON.stringify(id)}: () => require(${JSON.stringify(isPackage(id) ? id : `./${id}`)})`);
	const { metafile } = await build({
		...options,
		stdin: { contents: `exports.modules = {\n${table.join(',\n')}\n};`, resolveDir: import.meta.dirname, loader: 'js' },
		metafile: true,
		format: 'cjs',
		supported: { 'dynamic-import': importsModules },
		plugins: [linkLayers(placed, later), ...(options.plugins ?? [])],
	});
	return metafile;
}

function linkLayers(placed: readonly Placed[], later: readonly Layer[]): Plugin {
	return {
		name: 'link-layers',
		setup(plugin) {
			plugin.onResolve({ filter: /./ }, async (asked) => {
				if (asked.namespace === TAKE) {
					return { path: asked.path, external: true };
				}

				if (asked.namespace === LINK) {
					return { path: asked.path, namespace: TAKE };
				}

				if (asked.pluginData === RESOLVING || asked.kind === 'entry-point') {
					return undefined;
				}

				const { path, importer, namespace, resolveDir, kind } = asked;
				const resolved = await plugin.resolve(path, { importer, namespace, resolveDir, kind, with: asked.with, pluginData: RESOLVING });
				if (resolved.errors.length > 0) {
					// esbuild knows which of those are tried in vain on purpose.
					return undefined;
				}

				const link =
					resolved.external || resolved.namespace !== 'file' ? null : linkTo({ placed, later }, { path, kind, target: resolved.path });
				if (link === null) {
					return { ...resolved, pluginData: undefined };
				}

				// What is required comes as it is.
				return kind === 'require-call' ? { path: link, namespace: TAKE } : { path: link, namespace: LINK, suffix: '?', sideEffects: false };
			});
			// Not a node module's way of taking a default export: that would take all of an ES module's exports for it.
			plugin.onLoad({ filter: /./, namespace: LINK }, ({ path }) => ({
				contents: `export * from ${JSON.stringify(path)}; export { default } from ${JSON.stringify(path)};`,
			}));
			plugin.onLoad({ filter: /./, namespace: TAKE }, ({ path }) => taking(path));
		},
	};
}

function linkTo(
	{ placed, later }: { readonly placed: readonly Placed[]; readonly later: readonly Layer[] },
	{ path, kind, target }: { readonly path: string; readonly kind: string; readonly target: string },
): string | null {
	const id = relative(import.meta.dirname, target);
	const earlier = placed.find(({ own }) => own.has(id));
	if (earlier !== undefined) {
		earlier.asked.add(id);
		return nameOf(earlier, id);
	}

	const entry = isPackage(path) ? path : id;
	// A package is often required within the one function that needs it.
	const isLater = kind === 'dynamic-import' || (kind === 'require-call' && isPackage(path));
	const layer = isLater ? later.find(({ entries }) => entries.includes(entry)) : undefined;
	return layer === undefined ? null : nameOf(layer, entry);
}

function taking(path: string): OnLoadResult {
	const [id = '', file = ''] = path.split(BETWEEN);
	return { contents: `module.exports = require(${JSON.stringify(`./${file}`)}).modules[${JSON.stringify(id)}]();` };
}

// esbuild goes by how a name ends: this one is CommonJS.
function nameOf({ file }: Layer, id: string): string {
	return `${id}${BETWEEN}${file}`;
}

function isPackage(id: string): boolean {
	return !id.startsWith('.') && !id.startsWith('source/') && !id.startsWith('node_modules/');
}
