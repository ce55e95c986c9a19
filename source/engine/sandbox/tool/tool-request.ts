import type { PluginLimits } from '../../manifest.ts';
import type { Permission } from '../../permission.ts';
import type { AuditEvent } from '../audit.ts';
import type { PackageFiles } from '../package-files.ts';
import type { SandboxRules } from '../sandbox-rules.ts';
import type { DeniedCalls } from '../run-request.ts';

/** What a program wants to know of a stream before it writes to it. */
export type StreamFacts = {
	readonly isTTY: boolean;
	readonly columns: number;
	readonly rows: number;
	/** Bits: 1, 4, 8 or 24. */ readonly colourDepth: number;
};

/** The three streams of a tool, wherever they lead. */
export type ToolStreams = {
	readonly stdin: StreamFacts;
	readonly stdout: StreamFacts;
	readonly stderr: StreamFacts;
	/** The next bytes of standard input; null at its end. Asked only when the tool wants them. */
	readonly read: (options: { readonly signal: AbortSignal }) => Promise<Uint8Array | null>;
	/** Resolves when they are written; false when nobody reads them any more. */
	readonly write: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<boolean>;
};

export type RunToolRequest = {
	/** Name and version of the package whose `bin` runs. */
	readonly plugin: string;
	readonly version: string;
	/** Name of the `bin`. */
	readonly bin: string;
	/** `Bundle.code` and `Bundle.map` of a bundle with the target `tool`. */
	readonly code: string;
	readonly map: string;
	/** What `process.argv[1]` says. */
	readonly program: string;
	readonly arguments: readonly string[];
	/** A script like `code` that starts with another file of the closure: for an `import()` that could not be known before. */
	readonly bundleMore: (name: string, path: string) => Promise<{ readonly code: string; readonly map: string }>;
	/** What of the packages' own files it may read without a grant. */
	readonly files: PackageFiles;
	readonly streams: ToolStreams;
	readonly grants: readonly Permission[];
	readonly limits: PluginLimits;
	readonly roots: { readonly project: string; readonly data: string | null };
	readonly forbiddenPaths: readonly string[];
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly audit: (event: AuditEvent) => void;
	/** How its host is started; left out for the usual way. */
	readonly rules?: SandboxRules;
	readonly onStart?: (started: { readonly pid: number }) => void;
	readonly signal: AbortSignal;
};

export type RunToolResult = {
	/** 0 to 255, as the tool chose; 141 when nobody read its output any more. */
	readonly exitCode: number;
	/** What it called and the sandbox does not have, in its own words, when that is what ended it; null otherwise. */
	readonly lacked: string | null;
	readonly milliseconds: number;
	readonly peakMemoryBytes: number | null;
	readonly denied: readonly DeniedCalls[];
};
