import { acceptanceLines } from './acceptance-lines.ts';
import { EXCEPTION_RULES, type PolicyReport, type SignedPolicy, stripToLine } from '../engine/index.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { requirePositionals, textFlag } from './flags.ts';
import { cell, joinBlocks, paragraphLines, tableLines, titleLine, type View } from './layout.ts';
import { unknownSubcommand } from './unknown-subcommand.ts';

export type PolicyResult =
	| ({ readonly type: 'checked' } & PolicyReport)
	| ({ readonly type: 'signed' } & SignedPolicy)
	| ({ readonly type: 'excepted'; readonly holds: boolean } & Pick<PolicyReport, 'exceptions'>);

const DEFAULT_LIFE_MILLISECONDS = 30 * 86_400_000;
const USAGE = 'policy check|sign|except|unexcept [file or plugin]';

export const policy: CommandDefinition<PolicyResult> = {
	name: 'policy',
	aliases: [],
	summary: 'Show which trust rules hold and whose they are, sign a policy, or except a package from a rule',
	usage: 'check|sign|except|unexcept [file or plugin]',
	subcommands: [
		['check', 'Which rules hold, whose each is, and what was excepted'],
		['sign <file>', 'Sign a policy with your key, for others to follow'],
		['except <plugin[@version]>', 'Free a package from one rule for a time'],
		['unexcept <plugin[@version]>', 'Take that back'],
	],
	flags: {
		rule: { type: 'string', placeholder: 'RULE', description: `except, unexcept: ${EXCEPTION_RULES.join(', ')}` },
		reason: { type: 'string', placeholder: 'TEXT', description: 'except: why, for whoever finds it later' },
		expires: { type: 'string', placeholder: 'DATE', description: 'except: when it ends; 30 days from now is the default' },
	},
	examples: [
		'plugward policy check',
		'plugward policy check --json',
		'plugward policy sign trust-policy.json > acme-policy.json',
		'plugward policy except left-pad@1.3.0 --rule minimum-age --reason "needed for the fix" --expires 2027-01-31',
	],
	fields: ['type', 'files', 'rules', 'exceptions', 'refused', 'key', 'bundle', 'holds'],
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
			case 'except':
			case 'unexcept':
				return except(context, word);
			default:
				throw unknownSubcommand({ command: 'policy', word, known: ['check', 'sign', 'except', 'unexcept'], usage: USAGE });
		}
	},
	toJson: (result) => ({ ...result }),
	toText: policyText,
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

async function except({ engine, parsed, call }: CommandContext, word: 'except' | 'unexcept'): Promise<PolicyResult> {
	requirePositionals(parsed, { least: 2, most: 2, usage: `policy ${word} NAME[@VERSION] --rule RULE` });
	const exception = {
		package: parsed.positionals[1] ?? '',
		rule: textFlag(parsed, 'rule') ?? '',
		reason: textFlag(parsed, 'reason') ?? '',
		expires: textFlag(parsed, 'expires') ?? new Date(Date.now() + DEFAULT_LIFE_MILLISECONDS).toISOString(),
	};
	await (word === 'except' ? engine.trust.addException(exception, call) : engine.trust.removeException(exception, call));
	const { exceptions } = await engine.trust.checkPolicy(call);
	return { type: 'excepted', holds: word === 'except', exceptions };
}

function policyText(result: PolicyResult, view: View): string {
	switch (result.type) {
		case 'signed':
			return JSON.stringify(result.bundle);
		case 'checked':
			return checkedText(result, view);
		case 'excepted':
			return joinBlocks([
				paragraphLines(result.holds ? 'The exception is written into your policy.' : 'The exception is gone from your policy.', { view }),
				exceptionLines(result, view),
			]);
	}
}

function checkedText(report: PolicyReport, view: View): string {
	return joinBlocks([
		[titleLine('Files, from the widest to the narrowest', view), ...fileLines(report, view)],
		[titleLine('Rules', view), ...ruleLines(report, view)],
		exceptionLines(report, view),
		report.acceptances.length === 0
			? []
			: [
					titleLine('Accepted for one version', view),
					...report.acceptances.flatMap((one) => acceptanceLines(`${one.package}@${one.version}`, one, view)),
				],
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

function exceptionLines({ exceptions }: Pick<PolicyReport, 'exceptions'>, view: View): string[] {
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
