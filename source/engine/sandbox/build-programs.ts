import { build, type BuildOptions, type Metafile } from 'esbuild';
import { join } from 'node:path';

const HERE = import.meta.dirname;

/**
 * Builds the host program into one file. Call it from the release build with `dist/sandbox-host.cjs`; the running program looks for
 * that name beside itself. Needs this source tree. Gives what went in, for the licences.
 */
export async function buildHost(outfile: string): Promise<readonly Metafile[]> {
	const [prelude, schemaGuest] = await Promise.all([
		buildGuest(join(HERE, 'guest/prelude.ts'), 'guest'),
		buildGuest(join(HERE, 'guest/schema-guest.ts'), 'schemaGuest'),
	]);
	const host = await build({
		...SHARED,
		entryPoints: [join(HERE, 'host/host.ts')],
		outfile,
		platform: 'node',
		format: 'cjs',
		define: { GUEST_PRELUDE: JSON.stringify(prelude.script), SCHEMA_GUEST: JSON.stringify(schemaGuest.script) },
	});
	return [host.metafile, prelude.metafile, schemaGuest.metafile];
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

/** A script that leaves one variable: the exports of the entry. */
async function buildGuest(entry: string, globalName: string): Promise<{ readonly script: string; readonly metafile: Metafile }> {
	const result = await build({
		...SHARED,
		entryPoints: [entry],
		platform: 'neutral',
		mainFields: ['module', 'main'],
		format: 'iife',
		globalName,
		minifyWhitespace: true,
		write: false,
	});
	return { script: result.outputFiles[0]?.text ?? '', metafile: result.metafile };
}
