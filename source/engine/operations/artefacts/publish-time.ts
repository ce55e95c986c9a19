import type { IndexedManifest } from '../../resolver/index.ts';
import type { RegistryKey } from '../../registry/index.ts';
import { needsPublishTime } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';

/**
 * When a version was published, in epoch milliseconds, asked for where a proof depends on it: a signature by a key that has ended counts
 * only for what was published before. Null where nothing depends on it, or no registry tells.
 */
export async function publishTimeForProof(
	{ registry, clock, trustRoots }: EngineContext,
	{
		manifest: { name, version, signatures },
		publishedAt,
		keys,
	}: {
		readonly manifest: Pick<IndexedManifest, 'name' | 'version' | 'signatures'>;
		/** What is known already. */
		readonly publishedAt: number | null;
		readonly keys: readonly RegistryKey[] | null;
	},
	signal: AbortSignal,
): Promise<number | null> {
	if (publishedAt !== null || !needsPublishTime({ signatures, keys, roots: await trustRoots(), now: clock().getTime() })) {
		return publishedAt;
	}

	const answer = (await registry.metadata.load([name], { signal, timesAfter: Number.NEGATIVE_INFINITY })).get(name);
	const i = answer?.type === 'found' ? answer.index.indexOfVersion(version) : -1;
	return answer?.type === 'found' && i >= 0 ? answer.index.publishedAt(i) : null;
}
