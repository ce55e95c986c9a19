import type { Lock, LockPackage } from '../../lock.ts';
import type { IndexedManifest } from '../../resolver/index.ts';
import { EngineError } from '../../errors.ts';
import type { EngineContext } from '../engine-context.ts';
import { timesNeeded } from './age.ts';

/** What registries say about one version, beyond what was proven. */
export type RegistryFacts = {
	readonly manifest: IndexedManifest | null;
	/** Epoch milliseconds. */
	readonly publishedAt: number | null;
	/** Where that is not told: epoch milliseconds after which nothing of this package was published, or null. */
	readonly changedAt: number | null;
};

export const UNKNOWN_FACTS: RegistryFacts = { manifest: null, publishedAt: null, changedAt: null };

/** Looks every package of a lock up in the metadata index: without network for what was resolved before. Times are told where an age is judged. */
export async function loadRegistryFacts(
	context: EngineContext,
	lock: Lock,
	{ signal }: { readonly signal: AbortSignal },
): Promise<(locked: LockPackage) => RegistryFacts> {
	const names = [...new Set(Object.values(lock.packages).map(({ name }) => name))];
	const answers = await context.registry.metadata.load(names, { signal, ...timesNeeded(context) }).catch((error: unknown) => {
		if (error instanceof EngineError && error.code === 'offline-missing') {
			// What a rollback or a removal shows does not depend on it; ages and deprecations are then not judged.
			return null;
		}

		throw error;
	});

	return ({ name, version }) => {
		const answer = answers?.get(name);
		if (answer?.type !== 'found') {
			return UNKNOWN_FACTS;
		}

		const i = answer.index.indexOfVersion(version);
		return i < 0
			? UNKNOWN_FACTS
			: { manifest: answer.index.manifest(i), publishedAt: answer.index.publishedAt(i), changedAt: answer.index.changedAt };
	};
}
