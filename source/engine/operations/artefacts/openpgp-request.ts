import { readFile } from 'node:fs/promises';
import { EngineError } from '../../errors.ts';
import type { IndexedManifest } from '../../resolver/index.ts';
import { type CollectRequest, matchesAny } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';

type OpenpgpRequest = NonNullable<CollectRequest['openpgp']>;
type Packed = Pick<OpenpgpRequest, 'readPacked'>;

/** What to check where the policy names OpenPGP keys for this package; null for every other, which is asked for nothing more. */
export async function openpgpRequest(
	context: EngineContext,
	{ manifest, readPacked }: Packed & { readonly manifest: IndexedManifest },
	signal: AbortSignal,
): Promise<OpenpgpRequest | null> {
	const rings = context.policy.openpgp.filter(({ names }) => matchesAny(names, manifest.name));
	if (rings.length === 0) {
		return null;
	}

	const keys = await Promise.all(rings.map(async ({ keys: path }) => readKeyFile(path)));
	const signature = await context.registry.detachedSignature(manifest, { signal });
	const othersSigned = signature === null && (await isOtherSigned(context, manifest, signal));
	return { keys: keys.join('\n'), signature, othersSigned, readPacked };
}

/** True where the policy names OpenPGP keys for this package. */
export function hasOpenpgpKeys({ policy }: EngineContext, name: string): boolean {
	return policy.openpgp.some(({ names }) => matchesAny(names, name));
}

/** Looks at the newest other version only: one that shows that this registry serves such signatures is enough. */
async function isOtherSigned({ registry }: EngineContext, { name, version }: IndexedManifest, signal: AbortSignal): Promise<boolean> {
	const answer = (await registry.metadata.load([name], { signal })).get(name);
	if (answer?.type !== 'found') {
		return false;
	}

	const { index } = answer;
	const newest = Array.from({ length: index.versionCount }, (_, i) => index.versionCount - 1 - i).find(
		(i) => index.versionText(i) !== version,
	);
	return newest !== undefined && (await registry.detachedSignature(index.manifest(newest), { signal })) !== null;
}

async function readKeyFile(path: string): Promise<string> {
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		throw new EngineError('settings-invalid', `The key file ${path}, which "openpgp" in the trust policy names, cannot be read.`, {
			hint: 'Correct the path, or write the keys there: gpg --armor --export KEY',
			cause: error,
		});
	}
}
