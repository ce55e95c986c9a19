import { changeByPlan, type ChangeResult } from './change-plan.ts';
import { CHANGE_FIELDS, changeToExitCode, changeToJson, changeToText } from './change-views.ts';
import type { CommandDefinition } from './command.ts';
import { CONSENT_FLAGS, countFlag, PLAN_FLAGS, requirePositionals } from './flags.ts';

export const importHome: CommandDefinition<ChangeResult> = {
	name: 'import',
	aliases: [],
	summary: 'Install what `export --archive` wrote, without a registry',
	usage: '<archive>',
	flags: {
		generation: { type: 'number', placeholder: 'NUMBER', description: 'Which generation of the archive (the one it was made for)' },
		...CONSENT_FLAGS,
		...PLAN_FLAGS,
	},
	examples: ['plugward import home.tar', 'plugward import home.tar --dry-run', 'plugward import home.tar --generation 3 --yes'],
	fields: CHANGE_FIELDS,
	rows: null,
	run: async (context) => {
		requirePositionals(context.parsed, { least: 1, most: 1, usage: 'import <archive>' });
		const request = { file: context.parsed.positionals[0] ?? '', generation: countFlag(context.parsed, 'generation', 1) };
		return changeByPlan(context, () => context.engine.planImport(request, context.call));
	},
	toJson: changeToJson,
	toText: changeToText,
	toExitCode: changeToExitCode,
};
