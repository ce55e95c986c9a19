/**
 * Builds `dist/`: the command (scripted path and full-screen UI in separate chunks), the engine and the plugin SDK as libraries,
 * the mirror, the programs the sandbox spawns, and the licences of everything bundled.
 */
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { importDirectly } from './build-direct-imports.ts';
import { screenReplacements } from './build-screen.ts';
import { buildLayers, type Layer, takeFromLayer } from './build-layers.ts';
import { buildBundler, buildHost } from './source/engine/sandbox/build-programs.ts';

const OUT = 'dist';

/** Left outside: a native addon that only the sandbox host loads, by path, a binary with its own process, and a library whose users may replace it (LGPL). */
const EXTERNAL = ['isolated-vm', 'esbuild', 'openpgp'];

/** Modules that are imported somewhere below and must not come along. */
const REPLACED: Readonly<Record<string, string>> = {
	// Ink asks for these only when DEV is set, but imports them statically.
	'react-devtools-core': 'export default {};',
	// pacote would run the scripts of folders and git repositories; plugward reads neither and never runs a script.
	// A client of pacote's would turn pages in old character sets into text, which nobody asks it for: half a megabyte of tables.
	'iconv-lite': 'module.exports = {};',
	'@npmcli/run-script': "module.exports = () => { throw new Error('Lifecycle scripts never run.'); };",
};

const replaceModules: Plugin = {
	name: 'replace-modules',
	setup(plugin) {
		plugin.onResolve({ filter: /^(?:react-devtools-core|iconv-lite|@npmcli\/run-script)$/ }, ({ path }) => ({
			path,
			namespace: 'replaced',
		}));
		plugin.onLoad({ filter: /.*/, namespace: 'replaced' }, ({ path }) => ({ contents: REPLACED[path] ?? '' }));
	},
};

/**
 * An ES module that imports one of these makes node read every one of its properties first, and reading `http.WebSocket` alone loads a
 * whole HTTP client: 30 ms at each start. Taken as a plain object nothing is read before it is used.
 */
const takeBuiltinsPlainly: Plugin = {
	name: 'take-builtins-plainly',
	setup(plugin) {
		plugin.onResolve({ filter: /^(?:node:)?(?:http|https|util)$/ }, ({ path, kind }) =>
			kind === 'import-statement' ? { path: path.replace('node:', ''), namespace: 'builtin', sideEffects: false } : undefined,
		);
		plugin.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
			contents: `module.exports = process.getBuiltinModule('node:${path}');`,
		}));
	},
};

/** For CommonJS code in the bundles. Made when something is asked for that is not node's own, since making one costs each chunk 0.2 ms. */
const REQUIRE = [
	"const plugwardRequire=()=>process.getBuiltinModule('node:module').createRequire(import.meta.url);",
	'const require=Object.assign((id)=>process.getBuiltinModule(id)??plugwardRequire()(id),{resolve:(...given)=>plugwardRequire().resolve(...given)});',
].join('');

/**
 * Modules of our own do nothing when they are loaded, so an index.ts brings along only what somebody takes from it: a command loads
 * its own part of the engine and not all of it.
 */
const takeOnlyWhatIsUsed: Plugin = {
	name: 'take-only-what-is-used',
	setup(plugin) {
		plugin.onResolve({ filter: /^\.{1,2}\/.*\.tsx?$/ }, ({ path, resolveDir, kind }) =>
			kind === 'import-statement' && !resolveDir.includes('node_modules')
				? { path: join(resolveDir, path), sideEffects: false }
				: undefined,
		);
	},
};

/** What meow sets up when it is loaded, 10 ms at each start, and needs only to read a package.json: it is given one here. */
const MEOW_LAZILY: readonly (readonly [string, string])[] = [
	['var normalizeExports = requireNormalize();', ''],
	[
		'const normalizePackageData = getDefaultExportFromCjs(normalizeExports);',
		"const normalizePackageData = () => { throw new Error('meow is not asked for the package.json.'); };",
	],
	['var libExports = requireLib$1();', ''],
	['libExports.codeFrameColumns', 'String'],
	["import { promisify } from 'node:util';", ''],
	["import { execFile } from 'node:child_process';", ''],
	['promisify(execFile);', ''],
	// To read a configuration file, which there is none of.
	['createRequire ? createRequire(import.meta.url) : undefined', 'undefined'],
];

/** Flags are written in ASCII here, and finding out what the letters of all alphabets are takes meow 4 ms at each start. */
const MEOW_IN_ASCII: readonly (readonly [letters: string, ascii: string])[] = [
	['\\p{Uppercase_Letter}', 'A-Z'],
	['\\p{Lowercase_Letter}', 'a-z'],
	['\\p{Lu}', 'A-Z'],
	['\\p{Ll}', 'a-z'],
	['\\p{Alpha}\\p{N}', 'A-Za-z0-9'],
	['\\p{Alpha}', 'A-Za-z'],
];
const MEOW_CHANGES = [
	...MEOW_LAZILY,
	...MEOW_IN_ASCII.flatMap(([letters, ascii]) => [[`[${letters}`, `[${ascii}`] as const, [letters, `[${ascii}]`] as const]),
];

