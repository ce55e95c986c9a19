import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';

const HERE = import.meta.dirname;

/** Loaded into an isolate when it first touches something of them; the source of each is guest/NAME/NAME-part.ts. */
const PARTS = ['node', 'subtle', 'util', 'wasm', 'web'] as const;

/** Half a megabyte and several milliseconds in every host process, and most plugins never touch what needs them. */
const LAZY_BUILTINS = ['node:crypto', 'node:zlib', 'node:vm'];

/**
 * Builds the host program and the scripts for its isolates into one file each. Call it from the release build with
 * `dist/sandbox-host.cjs` and `dist/sandbox-guest.txt`; the running program looks for those names beside itself. Needs this source tree.
 * Gives what went in, for the licences.
 */
export async function buildHost(outfile: string, guestFile: string): Promise<readonly Metafile[]> {
	const [prelude, schemaGuest] = await Promise.all([buildPrelude(), buildGuest(join(HERE, 'guest/schema-guest.ts'), 'schemaGuest')]);
	const parts = await Promise.all(PARTS.map((name) => buildPart(name, prelude.modules)));
	const { text, scripts, digest } = joinScripts([
		['prelude', prelude.script],
		['schema', schemaGuest.script],
		...parts.map(({ script }, index) => [PARTS[index] ?? '', script] as const),
	]);
	await writeFile(guestFile, text, 'latin1');
	const host = await build({
		...SHARED,
		entryPoints: [join(HERE, 'host/host.ts')],
		outfile,
		platform: 'node',
		format: 'cjs',
		define: { GUEST_SCRIPTS: JSON.stringify(scripts), GUEST_DIGEST: JSON.stringify(digest) },
		plugins: [lazyBuiltins()],
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

/** One text that begins with its own digest, and where each script stands in it. esbuild writes ASCII, so that a byte is a character. */
function joinScripts(named: readonly (readonly [string, string])[]) {
	const body = named.map(([, script]) => script).join('');
	const digest = createHash('sha256').update(body).digest('hex');
	let offset = digest.length;
	const scripts = named.map(([name, { length }]) => {
		offset += length;
		return [name, [offset - length, length]] as const;
	});
	return { text: `${digest}${body}`, digest, scripts: Object.fromEntries(scripts) };
}

/** Modules of node that are loaded when something of them is first used. */
function lazyBuiltins(): Plugin {
	return {
		name: 'lazy-builtins',
		setup(setup) {
			setup.onResolve({ filter: /^node:/ }, ({ path }) => (LAZY_BUILTINS.includes(path) ? { path, namespace: 'lazy' } : undefined));
			setup.onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => ({
				contents: Object.keys(process.getBuiltinModule(path) ?? {})
					.map(
						(name) =>
							`get ${JSON.stringify(name)}() { return process.getBuiltinModule(${JSON.stringify(path)})[${JSON.stringify(name)}]; },`,
					)
					.join('\n')
					.replace(/^/, 'module.exports = {')
					.concat('};'),
			}));
		},
	};
}

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
