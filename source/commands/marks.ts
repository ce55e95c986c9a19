import type { PlanMark } from '../engine/index.ts';
import { changeByPlan, type ChangeResult } from './change-plan.ts';
import { CHANGE_FIELDS, changeToExitCode, changeToJson, changeToText } from './change-views.ts';
import type { CommandDefinition } from './command.ts';
import { CONSENT_FLAGS, PLAN_FLAGS } from './flags.ts';

export const pin = markCommand('pin', 'Stay at exactly the installed version');
export const unpin = markCommand('unpin', 'Allow newer versions of the same major again');
export const hold = markCommand('hold', 'Make updates leave plugins alone');
export const unhold = markCommand('unhold', 'Let updates move plugins again');
export const enable = markCommand('enable', 'Let disabled plugins run again');
export const disable = markCommand('disable', 'Stop plugins from running without removing them');

function markCommand(mark: PlanMark, summary: string): CommandDefinition<ChangeResult> {
	return {
		name: mark,
		aliases: [],
		summary,
		usage: '<plugin...>',
		flags: { ...CONSENT_FLAGS, ...PLAN_FLAGS },
		examples: [`plugward ${mark} @examples/log-summary`],
		fields: CHANGE_FIELDS,
		rows: null,
		run: async (context) => changeByPlan(context, () => context.engine.planMark(mark, context.parsed.positionals, context.call)),
		toJson: changeToJson,
		toText: changeToText,
		toExitCode: changeToExitCode,
	};
}
