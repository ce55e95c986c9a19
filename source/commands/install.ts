import { EngineError } from '../engine/index.ts';
import { changeByPlan, type ChangeResult } from './change-plan.ts';
import { CHANGE_FIELDS, changeToExitCode, changeToJson, changeToText } from './change-views.ts';
import type { CommandContext, CommandDefinition, ParsedArguments } from './command.ts';
import { LOCK_FILE } from './lock.ts';
import { CONSENT_FLAGS, isSet, listFlag, PLAN_FLAGS, textFlag } from './flags.ts';
import { readResolveChoices, RESOLVE_FLAGS } from './resolve-choices.ts';

export const install: CommandDefinition<ChangeResult> = {
	name: 'install',
	aliases: ['add', 'i'],
	summary: 'Verify plugins and install them as a new generation',
	usage: '<plugin[@version]...> | --frozen',
	flags: {
		...CONSENT_FLAGS,
		...RESOLVE_FLAGS,
		...PLAN_FLAGS,
		frozen: { type: 'boolean', description: 'Install exactly what the lock file holds' },
		lock: { type: 'string', placeholder: 'FILE', description: `The lock file of --frozen (${LOCK_FILE})` },
		fromFile: { type: 'string', placeholder: 'FILE', description: 'Read more plugins from a file or - , one a line, # comments' },
	},
	examples: [
		'plugward install @examples/link-checker',
		'plugward install eslint@9 prettier --yes',
		'plugward install @examples/link-checker --yes --allow net:example.com',
		'plugward install --frozen --yes',
	],
	fields: CHANGE_FIELDS,
	rows: null,
	run: async (context) => {
		if (isSet(context.parsed, 'frozen')) {
			return installFrozen(context);
		}

		requireNoLock(context.parsed);
		const specs = await readSpecs(context);
		return changeByPlan(context, () => context.engine.planInstall(specs, { ...context.call, ...readResolveChoices(context.parsed) }));
	},
	toJson: changeToJson,
	toText: changeToText,
	toExitCode: changeToExitCode,
};

async function installFrozen(context: CommandContext): Promise<ChangeResult> {
	const { parsed, engine, call, readText } = context;
	if (textFlag(parsed, 'asOf') !== null || listFlag(parsed, 'override').length > 0) {
		throw new EngineError('usage', '--frozen installs what the lock holds, so --as-of and --override have nothing to decide.', {
			hint: 'Leave them out, or leave out --frozen.',
		});
	}

	const file = textFlag(parsed, 'lock') ?? LOCK_FILE;
	const specs = await listedSpecs(context);
	const text = await readText(file);
	return changeByPlan(context, () => engine.planFrozen({ text, file, specs }, call));
}

function requireNoLock(parsed: ParsedArguments): void {
	if (textFlag(parsed, 'lock') !== null) {
		throw new EngineError('usage', '--lock says which lock --frozen installs, and --frozen is missing.', {
			hint: 'Add --frozen. A lock is written by: plugward lock FILE',
		});
	}
}

async function readSpecs(context: CommandContext): Promise<readonly string[]> {
	const specs = await listedSpecs(context);
	if (specs.length === 0) {
		throw new EngineError('usage', 'There is no plugin to install.', { hint: 'Type: plugward install <plugin[@version]...>' });
	}

	return specs;
}

async function listedSpecs({ parsed, readText }: CommandContext): Promise<readonly string[]> {
	const source = textFlag(parsed, 'fromFile');
	const listed = source === null ? [] : specsOfText(await readText(source));
	return [...parsed.positionals, ...listed];
}

/** One per line; empty lines and what follows ` #` are skipped. */
export function specsOfText(text: string): string[] {
	return text
		.split('\n')
		.map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
		.filter((line) => line !== '');
}
