import { EngineError } from '../engine/index.ts';
import type { FlagTable, ParsedArguments } from './command.ts';

/** Flags that every command takes. */
export const COMMON_FLAGS: FlagTable = {
	json: {
		type: 'string',
		isValueOptional: true,
		placeholder: 'FIELDS',
		description: 'Print one JSON document; =a,b picks fields and =? lists them',
	},
	events: { type: 'boolean', description: 'Print progress as NDJSON; the last line is the result' },
	yes: { type: 'boolean', short: 'y', description: 'Apply the plan without asking; grants no permission' },
	home: { type: 'string', placeholder: 'FOLDER', description: 'Where everything is installed' },
	profile: { type: 'string', placeholder: 'NAME', description: 'Work in this profile instead of the selected one' },
	store: { type: 'string', placeholder: 'FOLDER', description: 'Content store that a new home shares with others' },
	registry: { type: 'string', placeholder: 'URL', description: 'Registry to use instead of the configured one' },
	offline: { type: 'boolean', description: 'Use only what is already here' },
	wait: { type: 'number', placeholder: 'SECONDS', description: 'How long to wait for another plugward (10)' },
	color: { type: 'boolean', description: 'Colours; --no-color turns them off' },
	quiet: { type: 'boolean', short: 'q', description: 'No progress and no notes' },
	verbose: { type: 'boolean', description: 'Progress also when nobody watches' },
	help: { type: 'boolean', short: 'h', description: 'Show this help' },
};

/** True when `--json=a,b` names the field; null where no fields are named, so that all of them are told. */
export function namesField({ flags }: ParsedArguments, field: string): boolean | null {
	const { json } = flags;
	return typeof json === 'string' && json !== '' ? json.split(',').some((one) => one.trim() === field) : null;
}

/** Flags of the commands that show a plan and apply it. */
export const PLAN_FLAGS: FlagTable = {
	dryRun: { type: 'boolean', description: 'Show the plan and change nothing' },
	exitCode: { type: 'boolean', description: 'With --dry-run: exit 10 when something would change' },
};

/** Flags of the commands that run code of plugins. */
export const SANDBOX_FLAGS: FlagTable = {
	strict: { type: 'boolean', description: 'Run nothing without bubblewrap around it' },
	jitless: { type: 'boolean', description: 'No machine code by V8: safer; text takes up to twice as long, numbers 4 times and more' },
};

/** Flags that decide the requirements of a plan, each by name. */
export const CONSENT_FLAGS: FlagTable = {
	allow: {
		type: 'string',
		isMultiple: true,
		placeholder: '[PLUGIN=]PERMISSION',
		description: 'Grant net:HOST[:PORT], fs.read:PATH, fs.write:PATH, env:NAME, "run:PROGRAM ARGS" or message.send:PLUGIN/TOPIC',
	},
	acceptTrust: { type: 'string', placeholder: 'LEVEL', description: 'Accept packages at this level or above' },
	acceptIdentity: {
		type: 'string',
		isMultiple: true,
		placeholder: 'PACKAGE',
		description: 'Accept that a package is built somewhere else than before',
	},
	acceptYoung: {
		type: 'string',
		isMultiple: true,
		placeholder: 'PACKAGE',
		description: 'Accept a version below the minimum age',
	},
	acceptDowngrade: {
		type: 'string',
		isMultiple: true,
		placeholder: 'PACKAGE',
		description: 'Accept an older version than the installed one',
	},
	reason: { type: 'string', placeholder: 'TEXT', description: 'Why that is accepted; kept with the generation' },
	expires: { type: 'string', placeholder: 'DATE', description: 'Until when it is accepted (90 days)' },
};

export function isSet(parsed: ParsedArguments, flag: string): boolean {
	return parsed.flags[flag] === true;
}

export function textFlag(parsed: ParsedArguments, flag: string): string | null {
	const value = parsed.flags[flag];
	return typeof value === 'string' ? value : null;
}

export function listFlag(parsed: ParsedArguments, flag: string): readonly string[] {
	const value = parsed.flags[flag];
	return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** A whole number of at least `minimum`, or null when the flag is missing. */
export function countFlag(parsed: ParsedArguments, flag: string, minimum: number): number | null {
	const value = parsed.flags[flag];
	if (value === undefined) {
		return null;
	}

	if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum) {
		throw new EngineError('usage', `--${dashed(flag)} expects a whole number of at least ${minimum}.`, {
			hint: `For example: --${dashed(flag)} ${Math.max(minimum, 10)}`,
		});
	}

	return value;
}

/** `dryRun` as it is typed: `dry-run`. */
export function dashed(flag: string): string {
	return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Throws `usage` unless the number of arguments lies in the range. */
export function requirePositionals(
	parsed: ParsedArguments,
	expected: { readonly least: number; readonly most: number; readonly usage: string },
): void {
	const count = parsed.positionals.length;
	if (count < expected.least) {
		throw new EngineError('usage', 'An argument is missing.', { hint: `Type: plugward ${expected.usage}` });
	}

	if (count > expected.most) {
		throw new EngineError('usage', `"${parsed.positionals[expected.most] ?? ''}" is one argument too many.`, {
			hint: `Type: plugward ${expected.usage}`,
		});
	}
}
