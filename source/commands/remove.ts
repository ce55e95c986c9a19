import { changeByPlan, type ChangeResult } from './change-plan.ts';
import { CHANGE_FIELDS, changeToExitCode, changeToJson, changeToText } from './change-views.ts';
import type { CommandDefinition } from './command.ts';
import { PLAN_FLAGS, requirePositionals } from './flags.ts';

export const remove: CommandDefinition<ChangeResult> = {
	name: 'remove',
	aliases: ['rm'],
	summary: 'Remove plugins and what only they needed',
	usage: '<plugin...>',
	flags: PLAN_FLAGS,
	examples: ['plugward remove prettier', 'plugward remove eslint prettier --yes'],
	fields: CHANGE_FIELDS,
	rows: null,
	run: async (context) => {
		requirePositionals(context.parsed, { least: 1, most: Number.POSITIVE_INFINITY, usage: 'remove <plugin...>' });
		return changeByPlan(context, () => context.engine.planRemove(context.parsed.positionals, context.call));
	},
	toJson: changeToJson,
	toText: changeToText,
	toExitCode: changeToExitCode,
};