/** One import of all of a module of node's, alone or before names: turned into CommonJS it would copy each of its properties. */
const WHOLE_BUILTIN = /^import ([\w$]+)(?:, (\{[^}]*\}))? from '(?:node:)?(\w+)';$/gm;

const loadMeowLazily: Plugin = {
	name: 'load-meow-lazily',
	setup(plugin) {
		plugin.onLoad({ filter: /meow\/build\/\w+\.js$/ }, async ({ path }) => {
			const source = await readFile(path, 'utf8');
			const eager = basename(path) === 'dependencies.js' ? MEOW_CHANGES : [];
			const missed = eager.find(([text]) => !source.includes(text));
			if (missed !== undefined) {
				throw new Error(`meow has changed: look at what it does now when it is loaded, and at "${missed[0]}".`);
			}

			return { contents: eager.reduce((text, [one, lazy]) => text.replaceAll(one, () => lazy), source).replace(WHOLE_BUILTIN, plainly) };
		});
	},
};

function plainly(_: string, whole: string, names: string | undefined, module: string): string {
	const named = names === undefined ? '' : `import ${names} from 'node:${module}';`;
	return `${named}const ${whole} = globalThis.process.getBuiltinModule('node:${module}');`;
}

const SHARED = {
	bundle: true,
	platform: 'node',
	target: 'node26',
	minifySyntax: true,
	minifyWhitespace: true,
	legalComments: 'none',
	metafile: true,
	logLevel: 'warning',
	tsconfigRaw: { compilerOptions: { jsx: 'react-jsx', target: 'esnext' } },
} satisfies BuildOptions;

const PLUGINS = [replaceModules, takeOnlyWhatIsUsed, loadMeowLazily];

/**
 * What is read at each start and by what only looks at the home, what tells what is newer than installed, the app up to its first frame,
 * the other commands, what most changes need, what runs plugins, and the rest. The engine stands once in all of them together. The file
 * before them is tiny, since what is kept compiled starts after it. Reading a file and its compiled code costs 5 ms for each megabyte.
 */
const PROGRAM: Layer = { file: 'program.cjs', entries: ['source/program.ts'] };
const KNOWN: Layer = { file: 'known.cjs', entries: ['source/engine/registry/known-packages.ts'] };
/** The full-screen app up to its first frame, which is drawn before React and Ink are loaded. */
const OPENING: Layer = { file: 'opening.cjs', entries: ['source/full-screen.tsx', 'source/screen-memory.ts'], importsModules: true };
/** Commands that come with what opens the home. */
const READING = new Set(['list', 'history', 'diff'].map((name) => `source/commands/${name}.ts`));
const COMMANDS: Layer = {
	file: 'commands.cjs',
	entries: [
		...(await commandFiles()).filter((file) => !READING.has(file)),
		'source/engine/operations/answers/why.ts',
		'source/engine/operations/audit-log/export-log.ts',
		'source/engine/operations/audit-log/show-log.ts',
		'source/engine/operations/audit-log/verify-log.ts',
		'source/engine/operations/generations/keep-generation.ts',
		'source/engine/operations/generations/profiles.ts',
		'source/engine/operations/registries/registry-calls.ts',
		'source/engine/operations/running/kept-data.ts',
		'source/engine/operations/running/quarantine.ts',
		'source/engine/operations/switching.ts',
		'source/key-settings.ts',
		'source/screen-reader/index.ts',
	],
};
const CHANGING: Layer = {
	file: 'changing.cjs',
	entries: [
		'source/engine/home/artefact-adder.ts',
		'source/engine/home/twin-files.ts',
		'source/engine/home/unpack-threads.ts',
		'source/engine/operations/changing.ts',
		'source/engine/registry/create-registry-client.ts',
		'source/engine/resolver/index.ts',
		'source/engine/trust/evaluation/scan-package.ts',
	],
};
const RUNNING: Layer = {
	file: 'running.cjs',
	entries: ['source/engine/operations/cores/steer-cores.ts', 'source/engine/operations/running/runtime.ts'],
};
const SELDOM: Layer = {
	file: 'seldom.cjs',
	entries: [
		'source/engine/operations/people-and-policy/people-calls.ts',
		'source/engine/sandbox/build-programs.ts',
		'source/engine/trust/roots/trusted-root-document.ts',
		'@npmcli/map-workspaces',
		'@npmcli/package-json',
		'@sigstore/bundle',
		'@sigstore/tuf',
		'@sigstore/tuf/seeds.json',
		'@sigstore/verify',
		'conf',
		'execa',
		'pacote',
		'sigstore',
		'spdx-expression-parse',
	],
};

