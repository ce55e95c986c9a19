import type { CallOptions, Decision, DoctorReport, Engine, EngineError, Plan, Requirement } from '../engine/index.ts';
import type { SettingsDoor } from '../setting-entries.ts';
import type { View } from './layout.ts';
import type { Environment, Input, Output } from './surroundings.ts';

export type FlagDefinition = {
	readonly type: 'boolean' | 'string' | 'number';
	/** One letter, without the dash. */
	readonly short?: string;
	readonly isMultiple?: boolean;
	/** Stands for the value in the help, for instance `SECONDS`. */
	readonly placeholder?: string;
	/** True when the flag may stand alone: `--json` and `--json=name,version`. */
	readonly isValueOptional?: boolean;
	readonly description: string;
};

/** Keys are in camel case; `dryRun` is typed as `--dry-run`. */
export type FlagTable = Readonly<Record<string, FlagDefinition>>;

/** What stood on the command line after the command's name; read through flags.ts. */
export type ParsedArguments = {
	readonly positionals: readonly string[];
	readonly flags: Readonly<Record<string, unknown>>;
};

export type Proposal = {
	readonly plan: Plan;
	readonly decisions: readonly Decision[];
	/** Requirements that nobody decided and that are no permissions. */
	readonly undecided: readonly Requirement[];
};

/** `wasShown` is false when a flag agreed, so that the result has to tell what the plan would have told. */
export type Consent = { readonly wasShown: boolean };

/** Everything a command may touch. It prints nothing: it returns a result. */
export type CommandContext = {
	readonly engine: Engine;
	readonly parsed: ParsedArguments;
	readonly call: CallOptions;
	/** Resolves when the user agrees to the plan; rejects with `consent-required` otherwise. */
	readonly requireConsent: (proposal: Proposal) => Promise<Consent>;
	/** Text of standard input (`-`) or of a file. */
	readonly readText: (source: string) => Promise<string>;
	readonly settings: SettingsDoor;
	readonly warn: (warning: Warning) => void;
	/** Only for a command whose result is what another program says: its streams, and the person at them. */
	readonly terminal: Terminal;
};

export type Terminal = {
	readonly stdin: Input;
	readonly stdout: Output;
	readonly stderr: Output;
	/** A person sits there and reads text. */
	readonly canAsk: boolean;
	/** False for `--json` and `--events`, where standard output holds one document. */
	readonly isText: boolean;
	readonly view: View;
	readonly environment: Environment;
	/** Resolves when the bytes are written; false when nobody reads them any more. */
	readonly writeBytes: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<boolean>;
};

/** What is there when the engine could not be made, and why it could not. */
export type NoEngineContext = {
	readonly failure: EngineError;
	readonly parsed: ParsedArguments;
	readonly call: CallOptions;
	readonly examine: (failure: EngineError, call: CallOptions & { readonly fix: boolean }) => Promise<DoctorReport>;
};

export type Warning = { readonly code: string; readonly text: string };

export type JsonData = Readonly<Record<string, unknown>>;

/** One scripted command: how it is typed, what it does, and how its typed result is shown. */
export type CommandDefinition<Result> = {
	readonly name: string;
	readonly aliases: readonly string[];
	readonly summary: string;
	/** The arguments after the name, for instance `<plugin...>`. */
	readonly usage: string;
	readonly flags: FlagTable;
	/** For a command whose first word says what it does: each as it is typed, with what it does. */
	readonly subcommands?: readonly (readonly [usage: string, does: string])[];
	readonly examples: readonly string[];
	/** What `--json=FIELD,...` may name: keys of `data`, or of each row of `data[rows]`. */
	readonly fields: readonly string[];
	readonly rows: string | null;
	readonly run: (context: CommandContext) => Promise<Result>;
	/** For a command that must also help when no engine can be made. */
	readonly runWithoutEngine?: (context: NoEngineContext) => Promise<Result>;
	readonly toJson: (result: Result) => JsonData;
	readonly toText: (result: Result, view: View) => string;
	/** Facts beside the result, for standard error. */
	readonly toNotes?: (result: Result, view: View) => string;
	/** A result that is complete and still no success, for instance a verification with findings. */
	readonly toFailure?: (result: Result) => EngineError | null;
	/** An exit code of the result itself, when it is a success. */
	readonly toExitCode?: (result: Result) => number;
};

export type CommandOutcome = {
	readonly json: JsonData;
	readonly text: (view: View) => string;
	readonly notes: (view: View) => string;
	readonly failure: EngineError | null;
	readonly exitCode: number;
};

/** A command with its result type hidden, so that all of them stand in one table. */
export type Command = Omit<
	CommandDefinition<never>,
	'run' | 'runWithoutEngine' | 'toJson' | 'toText' | 'toNotes' | 'toFailure' | 'toExitCode'
> & {
	readonly execute: (context: CommandContext) => Promise<CommandOutcome>;
	readonly executeWithoutEngine?: (context: NoEngineContext) => Promise<CommandOutcome>;
};

export function hideResult<Result>(definition: CommandDefinition<Result>): Command {
	const { run, runWithoutEngine, toJson, toText, toNotes, toFailure, toExitCode, ...description } = definition;
	const outcomeOf = (result: Result): CommandOutcome => {
		const failure = toFailure?.(result) ?? null;
		return {
			json: toJson(result),
			text: (view) => toText(result, view),
			notes: (view) => toNotes?.(result, view) ?? '',
			failure,
			exitCode: failure === null ? (toExitCode?.(result) ?? 0) : failure.exitCode,
		};
	};
	return {
		...description,
		execute: async (context) => outcomeOf(await run(context)),
		...(runWithoutEngine === undefined
			? {}
			: { executeWithoutEngine: async (context: NoEngineContext) => outcomeOf(await runWithoutEngine(context)) }),
	};
}
