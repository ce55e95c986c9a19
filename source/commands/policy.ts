import { EngineError, type PolicyReport, type SignedPolicy, stripToLine } from '../engine/index.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { requirePositionals } from './flags.ts';
import { cell, joinBlocks, paragraphLines, tableLines, titleLine, type View } from './layout.ts';

export type PolicyResult = ({ readonly type: 'checked' } & PolicyReport) | ({ readonly type: 'signed' } & SignedPolicy);

const USAGE = 'policy check|sign [file]';

export const policy: CommandDefinition<PolicyResult> = {
	name: 'policy',
	aliases: [],
	summary: 'Show which trust rules hold and whose they are, or sign a policy',
	usage: 'check|sign [file]',
	flags: {},
	examples: ['plugward policy check', 'plugward policy check --json', 'plugward policy sign trust-policy.json > acme-policy.json'],
	fields: ['type', 'files', 'rules', 'exceptions', 'refused', 'key', 'bundle'],
	rows: null,
	run: async (context) => {
		const { parsed } = context;
		const word = parsed.positionals[0] ?? '';
		switch (word) {
			case 'check':
				requirePositionals(parsed, { least: 1, most: 1, usage: 'policy check' });
				return { type: 'checked', ...(await context.engine.trust.checkPolicy(context.call)) };
			case 'sign':
				return sign(context);
			default:
				throw new EngineError('usage', word === '' ? 'policy wants a word.' : `policy cannot "${stripToLine(word)}".`, {
					hint: `Type: plugward ${USAGE}`,
				});
		}
	},
	toJson: (result) => ({ ...result }),
	toText: (result, view) => (result.type === 'signed' ? JSON.stringify(result.bundle) : checkedText(result, view)),
	toNotes: (result, view) =>
		result.type === 'signed'
			? paragraphLines(
					`Signed by ${result.key}. Whoever follows it writes in the own policy: "organisation": {"file": "/PATH", "key": "${result.key}"}`,
					{
						view,
					},
				).join('\n')
			: '',
};

async function sign({ engine, parsed, call }: CommandContext): Promise<PolicyResult> {
	requirePositionals(parsed, { least: 2, most: 2, usage: 'policy sign FILE' });
	return { type: 'signed', ...(await engine.trust.signPolicy(parsed.positionals[1] ?? '', call)) };
}

function checkedText(report: PolicyReport, view: View): string {
	return joinBlocks([
		[titleLine('Files, from the widest to the narrowest', view), ...fileLines(report, view)],
		[titleLine('Rules', view), ...ruleLines(report, view)],
		exceptionLines(report, view),
		report.refused.flatMap((text) => paragraphLines(`! ${text}`, { view, tone: 'bad' })),
	]);
}

function fileLines({ files }: PolicyReport, view: View): string[] {
	return tableLines(
		files.map(({ source, path, isPresent, signedBy }) => [
			cell(source, 'strong'),
			cell(isPresent ? (signedBy === null ? 'read' : 'signed') : 'none', isPresent ? 'good' : 'dim'),
			stripToLine(path),
		]),
		{ view, indent: 2 },
	);
}

function ruleLines({ rules }: PolicyReport, view: View): string[] {
	return rules.flatMap(({ key, setBy, lockedBy, text }) => [
		...tableLines([[cell(key, 'strong'), cell(whoseWord(setBy, lockedBy), 'dim')]], { view, indent: 2 }),
		...paragraphLines(text, { view, indent: 4 }),
	]);
}

function whoseWord(setBy: PolicyReport['rules'][number]['setBy'], lockedBy: PolicyReport['rules'][number]['lockedBy']): string {
	if (setBy === 'default') {
		return 'default';
	}

	return lockedBy === 'organisation' ? `${setBy}; locked by the organisation` : setBy;
}

function exceptionLines({ exceptions }: PolicyReport, view: View): string[] {
	return exceptions.length === 0
		? []
		: [
				titleLine('Exceptions', view),
				...exceptions.flatMap(({ package: name, rule, reason, expires, isExpired }) => [
					...tableLines(
						[
							[
								cell(stripToLine(name), 'strong'),
								rule,
								cell(isExpired ? `ended ${expires}` : `until ${expires}`, isExpired ? 'bad' : 'dim'),
							],
						],
						{ view, indent: 2 },
					),
					...paragraphLines(stripToLine(reason), { view, indent: 4 }),
				]),
			];
}