/** Those that the table of commands loads. */
async function commandFiles(): Promise<readonly string[]> {
	const table = await readFile('source/commands/catalogue.ts', 'utf8');
	return [...new Set(table.matchAll(/import\('\.\/([^']+)'\)/g).map(([, file]) => `source/commands/${file}`))];
}

async function buildCommand(): Promise<readonly Metafile[]> {
	const common = {
		...SHARED,
		format: 'cjs',
		define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"', 'import.meta': 'plugwardMeta' },
		banner: { js: "const plugwardMeta={url:require('node:url').pathToFileURL(__filename).href,dirname:__dirname,filename:__filename};" },
	} satisfies BuildOptions;
	const screen = elsewhere({ './mount-app.tsx': './screen.js' });
	const [cli, layers] = await Promise.all([
		build({
			...common,
			entryPoints: ['cli.tsx'],
			outfile: join(OUT, 'cli.cjs'),
			supported: { 'dynamic-import': false },
			plugins: [takeFromLayer(PROGRAM, { './source/program.ts': 'source/program.ts' })],
		}),
		buildLayers([PROGRAM, KNOWN, OPENING, COMMANDS, CHANGING, RUNNING, SELDOM], {
			...common,
			outdir: OUT,
			copied: ['valibot'],
			external: EXTERNAL,
			plugins: [screen, importDirectly, ...PLUGINS],
		}),
	]);
	return [cli.metafile, ...layers];
}

/** Leaves modules that are built into a file of their own to that file. */
function elsewhere(files: Readonly<Record<string, string>>): Plugin {
	return {
		name: 'elsewhere',
		setup(plugin) {
			plugin.onResolve({ filter: /^\./ }, ({ path, kind }) =>
				kind === 'dynamic-import' && files[path] !== undefined ? { path: files[path], external: true } : undefined,
			);
		},
	};
}

/** One call with splitting: chunks are shared, and ink and react land only where the UI is imported lazily. */
async function buildModules(): Promise<Metafile> {
	const { metafile } = await build({
		...SHARED,
		entryPoints: {
			screen: 'source/mount-app.tsx',
			engine: 'source/engine/index.ts',
			sdk: 'source/engine/sdk/index.ts',
			'unpack-worker': 'source/engine/home/unpack-worker.ts',
			mirror: 'registry-mirror/main.ts',
			'packument-worker': 'source/engine/registry/metadata/packument-worker.ts',
			'scan-worker': 'source/engine/trust/evaluation/scan-worker.ts',
			start: 'examples/start.ts',
		},
		outdir: OUT,
		chunkNames: 'chunks/[name]-[hash]',
		format: 'esm',
		splitting: true,
		external: EXTERNAL,
		plugins: [takeBuiltinsPlainly, screenReplacements, ...PLUGINS],
		define: {
			'process.env.NODE_ENV': '"production"',
			'process.env.DEV': '"false"',
			__dirname: 'import.meta.dirname',
			__filename: 'import.meta.filename',
		},
		banner: { js: REQUIRE },
	});
	return metafile;
}

/** The licence text of every package whose code ended up in a bundle. */
async function writeLicences(metafiles: readonly Metafile[]): Promise<void> {
	const roots = new Set<string>();
	for (const input of metafiles.flatMap((metafile) => Object.keys(metafile.inputs))) {
		const match = /^([^:]*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
		if (match?.[1] !== undefined) {
			roots.add(match[1]);
		}
	}

	const sections = await Promise.all([...roots].toSorted().map(licenceSection));
	await writeFile(join(OUT, 'THIRD-PARTY-LICENSES'), sections.join(`\n${'-'.repeat(80)}\n\n`));
}

async function licenceSection(root: string): Promise<string> {
	const manifest: { name: string; version: string; license?: unknown } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
	const { glob } = await import('node:fs/promises');
	const files: string[] = [];
	for await (const file of glob('{LICEN[CS]E,licen[cs]e,COPYING,NOTICE}*', { cwd: root })) {
		files.push(file);
	}

	const texts = await Promise.all(files.toSorted().map((file) => readFile(join(root, file), 'utf8')));
	const licence = typeof manifest.license === 'string' ? manifest.license : 'see text';
	return `${manifest.name} ${manifest.version} (${licence})\n\n${texts.join('\n')}\n`;
}

async function buildLauncher(): Promise<void> {
	const launcher = 'source/launcher.cjs';
	await mkdir(dirname(join(OUT, basename(launcher))), { recursive: true });
	await copyFile(launcher, join(OUT, 'plugward.cjs'));
	await chmod(join(OUT, 'plugward.cjs'), 0o755);
}

// Only the chunks have names that change; what the sandbox builds while developing lies in dist/ too and may be in use.
await rm(join(OUT, 'chunks'), { recursive: true, force: true });
const [command, modules, host, bundler] = await Promise.all([
	buildCommand(),
	buildModules(),
	buildHost(join(OUT, 'sandbox-host.cjs'), join(OUT, 'sandbox-guest.txt')),
	buildBundler(join(OUT, 'sandbox-bundler.mjs')),
	buildLauncher(),
]);
await writeLicences([...command, modules, ...host, ...bundler]);
