import type { ArtefactEvidence, Level } from './evidence.ts';

/** What is kept to be faster, and what it takes. */
export type CacheInfo = {
	readonly metadataBytes: number;
	readonly storeBytes: number;
	/** Packages in the content store, of all generations. */
	readonly packageCount: number;
	readonly bundleCount: number;
};

export type CacheVerification = {
	readonly packagesChecked: number;
	readonly findings: readonly VerifyFinding[];
};

/** One thing that must be right for plugward to work. */
export type DoctorCheck = {
	readonly id: string;
	readonly state: 'ok' | 'warn' | 'fail';
	/** What was found, in one sentence. */
	readonly text: string;
	/** What to do about it; null when there is nothing to do. */
	readonly fix: string | null;
};

export type DoctorReport = {
	readonly checks: readonly DoctorCheck[];
	/** One sentence for each thing that was put right. */
	readonly fixed: readonly string[];
};

export type VerifyFinding = {
	readonly id: string;
	readonly problem: 'changed' | 'missing' | 'extra' | 'evidence-invalid' | 'revoked';
	/** Path inside the package, or null when the whole entry is concerned. */
	readonly path: string | null;
	readonly text: string;
};

export type VerifyReport = {
	readonly generation: number;
	readonly packagesChecked: number;
	readonly filesChecked: number;
	readonly bytesChecked: number;
	readonly findings: readonly VerifyFinding[];
	/** Ids of what was fetched again; empty unless a repair was asked for. */
	readonly repaired: readonly string[];
	readonly packages: readonly { readonly id: string; readonly level: Level; readonly evidence: ArtefactEvidence['evidence'] }[];
};

export type ExportedTree = {
	/** Absolute path of the node_modules folder. */
	readonly folder: string;
	readonly generation: number;
	/** Package folders made; one package has several where versions collide. All counts are 0 when nothing had to be done. */
	readonly folders: number;
	readonly linkedFiles: number;
	readonly copiedFiles: number;
	readonly unchanged: boolean;
};

export type HomeExportRequest = {
	/** The archive to make; it must not exist. A relative path starts at `cwd`. */
	readonly file: string;
	/** Null: the current one. */
	readonly generation: number | null;
	/** With every other generation of the profile. */
	readonly all: boolean;
};

export type ExportedHome = {
	/** Absolute path of the archive. */
	readonly file: string;
	/** The one an import takes when none is named. */
	readonly generation: number;
	readonly generations: readonly number[];
	readonly packageCount: number;
	/** Packages about which the registry had nothing to say, or could not be asked. */
	readonly withoutProof: number;
	readonly bytes: number;
	/** sha512 of the archive, to compare it after its way. */
	readonly integrity: string;
};
