import type { EngineError } from './errors.ts';
import type { Level } from './evidence.ts';
import type { ObservedPermissions } from './permission-questions.ts';
import type { Permission } from './permission.ts';

export type RunRequest = {
	/** An installed plugin's name, or a folder that starts with `.` or `/`. */
	readonly target: string;
	/** Null runs the only task, or lists the tasks in the error. For a plain package: the exported function to call. */
	readonly task: string | null;
	/** Already parsed JSON. */
	readonly input: unknown;
	/** Extra grants for this run alone, as given by `--allow`. */
	readonly allow: readonly Permission[];
	/** Watches what the plugin needs; `write` also puts it into the package.json of a folder. See `RunResult.observed`. */
	readonly observe?: 'report' | 'write';
	/** Runs it although its code imports what the sandbox does not have; calling that throws. */
	readonly anyway?: boolean;
};

export type RunResult = {
	readonly plugin: string;
	readonly version: string;
	readonly task: string;
	readonly level: Level;
	/** It ran outside of the isolate; left out for inside. */
	readonly runtime?: 'native';
	readonly output: unknown;
	readonly milliseconds: number;
	readonly peakMemoryBytes: number | null;
	/** Calls that were refused, with what would have granted each. */
	readonly denied: readonly { readonly permission: string; readonly count: number; readonly hint: string }[];
	/** Only of a watched run. */
	readonly observed?: ObservedPermissions;
	/** Only of a watched run: why it failed; what was seen until then counts all the same. */
	readonly failure?: EngineError;
};

export type TestRequest = {
	/** A folder that starts with `.` or `/`. */
	readonly target: string;
	/** Parts of paths: only files that hold one of them; none for all. */
	readonly only: readonly string[];
};

export type TestReport = {
	readonly plugin: string;
	readonly version: string;
	readonly files: readonly {
		/** Relative to the folder. */
		readonly file: string;
		/** Why the file as a whole could not be run; null when it could. */
		readonly problem: string | null;
		readonly tests: readonly TestedCase[];
	}[];
	readonly passed: number;
	readonly failed: number;
	readonly skipped: number;
};

export type TestedCase = {
	/** With the names of its suites in front. */
	readonly name: string;
	readonly state: 'passed' | 'failed' | 'skipped' | 'todo';
	readonly message: string | null;
	readonly milliseconds: number;
};

export type DevelopRequest = RunRequest & {
	/** Called after each run, the first included; the next begins when a file of the folder changes. */
	readonly onRound: (round: DevelopRound) => void;
};

export type DevelopRound = {
	/** Counts from 1. */
	readonly number: number;
	/** Paths in the folder that changed; empty for the first. */
	readonly changed: readonly string[];
	readonly result: RunResult | null;
	/** Why there is no result. */
	readonly failure: EngineError | null;
};
