import type { OutdatedPlugin, OutdatedReport } from '../engine/index.ts';
import { formatAge, plural } from '../format.ts';
import { CHANGES_AVAILABLE_EXIT_CODE } from './change-plan.ts';
import type { CommandDefinition } from './command.ts';
import { isSet } from './flags.ts';
import { type Cell, cell, joinBlocks, labelledLines, paragraphLines, tableLines, type View } from './layout.ts';

/** Metadata older than this is worth a word. */
const STALE_MILLISECONDS = 600_000;

type OutdatedResult = { readonly report: OutdatedReport; readonly tellsByExitCode: boolean };

export const outdated: CommandDefinition<OutdatedResult> = {
	name: 'outdated',
	aliases: [],
	summary: 'Show what is behind and what keeps it there',
	usage: '[plugin...]',
	flags: { exitCode: { type: 'boolean', description: 'Exit 10 when something is behind' } },
	examples: ['plugward outdated', 'plugward outdated --exit-code --quiet', 'plugward outdated --json=name,current,wanted,latest,reasons'],
	fields: ['name', 'current', 'wanted', 'latest', 'publishedAt', 'spec', 'isHeld', 'reasons'],
	rows: 'plugins',
	run: async ({ engine, parsed, call, warn }) => {
		const report = await engine.outdated(parsed.positionals, call);
		if (report.unsolvable.length > 0) {
			warn({ code: 'no-solution', text: `An update finds no solution: ${report.unsolvable.join(' ')}` });
		}

		return { report, tellsByExitCode: isSet(parsed, 'exitCode') };
	},
	toJson: ({ report: { generation, plugins, checkedCount, unaskedCount, metadataFrom, unsolvable } }) => ({
		generation,
		plugins,
		checkedCount,
		unaskedCount,
		metadataFrom,
		unsolvable,
	}),
	toText: ({ report }, view) => outdatedText(report, view),
	toExitCode: ({ report, tellsByExitCode }) => (tellsByExitCode && report.plugins.length > 0 ? CHANGES_AVAILABLE_EXIT_CODE : 0),
};

function outdatedText(report: OutdatedReport, view: View): string {
	const { plugins, checkedCount, unaskedCount } = report;
	if (plugins.length === 0) {
		const text = checkedCount === 0 ? 'Nothing is installed.' : `Nothing is behind; ${plural(checkedCount, 'plugin')} checked.`;
		return joinBlocks([paragraphLines(text, { view }), ageLines(report, view)]);
	}

	const header: readonly Cell[] = ['plugin', 'current', 'wanted', 'latest'].map((word) => cell(word, 'dim'));
	const movable = plugins.filter(({ current, wanted }) => wanted !== null && wanted !== current).length;
	return joinBlocks([
		tableLines([header, ...plugins.map((plugin) => rowOf(plugin))], { view, flexible: 0 }),
		reasonLines(plugins, view),
		[
			...(unaskedCount === 0
				? []
				: paragraphLines(`What keeps ${unaskedCount} more of them was not asked: plugward outdated NAME`, { view, tone: 'dim' })),
			...(movable === 0 ? [] : paragraphLines(`${plural(movable, 'plugin')} can be updated: plugward update`, { view, tone: 'info' })),
			...ageLines(report, view),
		],
	]);
}

function rowOf({ name, current, wanted, latest }: OutdatedPlugin): readonly Cell[] {
	return [
		cell(name, 'strong'),
		current,
		wanted === null ? cell('none', 'bad') : wanted === current ? cell(wanted, 'dim') : cell(wanted, 'good'),
		latest,
	];
}

function reasonLines(plugins: readonly OutdatedPlugin[], view: View): string[] {
	const explained = plugins.filter(({ reasons }) => reasons.length > 0);
	const labelWidth = Math.min(28, Math.max(0, ...explained.map(({ name, latest }) => name.length + latest.length + 1)));
	return explained.flatMap(({ name, latest, reasons }) =>
		labelledLines(`${name} ${latest}`, reasons.map(({ text }) => text).join('; '), { view, indent: 2, labelWidth }),
	);
}

function ageLines({ metadataFrom }: OutdatedReport, view: View): string[] {
	const isStale = metadataFrom !== null && view.now - Date.parse(metadataFrom) > STALE_MILLISECONDS;
	return isStale ? paragraphLines(`By what the registry said ${formatAge(metadataFrom, view.now)}.`, { view, tone: 'dim' }) : [];
}
