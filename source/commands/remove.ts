import { type KeptPluginData, quoteTarget, stripToLine } from '../engine/index.ts';
import { changeByPlan, type ChangeResult } from './change-plan.ts';
import { CHANGE_FIELDS, changeToExitCode, changeToJson, changeToText } from './change-views.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { amountOf } from './data.ts';
import { PLAN_FLAGS, requirePositionals } from './flags.ts';
import { paragraphLines, type View } from './layout.ts';

type Removed = { readonly result: ChangeResult; readonly kept: readonly KeptPluginData[] };

export const remove: CommandDefinition<Removed> = {
	name: 'remove',
	aliases: ['rm'],
	summary: 'Remove plugins and what only they needed',
	usage: '<plugin...>',
	flags: PLAN_FLAGS,
	examples: ['plugward remove prettier', 'plugward remove eslint prettier --yes'],
	fields: [...CHANGE_FIELDS, 'kept'],
	rows: null,
	run: async (context) => {
		requirePositionals(context.parsed, { least: 1, most: Number.POSITIVE_INFINITY, usage: 'remove <plugin...>' });
		const result = await changeByPlan(context, () => context.engine.planRemove(context.parsed.positionals, context.call));
		return { result, kept: await keptByRemoved(context, result) };
	},
	toJson: ({ result, kept }) => ({ ...changeToJson(result), kept }),
	toText: ({ result, kept }, view) => [changeToText(result, view), ...kept.flatMap((one) => keptLines(one, view))].join('\n'),
	toExitCode: ({ result }) => changeToExitCode(result),
};

/** What removed plugins keep is never lost with them; it is told, with the way to remove it too. */
async function keptByRemoved({ engine, parsed, call }: CommandContext, { outcome }: ChangeResult): Promise<readonly KeptPluginData[]> {
	return outcome === 'applied'
		? (await engine.data.list(call)).filter(({ owner }) => owner !== null && parsed.positionals.includes(owner))
		: [];
}

function keptLines(kept: KeptPluginData, view: View): readonly string[] {
	const { owner, folderName } = kept;
	const name = quoteTarget(stripToLine(owner ?? folderName));
	return paragraphLines(`What ${name} kept stays below data/${folderName}: ${amountOf(kept)}. To remove it: plugward data purge ${name}`, {
		view,
		tone: 'dim',
	});
}
