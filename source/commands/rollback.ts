import { EngineError, stripToLine } from '../engine/index.ts';
import { changeByPlan, type ChangeResult } from './change-plan.ts';
import { CHANGE_FIELDS, changeToExitCode, changeToJson, changeToText } from './change-views.ts';
import type { CommandDefinition } from './command.ts';
import { CONSENT_FLAGS, PLAN_FLAGS, requirePositionals } from './flags.ts';

export const rollback: CommandDefinition<ChangeResult> = {
	name: 'rollback',
	aliases: [],
	summary: 'Make an earlier generation current again, without the network',
	usage: '[generation]',
	flags: { ...CONSENT_FLAGS, ...PLAN_FLAGS },
	examples: ['plugward rollback', 'plugward rollback 3 --yes'],
	fields: CHANGE_FIELDS,
	rows: null,
	run: async (context) => {
		requirePositionals(context.parsed, { least: 0, most: 1, usage: 'rollback [generation]' });
		const generation = parseGeneration(context.parsed.positionals[0] ?? null);
		return changeByPlan(context, () => context.engine.planRollback(generation, context.call));
	},
	toJson: changeToJson,
	toText: changeToText,
	toExitCode: changeToExitCode,
};

/** A generation's number, or null when there is no text. Throws `usage`. */
export function parseGeneration(text: string | null): number | null {
	return text === null ? null : requireGenerationNumber(text);
}

/** Throws `usage`. */
export function requireGenerationNumber(text: string): number {
	const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
	if (number < 1) {
		throw new EngineError('usage', `"${stripToLine(text)}" is not the number of a generation.`, { hint: 'See them: plugward history' });
	}

	return number;
}
