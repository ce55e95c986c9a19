import type { InstalledTree } from '../../package-answers.ts';
import type { Generation } from '../../home/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { closureOf } from '../locks/lock-queries.ts';

/** What hangs under an installed plugin, as the lock says it, with what each package takes on disk. */
export async function installedTree({ home }: EngineContext, { lock }: Generation, root: string): Promise<InstalledTree> {
	const packages = await Promise.all(
		closureOf(lock, root).flatMap((id) => {
			const locked = lock.packages[id];
			return locked === undefined
				? []
				: [
						home.store.receipt(locked.integrity).then((receipt) => ({
							id,
							name: locked.name,
							version: locked.version,
							bytes: receipt?.unpackedBytes ?? null,
							dependencies: Object.values(locked.dependencies),
						})),
					];
		}),
	);
	return { root, packages };
}
