import type { GenerationDiff, ListDifference } from '../engine/index.ts';
import { changeBadge } from '../theme.ts';
import type { CommandDefinition } from './command.ts';
import { requirePositionals } from './flags.ts';
import { type Cell, cell, joinBlocks, paragraphLines, tableLines, titleLine, type View } from './layout.ts';
import { versionWords } from '../version-words.ts';
import { requireGenerationNumber } from './rollback.ts';

export const diff: CommandDefinition<GenerationDiff> = {
	name: 'diff',
	aliases: [],
	summary: 'Show what differs between two generations, or between one and the current',
	usage: '<generation> [generation]',
	flags: {},
	examples: ['plugward diff 3', 'plugward diff 3 5 --json'],
	fields: ['from', 'to', 'changes', 'plugins', 'specs', 'grants', 'held', 'disabled', 'overrides'],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 1, most: 2, usage: 'diff <generation> [generation]' });
		const [from = '', to] = parsed.positionals;
		return engine.diff(requireGenerationNumber(from), to === undefined ? null : requireGenerationNumber(to), call);
	},
	toJson: ({ from, to, changes, plugins, specs, grants, held, disabled, overrides }) => ({
		from,
		to,
		changes,
		plugins,
		specs,
		grants,
		held,
		disabled,
		overrides,
	}),
	toText: diffText,
};

function diffText(result: GenerationDiff, view: View): string {
	const blocks = [
		changeLines(result, view),
		block('Plugins', listRows(result.plugins, { added: 'asked for itself', removed: 'only needed by others' }), view),
		block('Asked for', specRows(result), view),
		block('Rights', listRows(grantWords(result), { added: 'granted', removed: 'taken away' }), view),
		block('Held', listRows(result.held, { added: 'held', removed: 'not held' }), view),
		block('Disabled', listRows(result.disabled, { added: 'disabled', removed: 'enabled' }), view),
		block('Overrides', listRows(result.overrides, { added: 'set', removed: 'ended' }), view),
	].filter((lines) => lines.length > 0);
	const title = titleLine(`Generation ${result.from} -> ${result.to}`, view);
	return joinBlocks([[title], ...(blocks.length === 0 ? [paragraphLines('Nothing differs.', { view })] : blocks)]);
}

function changeLines({ changes }: GenerationDiff, view: View): string[] {
	const rows = changes.map((change) => {
		const badge = changeBadge(change.type);
		return [cell(badge.sign, badge.tone), change.isRoot ? cell(change.name, 'strong') : change.name, versionWords(change)];
	});
	return tableLines(rows, { view, indent: 2 });
}

function block(title: string, rows: readonly (readonly Cell[])[], view: View): string[] {
	return rows.length === 0 ? [] : [titleLine(title, view), ...tableLines(rows, { view, indent: 2 })];
}

function specRows({ specs }: GenerationDiff): readonly (readonly Cell[])[] {
	return specs.map(({ name, from, to }) => [cell(name, 'strong'), `${from} -> ${to}`]);
}

function grantWords({ grants }: GenerationDiff): ListDifference<string> {
	const word = ({ plugin, permission }: GenerationDiff['grants']['added'][number]) => `${plugin}  ${permission}`;
	return { added: grants.added.map(word), removed: grants.removed.map(word) };
}

function listRows(
	{ added, removed }: ListDifference<string>,
	words: { readonly added: string; readonly removed: string },
): readonly (readonly Cell[])[] {
	return [
		...added.map((one) => [cell('+', 'good'), one, cell(words.added, 'dim')]),
		...removed.map((one) => [cell('-', 'bad'), one, cell(words.removed, 'dim')]),
	];
}
