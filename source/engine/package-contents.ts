import type { Evidence, Verdict } from './evidence.ts';
import type { CallOptions } from './events.ts';
import type { TaskDeclaration } from './manifest.ts';
import type { Permission } from './permission.ts';
import type { UnreadableReason } from './update-review.ts';

export type ContainedFile = {
	/** Relative to the package root. */
	readonly path: string;
	readonly bytes: number;
	readonly isExecutable: boolean;
};

/** What is in one version, read from bytes that were verified. */
export type PackageContents = {
	readonly type: 'verified';
	readonly name: string;
	readonly version: string;
	readonly isInstalled: boolean;
	/** Sorted by path. */
	readonly files: readonly ContainedFile[];
	readonly packedBytes: number;
	readonly unpackedBytes: number;
	/** Its own file, at most its first 256 kB; null when it has none. */
	readonly readme: { readonly path: string; readonly text: string; readonly isCut: boolean } | null;
	/** Null for a plain package. */
	readonly permissions: readonly Permission[] | null;
	readonly tasks: Readonly<Record<string, TaskDeclaration>> | null;
	readonly verdict: Verdict;
	readonly evidence: readonly Evidence[];
};

/** Its bytes are not here, so nobody can tell what is in it. */
export type UnfetchedPackage = { readonly type: 'not-fetched'; readonly name: string; readonly version: string };

export type ContainedText = {
	readonly name: string;
	readonly version: string;
	readonly path: string;
	readonly bytes: number;
	/** Null when nobody is shown its lines. */
	readonly text: string | null;
	readonly unreadable: UnreadableReason | null;
};

export type ContentCalls = {
	/**
	 * What is in a package: without a version in `spec` of the installed one, else of the one that the registry calls latest. With `fetch` it is
	 * fetched and proven when it is not here; nothing is installed. Throws `no-matching-version`, and what fetching throws.
	 */
	readonly list: (
		request: { readonly spec: string; readonly fetch: boolean },
		options: CallOptions,
	) => Promise<PackageContents | UnfetchedPackage>;
	/** One file of it, fetched and proven if need be. Throws `usage` for a file that it does not have. */
	readonly file: (request: { readonly spec: string; readonly path: string }, options: CallOptions) => Promise<ContainedText>;
};
