import type { ScanDifference } from './evaluation.ts';
import type { Evidence, Level, SourceIdentity } from './evidence.ts';
import type { CallOptions } from './events.ts';
import type { Permission, PermissionId } from './permission.ts';

/** Why nobody is shown the lines of a file. */
export type UnreadableReason = 'binary' | 'minified' | 'too-large';

export type FileChange = {
	/** Relative to the package root. */
	readonly path: string;
	readonly type: 'added' | 'removed' | 'changed';
	/** 0 on the side where it is not there. */
	readonly fromBytes: number;
	readonly toBytes: number;
	/** Null for a file whose lines are not compared. */
	readonly addedLines: number | null;
	readonly removedLines: number | null;
	/** Null when its lines can be shown. */
	readonly unreadable: UnreadableReason | null;
};

export type DiffLine = { readonly type: 'same' | 'added' | 'removed'; readonly text: string };

/** A run of changes with what stands around it. Line numbers start at 1. */
export type Hunk = { readonly fromLine: number; readonly toLine: number; readonly lines: readonly DiffLine[] };

export type FileDifference = {
	readonly name: string;
	readonly from: string;
	readonly to: string;
	readonly file: FileChange;
	/** Empty when the file is not shown. */
	readonly hunks: readonly Hunk[];
};

/** One version's part of a changelog. */
export type ChangelogSection = { readonly version: string; readonly lines: readonly string[] };

export type Changelog = {
	/** Its file in the package; null when the package ships none. */
	readonly file: string | null;
	/** Of the versions after the installed one, up to the new one, newest first. Empty when the file names none of them. */
	readonly sections: readonly ChangelogSection[];
};

/** What code of one version was proven to be, and what it asks for. */
export type ReviewedVersion = {
	readonly version: string;
	/** ISO time or null. */
	readonly publishedAt: string | null;
	readonly publisher: string | null;
	readonly level: Level;
	readonly evidence: readonly Evidence[];
	readonly identity: SourceIdentity | null;
	/** Null for a plain package. */
	readonly permissions: readonly Permission[] | null;
	readonly fileCount: number;
	readonly unpackedBytes: number;
	readonly packedBytes: number;
	readonly licence: string | null;
};

export type ReviewedScript = {
	readonly name: string;
	/** Null where it is not there. */
	readonly from: string | null;
	readonly to: string | null;
	/** npm would run it when installing; plugward never does. */
	readonly runsOnInstall: boolean;
};

export type ReviewedDependency = {
	readonly name: string;
	readonly kind: 'dependency' | 'optional' | 'peer';
	/** The range; null where it is not there. */
	readonly from: string | null;
	readonly to: string | null;
};

/** Something that an update makes worse for who trusts the version before. */
export type Widening = {
	readonly code: 'permission' | 'level' | 'builder' | 'evidence' | 'install-script' | 'capability' | 'publisher';
	/** One sentence with the two values. */
	readonly text: string;
	/** Worth a typed confirmation: rights are widened, or trust is lost. */
	readonly isGrave: boolean;
};

/** One update as a person reviews it. The new version is fetched and proven, and nothing is installed. */
export type UpdateReview = {
	/** What it is installed as. */
	readonly name: string;
	readonly spec: string;
	readonly from: ReviewedVersion;
	readonly to: ReviewedVersion;
	readonly changelog: Changelog;
	/** Those that differ, sorted by path. */
	readonly files: readonly FileChange[];
	readonly unchangedFiles: number;
	readonly permissions: {
		readonly added: readonly PermissionId[];
		readonly removed: readonly PermissionId[];
		readonly kept: readonly PermissionId[];
	};
	readonly scripts: readonly ReviewedScript[];
	readonly dependencies: readonly ReviewedDependency[];
	/** What the code starts and stops being able to do. */
	readonly capabilities: ScanDifference;
	/** Grave ones first. */
	readonly widenings: readonly Widening[];
};

export type ReviewRequestOfUpdate = {
	/** An installed plugin. */
	readonly name: string;
	/** The version to look at, or a range or tag that names one; null for the one that an update would bring. */
	readonly to: string | null;
};

export type UpdateCalls = {
	/** Fetches and proves the new version, and tells what differs. Throws `not-installed`, `no-matching-version`, and what fetching throws. */
	readonly review: (request: ReviewRequestOfUpdate, options: CallOptions) => Promise<UpdateReview>;
	/** What differs in one file. Throws `usage` for a file that is in neither version. */
	readonly file: (request: ReviewRequestOfUpdate & { readonly path: string }, options: CallOptions) => Promise<FileDifference>;
};
