import { type Change, EngineError, type GenerationSummary } from '../engine/index.ts';
import { formatAge, formatTime, plural } from '../format.ts';
import { changeBadge } from '../theme.ts';
import type { CommandDefinition } from './command.ts';
import { requirePositionals } from './flags.ts';
import { type Cell, cell, joinBlocks, paint, paragraphLines, tableLines, titleLine, type View } from './layout.ts';
import { versionWords } from '../version-words.ts';
import { parseGeneration } from './rollback.ts';

export type HistoryResult = {
	readonly generations: readonly GenerationSummary[];
	/** The one that was named, or null for all. */
	readonly named: GenerationSummary | null;
};

export const history: CommandDefinition<HistoryResult> = {
	name: 'history',
	aliases: ['log'],
	summary: 'Show the generations of this home, or one of them',
	usage: '[generation]',
	flags: {},
	examples: ['plugward history', 'plugward history 3', 'plugward history --json=number,createdAt,command'],
	fields: ['number', 'isCurrent', 'createdAt', 'command', 'user', 'isKept', 'changes', 'pluginCount', 'packageCount'],
	rows: 'generations',
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 0, most: 1, usage: 'history [generation]' });
		const number = parseGeneration(parsed.positionals[0] ?? null);
		const generations = [...(await engine.history(call))].sort((a, b) => b.number - a.number);
		return { generations, named: number === null ? null : requireGeneration(generations, number) };
	},
	toJson: ({ generations, named }) => ({ generations: named === null ? generations : [named] }),
	toText: ({ generations, named }, view) => (named === null ? historyText(generations, view) : generationText(named, view)),
};

function requireGeneration(generations: readonly GenerationSummary[], number: number): GenerationSummary {
	const found = generations.find((generation) => generation.number === number);
	if (found === undefined) {
		throw new EngineError('generation-not-found', `There is no generation ${number} in this home.`, { hint: 'See them: plugward history' });
	}

	return found;
}

function historyText(generations: readonly GenerationSummary[], view: View): string {
	if (generations.length === 0) {
		return 'No generation yet: nothing was installed here.';
	}

	return joinBlocks([
		tableLines(
			generations.map((generation) => generationRow(generation, view)),
			{ view, flexible: 3, alignRight: [1] },
		),
		paragraphLines('* is current. "plugward history N" looks closer, "plugward rollback N" goes back.', { view, tone: 'dim' }),
	]);
}

function generationRow(generation: GenerationSummary, view: View): readonly Cell[] {
	return [
		cell(generation.isCurrent ? '*' : ' ', 'good'),
		cell(String(generation.number), 'strong'),
		cell(formatAge(generation.createdAt, view.now), 'dim'),
		changeWords(generation.changes) || generation.command,
		cell(`${plural(generation.pluginCount, 'plugin')}${generation.isKept ? ', kept' : ''}`, 'dim'),
	];
}

function changeWords(changes: readonly Change[]): string {
	const roots = changes.filter((change) => change.isRoot);
	const others = changes.length - roots.length;
	const named = roots.map((change) => `${changeBadge(change.type).sign}${change.name} ${versionWords(change)}`);
	return [...named, ...(others === 0 ? [] : [plural(others, 'dependency', 'dependencies')])].join(', ');
}

function generationText(generation: GenerationSummary, view: View): string {
	const rows = generation.changes.map((change) => {
		const badge = changeBadge(change.type);
		return [cell(badge.sign, badge.tone), change.isRoot ? cell(change.name, 'strong') : change.name, versionWords(change)];
	});
	return joinBlocks([
		[
			titleLine(`Generation ${generation.number}${generation.isCurrent ? ', current' : ''}${generation.isKept ? ', kept' : ''}`, view),
			...paragraphLines(`${formatTime(generation.createdAt)} UTC by ${generation.user}: plugward ${generation.command}`, { view }),
		],
		tableLines(rows, { view, indent: 2 }),
		[
			paint(`${plural(generation.pluginCount, 'plugin')}, ${plural(generation.packageCount, 'package')}.`, 'dim', view),
			...(generation.isCurrent ? [] : [paint(`Go back to it: plugward rollback ${generation.number}`, 'dim', view)]),
		],
	]);
}
