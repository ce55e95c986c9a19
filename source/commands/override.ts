import { changeByPlan, type ChangeResult } from './change-plan.ts';
import { CHANGE_FIELDS, changeToExitCode, changeToJson, changeToText } from './change-views.ts';
import type { CommandDefinition } from './command.ts';
import { CONSENT_FLAGS, listFlag, PLAN_FLAGS } from './flags.ts';

export const override: CommandDefinition<ChangeResult> = {
	name: 'override',
	aliases: [],
	summary: 'Replace the versions that packages ask for, or end that',
	usage: '[[PARENT>]NAME=SPEC...]',
	flags: {
		drop: { type: 'string', isMultiple: true, placeholder: 'NAME', description: 'End the override of NAME (what stands before the =)' },
		...CONSENT_FLAGS,
		...PLAN_FLAGS,
	},
	examples: ['plugward override left-pad=1.3.0', "plugward override 'parent@2>left-pad=^1.2.0'", 'plugward override --drop left-pad'],
	fields: CHANGE_FIELDS,
	rows: null,
	run: async (context) => {
		const change = { set: context.parsed.positionals, drop: listFlag(context.parsed, 'drop') };
		return changeByPlan(context, () => context.engine.planOverride(change, context.call));
	},
	toJson: changeToJson,
	toText: changeToText,
	toExitCode: changeToExitCode,
};
