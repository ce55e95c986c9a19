import type { SourceIdentity, Verdict } from '../../evidence.ts';
import type { Receipt } from '../../home/index.ts';
import type { LockPackage } from '../../lock.ts';
import type { PluginManifest } from '../../manifest.ts';
import type { RegistryFacts } from '../versions/package-facts.ts';

/** One artefact of the lock with everything known about it. */
export type AssessedPackage = {
	readonly locked: LockPackage;
	readonly receipt: Receipt;
	readonly facts: RegistryFacts;
	/** As its own package.json states it; empty when that states none. */
	readonly licence: string;
	readonly ageHours: number | null;
	readonly verdict: Verdict;
	/** The receipt of the version in the base generation that this one is compared with. */
	readonly previous: Receipt | null;
	/** Who built the last approved version whose builder was proven. */
	readonly identityPin: SourceIdentity | null;
	/** The receipt of the plugin that holds the grants now, of whatever line. */
	readonly granted: Receipt | null;
	readonly isNew: boolean;
	/** Null for a plain package and for everything that is no root. */
	readonly manifest: PluginManifest | null;
};

/** Who built an artefact, when that was proven. */
export function identityIn(receipt: Pick<Receipt, 'evidence'> | null): SourceIdentity | null {
	return receipt?.evidence.find(({ kind, state }) => kind === 'provenance' && state === 'verified')?.identity ?? null;
}
