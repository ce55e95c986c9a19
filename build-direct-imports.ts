import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Plugin } from 'esbuild';

const IMPORT = /^import \{([^}]*)\} from '(\.[^']*\/index\.ts)';$/gm;
const EXPORT = /^export \{([^}]*)\} from '([^']+)';$/gm;

/**
 * Takes each name from the module that has it, and not from the index.ts that hands it on: in one file where modules are evaluated when
 * they are needed, an index.ts needs everything it names.
 */
export const importDirectly: Plugin = {
	name: 'import-directly',
	setup(plugin) {
		plugin.onLoad({ filter: /\/source\/.*\.tsx?$/ }, async ({ path }) => {
			const source = await readFile(path, 'utf8');
			const found = [...source.matchAll(IMPORT)];
			const direct = await Promise.all(found.map((match) => directImports(path, match[1] ?? '', match[2] ?? '')));
			const contents = found.reduce((text, match, index) => text.replace(match[0], () => direct[index] ?? ''), source);
			return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
		});
	},
};

async function directImports(importer: string, names: string, index: string): Promise<string> {
	const door = join(dirname(importer), index);
	const homes = await exportsOf(door);
	return namesIn(names)
		.map((name) => {
			const home = homes.get(name.split(' as ')[0] ?? name);
			const from = home === undefined ? index : relativeTo(importer, join(dirname(door), home));
			return `import { ${name} } from '${from}';`;
		})
		.join('\n');
}

async function exportsOf(door: string): Promise<ReadonlyMap<string, string>> {
	const source = await readFile(door, 'utf8');
	return new Map([...source.matchAll(EXPORT)].flatMap((match) => namesIn(match[1] ?? '').map((name) => [name, match[2] ?? ''] as const)));
}

/** Without those of types. */
function namesIn(list: string): readonly string[] {
	return list
		.split(',')
		.map((name) => name.trim())
		.filter((name) => name !== '' && !name.startsWith('type '));
}

function relativeTo(importer: string, target: string): string {
	const path = relative(dirname(importer), target);
	return path.startsWith('.') ? path : `./${path}`;
}
