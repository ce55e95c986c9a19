import type { ResolvedTree } from '../engine/index.ts';
import { formatDuration, plural } from '../format.ts';
import type { CommandDefinition } from './command.ts';
import { isSet, requirePositionals } from './flags.ts';
import { cell, joinBlocks, paint, paragraphLines, tableLines, titleLine, type View } from './layout.ts';
import { readResolveChoices, RESOLVE_FLAGS } from './resolve-choices.ts';

export type ResolveResult = { readonly tree: ResolvedTree; readonly showsAll: boolean };

export const resolve: CommandDefinition<ResolveResult> = {
	name: 'resolve',
	aliases: [],
	summary: 'Work out the versions that would be installed, and fetch no package',
	usage: '<plugin[@version]...>',
	flags: {
		all: { type: 'boolean', description: 'List every package, not only those in several versions' },
		...RESOLVE_FLAGS,
	},
	examples: ['plugward resolve eslint@9 prettier', 'plugward resolve next react react-dom --all'],
	fields: ['roots', 'packages', 'packageCount', 'warnings', 'solveMilliseconds', 'loadMilliseconds'],
	rows: null,
	run: async ({ engine, parsed, call, warn }) => {
		requirePositionals(parsed, { least: 1, most: Number.POSITIVE_INFINITY, usage: 'resolve <plugin[@version]...>' });
		const tree = await engine.resolve(parsed.positionals, { ...call, ...readResolveChoices(parsed) });
		for (const text of tree.warnings) {
			warn({ code: 'resolve', text });
		}

		return { tree, showsAll: isSet(parsed, 'all') };
	},
	toJson: ({ tree }) => ({ ...tree, packageCount: tree.packages.length }),
	toText: ({ tree, showsAll }, view) =>
		joinBlocks([
			rootLines(tree, view),
			showsAll ? packageLines(tree, view) : duplicateLines(tree, view),
			paragraphLines(
				`${plural(tree.packages.length, 'package')}; solved in ${formatDuration(tree.solveMilliseconds)}, metadata in ${formatDuration(tree.loadMilliseconds)}.`,
				{ view, tone: 'dim' },
			),
		]),
};

function rootLines({ roots }: ResolvedTree, view: View): string[] {
	return tableLines(
		roots.map((root) => [cell(root.name, 'strong'), root.version, cell(root.spec === '' ? '' : `asked for ${root.spec}`, 'dim')]),
		{ view, flexible: 2 },
	);
}

function packageLines({ packages }: ResolvedTree, view: View): string[] {
	const rows = [...packages].sort((a, b) => (a.id < b.id ? -1 : 1)).map((entry) => [entry.name, entry.version]);
	return [titleLine('Packages', view), ...tableLines(rows, { view, indent: 2 })];
}

function duplicateLines({ packages }: ResolvedTree, view: View): string[] {
	const versions = new Map<string, Set<string>>();
	for (const { name, version } of packages) {
		versions.set(name, (versions.get(name) ?? new Set()).add(version));
	}

	const rows = [...versions].filter(([, found]) => found.size > 1).map(([name, found]) => [name, [...found].join(', ')]);
	return rows.length === 0
		? []
		: [paint('In several versions, as their dependents need', 'strong', view), ...tableLines(rows, { view, indent: 2, flexible: 1 })];
}
