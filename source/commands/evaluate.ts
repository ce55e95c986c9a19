import { EngineError, type Evaluation, SEVERITIES, type Severity } from '../engine/index.ts';
import type { CommandDefinition } from './command.ts';
import { evaluationText } from './evaluation-text.ts';
import { requirePositionals, textFlag } from './flags.ts';

const USAGE = 'evaluate <plugin[@version]>';

type EvaluateResult = { readonly evaluation: Evaluation; readonly failOn: Severity | null };

export const evaluate: CommandDefinition<EvaluateResult> = {
	name: 'evaluate',
	aliases: [],
	summary: 'Tell what a package and all it depends on can do, before installing it',
	usage: '<plugin[@version]>',
	flags: {
		against: { type: 'string', placeholder: 'VERSION', description: 'Compare with this version instead of the installed one' },
		advisories: {
			type: 'string',
			placeholder: 'SOURCE',
			description: 'A file or folder of OSV advisories, or "registry"; instead of the policy\'s',
		},
		failOn: { type: 'string', placeholder: 'SEVERITY', description: 'Exit 5 when a fact is this bad: danger, caution or note' },
	},
	examples: [
		'plugward evaluate express',
		'plugward evaluate express@5 --against 4.21.0',
		'plugward evaluate express --advisories ./osv --fail-on danger --json=facts',
	],
	fields: [
		'spec',
		'name',
		'version',
		'publishedAt',
		'facts',
		'difference',
		'packages',
		'leftOut',
		'quality',
		'licence',
		'verdict',
		'evidence',
		'advisories',
		'scannedFiles',
		'scannedBytes',
	],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 1, most: 1, usage: USAGE });
		const failOn = severityFlag(textFlag(parsed, 'failOn'));
		const evaluation = await engine.evaluate(parsed.positionals[0] ?? '', {
			...call,
			against: textFlag(parsed, 'against'),
			advisories: textFlag(parsed, 'advisories'),
		});
		return { evaluation, failOn };
	},
	toJson: ({ evaluation }) => ({ ...evaluation }),
	toText: ({ evaluation }, view) => evaluationText(evaluation, view),
	toFailure: ({ evaluation, failOn }) => {
		const bad =
			failOn === null ? [] : evaluation.facts.filter(({ severity }) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn));
		const [worst] = bad;
		return worst === undefined
			? null
			: new EngineError(
					'verification-failed',
					`${bad.length === 1 ? 'One fact is' : `${bad.length} facts are`} at least "${failOn}"; the worst: ${worst.package}: ${worst.text}`,
					{
						hint: 'Choose another version or package, or ask for less with --fail-on danger.',
					},
				);
	},
};

function severityFlag(text: string | null): Severity | null {
	const severity = SEVERITIES.find((one) => one === text);
	if (text !== null && severity === undefined) {
		throw new EngineError('usage', `--fail-on expects danger, caution or note, got "${text}".`, { hint: 'For example: --fail-on danger' });
	}

	return severity ?? null;
}
