import { EngineError } from '../../errors.ts';
import type { InstanceId, Lock, LockPackage } from '../../lock.ts';

/** `name@version`: one artefact, whatever number of peer contexts it lives in. */
export function idOf({ name, version }: { readonly name: string; readonly version: string }): string {
	return `${name}@${version}`;
}

/** Each `name@version` of a lock once, whatever number of peer contexts it lives in. */
export function uniquePackages(lock: Lock): readonly LockPackage[] {
	return [...new Map(Object.values(lock.packages).map((locked) => [idOf(locked), locked])).values()];
}

export function idOfInstance(
	lock: { readonly packages: Readonly<Record<InstanceId, { readonly name: string; readonly version: string }>> },
	instance: string,
): string {
	const locked = lock.packages[instance];
	if (locked === undefined) {
		throw new EngineError('home-damaged', `The lock names ${instance}, but does not list it.`, {
			hint: 'Go back to a whole state: plugward rollback',
		});
	}

	return idOf(locked);
}

/** The instance and everything it reaches, in breadth-first order; each once. */
export function closureOf(lock: Lock, instance: InstanceId): readonly InstanceId[] {
	const seen = new Set<InstanceId>([instance]);
	for (const id of seen) {
		for (const target of Object.values(lock.packages[id]?.dependencies ?? {})) {
			seen.add(target);
		}
	}

	return [...seen];
}

/** The lock without some roots and what only they needed. */
export function withoutRoots(lock: Lock, names: ReadonlySet<string>): Lock {
	const roots = Object.entries(lock.roots).filter(([name]) => !names.has(name));
	const kept = new Set(roots.flatMap(([, { instance }]) => closureOf(lock, instance)));
	const packages = Object.entries(lock.packages).filter(([id]) => kept.has(id));
	return { format: 1, roots: Object.fromEntries(roots), packages: Object.fromEntries(packages) };
}
