import { changeByPlan, type ChangeResult } from './change-plan.ts';
import { CHANGE_FIELDS, changeToExitCode, changeToJson, changeToText } from './change-views.ts';
import type { CommandDefinition } from './command.ts';
import { CONSENT_FLAGS, PLAN_FLAGS, requirePositionals } from './flags.ts';
import { parseGeneration } from './rollback.ts';

export const undo: CommandDefinition<ChangeResult> = {
	name: 'undo',
	aliases: [],
	summary: 'Take back what one generation changed, and nothing else',
	usage: '[generation]',
	flags: { ...CONSENT_FLAGS, ...PLAN_FLAGS },
	examples: ['plugward undo', 'plugward undo 3 --dry-run'],
	fields: CHANGE_FIELDS,
	rows: null,
	run: async (context) => {
		requirePositionals(context.parsed, { least: 0, most: 1, usage: 'undo [generation]' });
		const generation = parseGeneration(context.parsed.positionals[0] ?? null);
		return changeByPlan(context, () => context.engine.planUndo(generation, context.call));
	},
	toJson: changeToJson,
	toText: changeToText,
	toExitCode: changeToExitCode,
};
