import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { InstanceId } from '../../lock.ts';
import type { ResolvedPackage } from '../../resolver/index.ts';
import type { EngineContext } from '../engine-context.ts';

/** One version as the registry tells it, alone: without what it depends on. Throws `no-matching-version`. */
export async function oneVersion(
	{ registry }: EngineContext,
	{ id, name, version }: { readonly id: InstanceId; readonly name: string; readonly version: string },
	options: CallOptions,
): Promise<ResolvedPackage> {
	const answer = (await registry.metadata.load([name], options)).get(name);
	const index = answer?.type === 'found' ? answer.index : null;
	const position = index?.indexOfVersion(version) ?? -1;
	if (index === null || position < 0) {
		throw new EngineError('no-matching-version', `There is no ${name}@${version}.`, {
			hint: `See its versions: plugward info ${name} --versions`,
		});
	}

	return {
		id,
		name,
		version,
		manifest: index.manifest(position),
		publishedAt: index.publishedAt(position),
		dependencies: {},
		peers: [],
		dropped: {},
		optional: false,
	};
}
