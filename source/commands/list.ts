import type { InstalledPlugin, InstalledState } from '../engine/index.ts';
import { formatBytes, plural } from '../format.ts';
import { levelBadge } from '../theme.ts';
import type { CommandDefinition } from './command.ts';
import { requirePositionals } from './flags.ts';
import { acceptanceLines } from './acceptance-lines.ts';
import { type Cell, cell, joinBlocks, paragraphLines, tableLines, type View } from './layout.ts';

export const list: CommandDefinition<InstalledState> = {
	name: 'list',
	aliases: ['ls'],
	summary: 'Show what is installed',
	usage: '',
	flags: {},
	examples: ['plugward list', 'plugward list --json=name,version,level'],
	fields: [
		'name',
		'version',
		'spec',
		'description',
		'level',
		'tasks',
		'permissions',
		'grants',
		'identity',
		'isHeld',
		'isDisabled',
		'stays',
		'acceptances',
		'dependencyCount',
		'sizeBytes',
		'wanted',
		'latest',
		'problem',
	],
	rows: 'plugins',
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 0, most: 0, usage: 'list' });
		return engine.list(call);
	},
	toJson: ({ generation, plugins, packageCount, storeBytes, overrides }) => ({ generation, plugins, packageCount, storeBytes, overrides }),
	toText: listText,
};

function listText(state: InstalledState, view: View): string {
	if (state.plugins.length === 0) {
		return joinBlocks([
			paragraphLines('Nothing is installed.', { view }),
			paragraphLines('Find something: plugward search <words>', { view, tone: 'dim' }),
		]);
	}

	const header: readonly Cell[] = ['plugin', 'version', 'level', 'rights', 'size', 'tasks'].map((word) => cell(word, 'dim'));
	const outdated = state.plugins.filter((plugin) => isBehind(plugin)).length;
	return joinBlocks([
		tableLines([header, ...state.plugins.map((plugin) => pluginRow(plugin))], { view, flexible: 5, alignRight: [4] }),
		[
			...paragraphLines(
				`${plural(state.plugins.length, 'plugin')}, ${plural(state.packageCount, 'package')}, ${formatBytes(state.storeBytes)} in the content store; generation ${state.generation}.`,
				{ view, tone: 'dim' },
			),
			...(state.overrides.length === 0 ? [] : paragraphLines(`Overridden: ${state.overrides.join(', ')}`, { view, tone: 'dim' })),
			...state.plugins.flatMap(({ name, problem }) =>
				problem === null ? [] : paragraphLines(`${name}: ${problem} Fetch it again: plugward verify --repair`, { view, tone: 'bad' }),
			),
			...state.plugins.flatMap(({ name, version, acceptances }) =>
				acceptances.flatMap((one) => acceptanceLines(`${name}@${version}`, one, view)),
			),
			...(outdated === 0 ? [] : paragraphLines(`${plural(outdated, 'plugin')} can be updated: plugward update`, { view, tone: 'info' })),
		],
	]);
}

function pluginRow(plugin: InstalledPlugin): readonly Cell[] {
	return [
		cell(plugin.name, 'strong'),
		plugin.isHeld ? `${plugin.version} held` : isBehind(plugin) ? `${plugin.version} -> ${plugin.wanted ?? ''}` : plugin.version,
		cell(plugin.level, levelBadge(plugin.level).tone),
		rightsCell(plugin),
		formatBytes(plugin.sizeBytes),
		plugin.problem !== null
			? cell('damaged', 'bad')
			: plugin.isDisabled
				? cell('disabled', 'warning')
				: plugin.tasks === null
					? cell('plain package', 'dim')
					: plugin.tasks.join(', '),
	];
}

function isBehind({ version, wanted, isHeld }: InstalledPlugin): boolean {
	return !isHeld && wanted !== null && wanted !== version;
}

function rightsCell({ permissions, grants }: InstalledPlugin): Cell {
	if (permissions.length === 0) {
		return cell('none', 'dim');
	}

	return cell(`${grants.length} of ${permissions.length}`, grants.length < permissions.length ? 'warning' : 'plain');
}
