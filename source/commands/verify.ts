import { EngineError, LEVELS, type VerifyReport } from '../engine/index.ts';
import { formatBytes, plural } from '../format.ts';
import { levelBadge } from '../theme.ts';
import type { CommandDefinition } from './command.ts';
import { isSet } from './flags.ts';
import { cell, joinBlocks, paint, paragraphLines, tableLines, titleLine, type View } from './layout.ts';

export const verify: CommandDefinition<VerifyReport> = {
	name: 'verify',
	aliases: [],
	summary: 'Read everything installed again and check every proof',
	usage: '[plugin...]',
	flags: { repair: { type: 'boolean', description: 'Fetch again what is changed, missing or extra' } },
	examples: ['plugward verify', 'plugward verify @examples/link-checker --json', 'plugward verify --repair'],
	fields: ['generation', 'packagesChecked', 'filesChecked', 'bytesChecked', 'findings', 'repaired', 'packages'],
	rows: null,
	run: async ({ engine, parsed, call }) => (isSet(parsed, 'repair') ? engine.repair : engine.verify)(parsed.positionals, call),
	toJson: ({ generation, packagesChecked, filesChecked, bytesChecked, findings, repaired, packages }) => ({
		generation,
		packagesChecked,
		filesChecked,
		bytesChecked,
		findings,
		repaired,
		packages,
	}),
	toText: verifyText,
	toFailure: ({ findings }) =>
		findings.length === 0
			? null
			: new EngineError('verification-failed', `${plural(findings.length, 'finding')} in what is installed.`, {
					hint: hintFor(findings),
				}),
};

function hintFor(findings: VerifyReport['findings']): string {
	return findings.every(({ problem }) => problem === 'revoked' || problem === 'evidence-invalid')
		? 'Take another version (plugward update), or go back to a generation without it: plugward rollback'
		: 'Fetch again what is damaged: plugward verify --repair';
}

function verifyText(report: VerifyReport, view: View): string {
	const checked = `${plural(report.packagesChecked, 'package')}, ${plural(report.filesChecked, 'file')}, ${formatBytes(report.bytesChecked)} read again; generation ${report.generation}.`;
	return joinBlocks([
		report.repaired.flatMap((id) => paragraphLines(`Fetched ${id} again.`, { view })),
		findingLines(report, view),
		levelLines(report, view),
		[
			...(report.findings.length === 0 ? [paint('Everything is as it was installed.', 'good', view)] : []),
			...paragraphLines(checked, { view, tone: 'dim' }),
		],
	]);
}

function findingLines({ findings }: VerifyReport, view: View): string[] {
	if (findings.length === 0) {
		return [];
	}

	return [
		titleLine('Findings', view),
		...findings.flatMap((finding) => [
			...tableLines([[cell(`! ${finding.problem}`, 'bad'), cell(finding.id, 'strong'), finding.path ?? '']], { view, indent: 2 }),
			...paragraphLines(finding.text, { view, indent: 4 }),
		]),
	];
}

/** How many packages stand at each level, highest first. */
function levelLines({ packages }: VerifyReport, view: View): string[] {
	const rows = LEVELS.toReversed()
		.map((level) => ({ level, count: packages.filter((entry) => entry.level === level).length }))
		.filter(({ count }) => count > 0)
		.map(({ level, count }) => [cell(level, levelBadge(level).tone), plural(count, 'package')]);
	return rows.length === 0 ? [] : [titleLine('Levels', view), ...tableLines(rows, { view, indent: 2 })];
}
