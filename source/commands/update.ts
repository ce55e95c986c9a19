import { changeByPlan, type ChangeResult } from './change-plan.ts';
import { CHANGE_FIELDS, changeToExitCode, changeToJson, changeToText } from './change-views.ts';
import type { CommandDefinition } from './command.ts';
import { CONSENT_FLAGS, isSet, PLAN_FLAGS } from './flags.ts';
import { readResolveChoices, RESOLVE_FLAGS } from './resolve-choices.ts';

export const update: CommandDefinition<ChangeResult> = {
	name: 'update',
	aliases: ['upgrade', 'up'],
	summary: 'Bring plugins to the newest version that their range allows',
	usage: '[plugin...]',
	flags: {
		...CONSENT_FLAGS,
		...RESOLVE_FLAGS,
		...PLAN_FLAGS,
		latest: { type: 'boolean', description: 'Leave the range and take the newest version' },
	},
	examples: ['plugward update', 'plugward update @examples/log-summary --yes', 'plugward update --dry-run --exit-code'],
	fields: CHANGE_FIELDS,
	rows: null,
	run: async (context) => {
		const options = { ...context.call, ...readResolveChoices(context.parsed), toLatest: isSet(context.parsed, 'latest') };
		return changeByPlan(context, () => context.engine.planUpdate(context.parsed.positionals, options));
	},
	toJson: changeToJson,
	toText: changeToText,
	toExitCode: changeToExitCode,
};
