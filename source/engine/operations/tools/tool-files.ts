import type { InstanceId, Lock } from '../../lock.ts';
import type { PackageFile, PackageFiles } from '../../sandbox/index.ts';
import type { EngineContext } from '../engine-context.ts';

/** The published files of a closure, read from the content store and held against their digests each time. */
export function packageFiles(
	context: EngineContext,
	{ lock, mounts }: { readonly lock: Lock; readonly mounts: Readonly<Record<string, InstanceId>> },
): PackageFiles {
	const { store } = context.home;
	const lockedOf = (name: string) => (Object.hasOwn(mounts, name) ? lock.packages[mounts[name] ?? ''] : undefined);
	// A tool looks for many files; a receipt is read once.
	const lists = new Map<string, Promise<readonly PackageFile[]>>();
	const listOf = async (name: string): Promise<readonly PackageFile[]> => {
		const locked = lockedOf(name);
		const receipt = locked === undefined ? null : await store.receipt(locked.integrity);
		return (receipt?.files ?? []).map(({ path, size }) => ({ path, sizeBytes: size }));
	};
	return {
		names: Object.keys(mounts),
		list: async (name) => {
			const known = lists.get(name) ?? listOf(name);
			lists.set(name, known);
			return known;
		},
		read: async (name, path) => {
			const locked = lockedOf(name);
			return locked === undefined ? new Uint8Array(0) : store.readFile(locked.integrity, path);
		},
	};
}
