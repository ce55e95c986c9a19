import { changeByPlan, type ChangeResult } from './change-plan.ts';
import { CHANGE_FIELDS, changeToExitCode, changeToJson, changeToText } from './change-views.ts';
import type { CommandDefinition } from './command.ts';
import { CONSENT_FLAGS, PLAN_FLAGS, requirePositionals } from './flags.ts';

export const redo: CommandDefinition<ChangeResult> = {
	name: 'redo',
	aliases: [],
	summary: 'Return to the generation that the last undo or rollback left',
	usage: '',
	flags: { ...CONSENT_FLAGS, ...PLAN_FLAGS },
	examples: ['plugward redo', 'plugward redo --yes'],
	fields: CHANGE_FIELDS,
	rows: null,
	run: async (context) => {
		requirePositionals(context.parsed, { least: 0, most: 0, usage: 'redo' });
		return changeByPlan(context, () => context.engine.planRedo(context.call));
	},
	toJson: changeToJson,
	toText: changeToText,
	toExitCode: changeToExitCode,
};
