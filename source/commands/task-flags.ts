import { EngineError, parsePermission, type Permission } from '../engine/index.ts';
import type { CommandContext, FlagTable } from './command.ts';
import { parseAllowance } from './consent.ts';
import { SANDBOX_FLAGS, textFlag } from './flags.ts';

/** Flags of the commands that run a task. */
export const TASK_FLAGS: FlagTable = {
	...SANDBOX_FLAGS,
	input: { type: 'string', placeholder: 'JSON', description: 'Input of the task: JSON, @FILE, or - for standard input' },
	allow: {
		type: 'string',
		isMultiple: true,
		placeholder: '[PLUGIN=]PERMISSION',
		description: 'Grant a permission for this run alone',
	},
};

/** What one `--allow` grants to the target. Throws `usage`. */
export function permissionFor(target: string, typed: string): Permission {
	const allowance = parseAllowance(typed);
	if (allowance.plugin !== null && allowance.plugin !== nameOfTarget(target)) {
		throw new EngineError('usage', `--allow names ${allowance.plugin}, but ${target} is what runs.`, {
			hint: `Type: --allow ${allowance.permission}`,
		});
	}

	return parsePermission(allowance.permission);
}

/** `@a/b@1.0.0` -> `@a/b`. */
function nameOfTarget(target: string): string {
	const at = target.indexOf('@', 1);
	return at === -1 ? target : target.slice(0, at);
}

/** `{}` when there is none. Throws `usage` for what is not JSON. */
export async function readTaskInput({ parsed, readText }: CommandContext): Promise<unknown> {
	const given = textFlag(parsed, 'input');
	if (given === null) {
		return {};
	}

	const isSource = given === '-' || given.startsWith('@');
	const text = isSource ? await readText(given === '-' ? '-' : given.slice(1)) : given;
	try {
		const value: unknown = JSON.parse(text);
		return value;
	} catch (error) {
		throw new EngineError('usage', 'The value of --input is not JSON.', {
			cause: error,
			hint: `Quote it for the shell, for instance --input '{"text":"hello"}', or name a file: --input @input.json`,
		});
	}
}
