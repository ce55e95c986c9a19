import type { InstanceId } from '../../lock.ts';
import type { BundleInstance } from './bundle-request.ts';

/** Made up: what a package sees as the folder it lies in. Nothing is there; the guest's `fs` asks for the package's own files instead. */
const ROOT = '/plugward-package/node_modules';

/** One name per package of the closure: its own, and a number behind it where two versions share one. */
export function mountPackages(entry: InstanceId, instances: ReadonlyMap<InstanceId, BundleInstance>): ReadonlyMap<InstanceId, string> {
	const mounts = new Map<InstanceId, string>();
	const taken = new Set<string>();
	for (const id of [entry, ...[...instances.keys()].toSorted()]) {
		const name = instances.get(id)?.name;
		if (name === undefined || mounts.has(id)) {
			continue;
		}

		let mount = name;
		for (let number = 2; taken.has(mount); number += 1) {
			mount = `${name}~${number}`;
		}

		taken.add(mount);
		mounts.set(id, mount);
	}

	return mounts;
}

export function mountedPath(mount: string, path: string): string {
	return `${ROOT}/${mount}/${path}`;
}
