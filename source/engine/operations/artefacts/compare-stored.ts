import { EngineError } from '../../errors.ts';
import type { Receipt } from '../../home/index.ts';
import type { Lock, LockPackage } from '../../lock.ts';
import type { ResolvedPackage } from '../../resolver/index.ts';
import { manifestFault } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';
import { runConcurrently } from '../run-concurrently.ts';

const CONCURRENT_READS = 16;

export type StoredPackage = { readonly resolved: ResolvedPackage; readonly receipt: Receipt };

/**
 * Holds what the registry tells of packages against what lies in the content store. They were held against each other when they came in,
 * but a registry may tell something else by now: other dependencies, or that a new version is the bytes of an old one. What stands in
 * `base` with the same edges was compared before it got there. Throws `evidence-invalid`.
 */
export async function compareStored(context: EngineContext, stored: readonly StoredPackage[], base: Lock | undefined): Promise<void> {
	stored.forEach(({ resolved, receipt }) => requireSameName(resolved, receipt));
	const changed = stored.filter(({ resolved, receipt }) => !hasSameEdges(base?.packages[resolved.id], { resolved, receipt }));
	await runConcurrently(changed, CONCURRENT_READS, async ({ resolved, receipt }) => {
		const packageJson = await context.home.store.readPackageJson(receipt.integrity);
		const fault = manifestFault({ ...resolved, packageJson, registryManifest: resolved.manifest });
		if (fault !== null) {
			throw new EngineError('evidence-invalid', `${idOf(resolved)} is refused: ${fault.reason}`, {
				hint: 'The registry tells something else than what it served before; try another version or ask its publisher.',
				details: [fault],
			});
		}
	});
}

/** Throws `evidence-invalid` when the bytes that a lock names are known as another package or version. */
export function requireSameName(named: Pick<LockPackage, 'name' | 'version'>, receipt: Receipt): void {
	if (named.name !== receipt.name || named.version !== receipt.version) {
		throw new EngineError('evidence-invalid', `${idOf(named)} is refused: its sha512 is that of ${idOf(receipt)}.`, {
			hint: 'The registry or the lock gives the bytes of one version another name; try another version or ask its publisher.',
			details: [{ kind: 'integrity', state: 'invalid', code: 'manifest-mismatch', id: idOf(named), storedAs: idOf(receipt) }],
		});
	}
}

function hasSameEdges(locked: LockPackage | undefined, { resolved, receipt }: StoredPackage): boolean {
	if (locked === undefined || locked.integrity !== receipt.integrity) {
		return false;
	}

	const before = Object.entries(locked.dependencies);
	return (
		before.length === Object.keys(resolved.dependencies).length &&
		before.every(([name, instance]) => resolved.dependencies[name] === instance)
	);
}
