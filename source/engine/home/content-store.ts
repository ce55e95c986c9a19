import type { Readable } from 'node:stream';
import type { Evidence } from '../evidence.ts';
import type { Integrity } from '../integrity.ts';
import type { Receipt } from './receipt.ts';

export type AddRequest = {
	readonly name: string;
	readonly version: string;
	readonly expected: {
		/** The sha512, when the registry gave one. */
		readonly integrity: Integrity | null;
		/** Lower-case hex of the sha1; used only when no sha512 is known. */
		readonly shasum: string | null;
	};
	readonly open: (signal: AbortSignal) => Promise<{ readonly stream: Readable; readonly totalBytes: number | null }>;
	/** Called after the integrity and the header scan and before the first byte is unpacked; throws to refuse. */
	readonly judge: (artefact: {
		readonly integrity: Integrity;
		readonly packageJson: unknown;
		readonly packedBytes: number;
		/** The archive as it came. */
		readonly readPacked: () => Promise<Uint8Array>;
	}) => Promise<readonly Evidence[]>;
	/** True when `judge` reads the packed bytes, which are then kept until it answered. */
	readonly readsPacked?: boolean;
	/** Called when another process fetches the same, and it is waited for. */
	readonly onWaiting?: () => void;
	/** Fetches it also when it is there, for `replaceEntries`: what is there is damaged. */
	readonly replaces?: boolean;
	readonly signal: AbortSignal;
	readonly onProgress: (receivedBytes: number, totalBytes: number | null, finished: boolean) => void;
};

export type EntryFinding = {
	readonly problem: 'changed' | 'missing' | 'extra';
	/** Relative to the package root; null when the whole entry is concerned. */
	readonly path: string | null;
	readonly text: string;
};

export type EntryReport = {
	readonly filesChecked: number;
	readonly bytesChecked: number;
	readonly findings: readonly EntryFinding[];
};

/** Unpacked packages and their tarballs, addressed by the sha512 of the tarball, written once. */
export type ContentStore = {
	/** Null when the artefact is neither durable here nor added by this process. Throws `home-damaged` for an unreadable receipt. */
	readonly receipt: (integrity: Integrity) => Promise<Receipt | null>;
	/**
	 * Fetches, checks, scans, judges and unpacks one artefact into the staging folder of this process; `commit` makes it durable.
	 * Concurrent calls for the same artefact share one transfer, also in other processes. Throws `integrity-mismatch`, `tarball-truncated`, `archive-refused`,
	 * `disk-full`, and whatever `open` and `judge` throw; nothing is left behind.
	 */
	readonly add: (request: AddRequest) => Promise<Receipt>;
	/** Replaces what is recorded as proven. */
	readonly updateEvidence: (integrity: Integrity, evidence: readonly Evidence[]) => Promise<void>;
	/** The unpacked folder. It moves when the artefact is committed: ask again after `commit`. */
	readonly treePath: (integrity: Integrity) => string;
	readonly readFile: (integrity: Integrity, path: string) => Promise<Uint8Array>;
	readonly readPackageJson: (integrity: Integrity) => Promise<unknown>;
	/** The same for whoever has just read the receipt. */
	readonly packageJsonOf: (receipt: Receipt) => Promise<unknown>;
	/** Re-hashes what is on disk against the receipt and the tarball's own digest. */
	readonly verifyEntry: (integrity: Integrity, options: { readonly signal: AbortSignal }) => Promise<EntryReport>;
	/** The other entries that hold one of these files of an entry too: equal files are one file on disk, so that they change together. */
	readonly sharing: (integrity: Integrity, paths: readonly string[]) => Promise<readonly Receipt[]>;
	/** Bytes of the whole store on disk, links counted once. */
	readonly sizeBytes: () => Promise<number>;
};
