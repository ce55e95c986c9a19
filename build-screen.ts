import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

const OWN_WIDTH = join(import.meta.dirname, 'source/terminal/string-width.ts');
/** Modules of Ink that one of ours is put around: what ours is called, and where it lies. */
const WRAPPED: Readonly<Record<string, readonly [name: string, file: string]>> = {
	'output.js': ['cacheRows', 'source/terminal/ink/row-cached-output.ts'],
	'sanitize-ansi.js': ['sanitizeOnlyDoubtful', 'source/terminal/ink/plain-sanitizing.ts'],
	'squash-text-nodes.js': ['rememberSquashed', 'source/terminal/ink/squashed-texts.ts'],
};
const ASKS_FOR_FETCH = '"function"!=typeof fetch';

/**
 * What the full-screen app takes another way than the packages it is made of. Ink draws each row of each frame anew: rows and texts that stay
 * as they are come from the frame before. Widths come from the same table that the screen writer goes
 * by: half of the time of a frame went into the other one, and 15 ms of each start into its first call. The layout's WebAssembly is decoded
 * from its own text instead of being fetched from itself, which loads an HTTP client.
 */
export const screenReplacements: Plugin = {
	name: 'screen-replacements',
	setup(plugin) {
		plugin.onResolve({ filter: /^string-width$/ }, () => ({ path: 'string-width', namespace: 'own-width' }));
		plugin.onLoad({ filter: /./, namespace: 'own-width' }, () => ({
			contents: `export { stringWidth as default } from ${JSON.stringify(OWN_WIDTH)};`,
			resolveDir: import.meta.dirname,
		}));
		plugin.onResolve({ filter: /^\.\/(?:output|sanitize-ansi|squash-text-nodes)\.js$/ }, ({ path, resolveDir }) =>
			resolveDir.endsWith('node_modules/ink/build') ? { path: join(resolveDir, path), namespace: 'wrapped' } : undefined,
		);
		plugin.onLoad({ filter: /./, namespace: 'wrapped' }, ({ path }) => {
			const [name, file] = WRAPPED[basename(path)] ?? [];
			const own = JSON.stringify(join(import.meta.dirname, file ?? ''));
			return {
				contents: `import original from ${JSON.stringify(path)}; import { ${name} } from ${own}; export default ${name}(original);`,
				resolveDir: dirname(path),
			};
		});
		plugin.onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, async ({ path }) => {
			const source = await readFile(path, 'utf8');
			if (!source.includes(ASKS_FOR_FETCH)) {
				throw new Error(`yoga-layout has changed: look at how it loads its WebAssembly now, and at ${ASKS_FOR_FETCH}.`);
			}

			return { contents: source.replaceAll(ASKS_FOR_FETCH, '!0') };
		});
	},
};
