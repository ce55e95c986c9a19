import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Receipt } from '../../home/index.ts';
import type { LockPackage } from '../../lock.ts';
import type { EngineContext } from '../engine-context.ts';
import { fetchPackages } from './fetch-packages.ts';
import { idOf } from '../locks/lock-queries.ts';
import type { RegistryFacts } from '../versions/package-facts.ts';

export type Locked = Pick<LockPackage, 'name' | 'version' | 'integrity'>;

export type LockedFetch<T extends Locked> = {
	readonly packages: readonly T[];
	readonly factsOf: (locked: T) => RegistryFacts;
	/** Fetched also when it is there, since what is there is damaged. */
	readonly replaces: boolean;
};

/**
 * Fetches what a lock names, by the sha512 of the lock and no other, and proves it. Throws `offline-missing`, naming all of it,
 * `package-not-found` for what is gone.
 */
export async function fetchLocked<T extends Locked>(
	context: EngineContext,
	{ packages, factsOf, replaces }: LockedFetch<T>,
	options: CallOptions,
): Promise<readonly Receipt[]> {
	const requestOf = (one: T) => {
		const { manifest, publishedAt } = factsOf(one);
		if (manifest === null) {
			throw new EngineError('package-not-found', `The registry has no ${idOf(one)} any more, and the lock needs it.`, {
				hint: `Go back to a generation without it, or take another version: plugward install ${one.name}`,
			});
		}

		const { name, version, integrity } = one;
		// The lock is believed before the registry.
		return { name, version, manifest, publishedAt, expected: { integrity, shasum: null }, source: 'lock' as const, replaces };
	};
	return (await fetchPackages(context, { packages, requestOf }, options)).map(({ receipt }) => receipt);
}
