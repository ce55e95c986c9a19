import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { join, relative, resolve } from 'node:path';

const HERE = import.meta.dirname;

/** Loaded into an isolate when it first touches something of them; the source of each is guest/NAME/NAME-part.ts. */
const PARTS = ['node', 'subtle', 'wasm', 'web'] as const;

/**
 * Builds the host program into one file. Call it from the release build with `dist/sandbox-host.cjs`; the running program looks for
 * that name beside itself. Needs this source tree. Gives what went in, for the licences.
 */
export async function buildHost(outfile: string): Promise<readonly Metafile[]> {
	const [prelude, schemaGuest] = await Promise.all([buildPrelude(), buildGuest(join(HERE, 'guest/schema-guest.ts'), 'schemaGuest')]);
	const parts = await Promise.all(PARTS.map((name) => buildPart(name, prelude.modules)));
	const host = await build({
		...SHARED,
		entryPoints: [join(HERE, 'host/host.ts')],
		outfile,
		platform: 'node',
		format: 'cjs',
		define: {
			GUEST_PRELUDE: JSON.stringify(prelude.script),
			SCHEMA_GUEST: JSON.stringify(schemaGuest.script),
			GUEST_PARTS: JSON.stringify(Object.fromEntries(parts.map(({ script }, index) => [PARTS[index], script]))),
		},
	});
	return [host.metafile, prelude.metafile, schemaGuest.metafile, ...parts.map(({ metafile }) => metafile)];
}

/** Builds the program that runs esbuild over packages: `dist/sandbox-bundler.mjs`. It keeps `esbuild` as an import. */
export async function buildBundler(outfile: string): Promise<readonly Metafile[]> {
	const { metafile } = await build({
		...SHARED,
		entryPoints: [join(HERE, 'bundler/bundler-program.ts')],
		outfile,
		platform: 'node',
		format: 'esm',
		external: ['esbuild'],
	});
	return [metafile];
}

const SHARED = {
	bundle: true,
	metafile: true,
	target: 'node26',
	legalComments: 'none',
	logLevel: 'silent',
	tsconfigRaw: '{}',
	minifySyntax: true,
} satisfies BuildOptions;

const GUEST_OPTIONS = {
	...SHARED,
	platform: 'neutral',
	mainFields: ['module', 'main'],
	format: 'iife',
	minifyWhitespace: true,
	write: false,
} satisfies BuildOptions;

type GuestScript = { readonly script: string; readonly metafile: Metafile };

/** A script that leaves one variable: the exports of the entry. */
async function buildGuest(entry: string, globalName: string): Promise<GuestScript> {
	const result = await build({ ...GUEST_OPTIONS, entryPoints: [entry], globalName });
	return { script: result.outputFiles[0]?.text ?? '', metafile: result.metafile };
}

/** The prelude keeps all its modules at hand for the parts, so that there is one Buffer and one table of timers, whenever a part is loaded. */
async function buildPrelude(): Promise<GuestScript & { readonly modules: readonly string[] }> {
	const { metafile } = await build({ ...GUEST_OPTIONS, entryPoints: [join(HERE, 'guest/prelude.ts')] });
	const modules = Object.keys(metafile.inputs).map((path) => relative(HERE, resolve(path)));
	const imports = modules.map((name, index) => `import * as m${index} from './${name}';`).join('\n');
	const table = modules.map((name, index) => `${JSON.stringify(name)}: m${index}`).join(',');
	const contents = `${imports}\nimport { install as start } from './guest/prelude.ts';\nexport const install = (post, memoryBytes) => start(post, {${table}}, memoryBytes);`;
	const result = await build({ ...GUEST_OPTIONS, stdin: { contents, resolveDir: HERE, loader: 'ts' }, globalName: 'guest' });
	return { script: result.outputFiles[0]?.text ?? '', metafile: result.metafile, modules };
}

/** A function of the prelude's modules that gives the exports of the part. */
async function buildPart(name: string, shared: readonly string[]): Promise<GuestScript> {
	const takeShared: Plugin = {
		name: 'take-shared',
		setup(setup) {
			setup.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
				const file = relative(HERE, join(resolveDir, path));
				return shared.includes(file) ? { path: file, namespace: 'shared' } : undefined;
			});
			setup.onLoad({ filter: /.*/, namespace: 'shared' }, ({ path }) => ({
				contents: `module.exports = plugwardShared[${JSON.stringify(path)}];`,
			}));
		},
	};
	const result = await build({
		...GUEST_OPTIONS,
		entryPoints: [join(HERE, `guest/${name}/${name}-part.ts`)],
		globalName: 'plugwardPart',
		plugins: [takeShared],
	});
	return { script: `(function (plugwardShared) {${result.outputFiles[0]?.text ?? ''}\nreturn plugwardPart;})`, metafile: result.metafile };
}
