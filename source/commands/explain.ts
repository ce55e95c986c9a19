import { EngineError, type ExplainReport } from '../engine/index.ts';
import { formatTime, plural } from '../format.ts';
import { changeBadge } from '../theme.ts';
import type { CommandDefinition } from './command.ts';
import { listFlag } from './flags.ts';
import { cell, joinBlocks, labelledLines, paint, paragraphLines, tableLines, titleLine, type View } from './layout.ts';
import { versionWords } from '../version-words.ts';
import { readResolveChoices, RESOLVE_FLAGS } from './resolve-choices.ts';

/** Dependencies beyond this many are counted. */
const LISTED_DEPENDENCIES = 12;

export const explain: CommandDefinition<ExplainReport> = {
	name: 'explain',
	aliases: [],
	summary: 'Tell what would come of a request, or why it cannot be had',
	usage: '[plugin[@version]...]',
	flags: {
		without: { type: 'string', isMultiple: true, placeholder: 'PLUGIN', description: 'Think an installed plugin away' },
		acceptYoung: { type: 'string', isMultiple: true, placeholder: 'PACKAGE', description: 'Take a version below the minimum age' },
		...RESOLVE_FLAGS,
	},
	examples: ['plugward explain eslint@9', 'plugward explain react@17 --as-of 2024-01-01', 'plugward explain vite --without webpack'],
	fields: ['generation', 'specs', 'asOf', 'isSolvable', 'roots', 'changes', 'warnings', 'failure'],
	rows: null,
	run: async ({ engine, parsed, call, warn }) => {
		const request = { specs: parsed.positionals, without: listFlag(parsed, 'without'), choices: readResolveChoices(parsed) };
		const report = await engine.explain(request, call);
		for (const text of report.warnings) {
			warn({ code: 'resolve', text });
		}

		return report;
	},
	toJson: (report) => ({ ...report }),
	toText: (report, view) => (report.failure === null ? solvableText(report, view) : failureText(report.failure, view)),
	toFailure: ({ failure }) =>
		failure === null
			? null
			: new EngineError(failure.kind === 'conflict' ? 'no-solution' : failure.kind, failure.sentences.at(-1) ?? 'There is no solution.', {
					hint: hintOf(failure),
				}),
};

type ExplainFailure = NonNullable<ExplainReport['failure']>;

function hintOf({ suggestions, kind, conflicts }: ExplainFailure): string {
	const [first] = suggestions;
	if (first !== undefined) {
		return `This would do: ${first.command}`;
	}

	switch (kind) {
		case 'package-not-found':
			return 'Look for it: plugward search <words>';
		case 'no-matching-version':
			return versionsHint(conflicts);
		case 'conflict':
			return 'Ask for other versions, or install them into homes of their own: --home FOLDER';
	}
}

function versionsHint(conflicts: ExplainFailure['conflicts']): string {
	const name = conflicts.flatMap(({ facts }) => facts.flatMap((fact) => (fact.type === 'no-version' ? [fact.name] : [])))[0] ?? 'NAME';
	return `See its versions: plugward info ${name} --versions`;
}

function solvableText(report: ExplainReport, view: View): string {
	const asOf = report.asOf === null ? [] : [paint(`As of ${formatTime(report.asOf)} UTC.`, 'dim', view)];
	return joinBlocks([
		[[paint('It can be had.', 'good', view), ...asOf].join(' ')],
		report.roots.flatMap(({ name, version, latest, reasons }) => [
			...tableLines(
				[[cell(name, 'strong'), version, cell(latest === null || latest === version ? 'the latest' : `latest is ${latest}`, 'dim')]],
				{
					view,
					indent: 2,
				},
			),
			...reasons.flatMap(({ text }) => paragraphLines(`not ${latest ?? ''}: ${text}`, { view, indent: 4, tone: 'dim' })),
		]),
		changeLines(report, view),
	]);
}

function changeLines({ changes }: ExplainReport, view: View): string[] {
	if (changes.length === 0) {
		return ['Nothing would change.'];
	}

	const roots = changes.filter(({ isRoot }) => isRoot);
	const others = changes.filter(({ isRoot }) => !isRoot);
	const listed = others.length > LISTED_DEPENDENCIES ? [] : others;
	const rows = [...roots, ...listed].map((change) => {
		const badge = changeBadge(change.type);
		return [cell(badge.sign, badge.tone), change.isRoot ? cell(change.name, 'strong') : change.name, versionWords(change)];
	});
	return [
		titleLine('Would change', view),
		...tableLines(rows, { view, indent: 2, flexible: 1 }),
		...(listed.length < others.length
			? paragraphLines(`and ${plural(others.length, 'dependency', 'dependencies')}`, { view, indent: 2, tone: 'dim' })
			: []),
	];
}

function failureText({ conflicts, sentences, suggestions, isCut }: ExplainFailure, view: View): string {
	const reasons = conflicts.length > 0 ? conflicts : [{ sentences, paths: [] }];
	return joinBlocks([
		[paint('It cannot be had.', 'bad', view)],
		...reasons.map((reason, index) => [
			...(reasons.length > 1 ? [titleLine(`Reason ${index + 1}`, view)] : []),
			...reason.sentences.flatMap((sentence, number) => labelledLines(`${number + 1}.`, sentence, { view, indent: 2, labelWidth: 2 })),
			...(reason.paths.length === 0 ? [] : paragraphLines(`Asked for by: ${reason.paths.join('; ')}`, { view, indent: 2, tone: 'dim' })),
		]),
		suggestions.length === 0
			? []
			: [
					titleLine('What would help', view),
					...suggestions.flatMap(({ sentence, command }) => [
						...paragraphLines(sentence, { view, indent: 2 }),
						`    ${paint(command, 'strong', view)}`,
					]),
				],
		isCut
			? paragraphLines('The search for reasons and for changes that help was cut short: there may be more of both.', {
					view,
					indent: 0,
					tone: 'dim',
				})
			: [],
	]);
}
