import { changeByPlan, type ChangeResult } from './change-plan.ts';
import { CHANGE_FIELDS, changeToExitCode, changeToJson, changeToText } from './change-views.ts';
import type { CommandDefinition } from './command.ts';
import { CONSENT_FLAGS, PLAN_FLAGS, requirePositionals } from './flags.ts';
import { requireGenerationNumber } from './rollback.ts';

export const switchGeneration: CommandDefinition<ChangeResult> = {
	name: 'switch',
	aliases: [],
	summary: 'Make any generation current, earlier or later, without the network',
	usage: '<generation>',
	flags: { ...CONSENT_FLAGS, ...PLAN_FLAGS },
	examples: ['plugward switch 5', 'plugward switch 3 --dry-run'],
	fields: CHANGE_FIELDS,
	rows: null,
	run: async (context) => {
		requirePositionals(context.parsed, { least: 1, most: 1, usage: 'switch <generation>' });
		const generation = requireGenerationNumber(context.parsed.positionals[0] ?? '');
		return changeByPlan(context, () => context.engine.planSwitch(generation, context.call));
	},
	toJson: changeToJson,
	toText: changeToText,
	toExitCode: changeToExitCode,
};
