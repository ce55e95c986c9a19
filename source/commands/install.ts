import { EngineError } from '../engine/index.ts';
import { changeByPlan, type ChangeResult } from './change-plan.ts';
import { CHANGE_FIELDS, changeToExitCode, changeToJson, changeToText } from './change-views.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { CONSENT_FLAGS, PLAN_FLAGS, textFlag } from './flags.ts';
import { readResolveChoices, RESOLVE_FLAGS } from './resolve-choices.ts';

export const install: CommandDefinition<ChangeResult> = {
	name: 'install',
	aliases: ['add', 'i'],
	summary: 'Verify plugins and install them as a new generation',
	usage: '<plugin[@version]...>',
	flags: {
		...CONSENT_FLAGS,
		...RESOLVE_FLAGS,
		...PLAN_FLAGS,
		fromFile: { type: 'string', placeholder: 'FILE', description: 'Read more plugins from a file or - , one a line, # comments' },
	},
	examples: [
		'plugward install @examples/link-checker',
		'plugward install eslint@9 prettier --yes',
		'plugward install @examples/link-checker --yes --allow net:example.com',
	],
	fields: CHANGE_FIELDS,
	rows: null,
	run: async (context) => {
		const specs = await readSpecs(context);
		return changeByPlan(context, () => context.engine.planInstall(specs, { ...context.call, ...readResolveChoices(context.parsed) }));
	},
	toJson: changeToJson,
	toText: changeToText,
	toExitCode: changeToExitCode,
};

async function readSpecs({ parsed, readText }: CommandContext): Promise<readonly string[]> {
	const source = textFlag(parsed, 'fromFile');
	const listed = source === null ? [] : specsOfText(await readText(source));
	const specs = [...parsed.positionals, ...listed];
	if (specs.length === 0) {
		throw new EngineError('usage', 'There is no plugin to install.', { hint: 'Type: plugward install <plugin[@version]...>' });
	}

	return specs;
}

/** One per line; empty lines and what follows ` #` are skipped. */
export function specsOfText(text: string): string[] {
	return text
		.split('\n')
		.map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
		.filter((line) => line !== '');
}
