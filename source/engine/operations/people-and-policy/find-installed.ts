import { EngineError } from '../../errors.ts';
import type { Generation, Receipt } from '../../home/index.ts';
import type { InstanceId, LockPackage } from '../../lock.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';

export type InstalledPackage = {
	readonly generation: Generation;
	readonly instance: InstanceId;
	readonly locked: LockPackage;
	readonly receipt: Receipt | null;
};

/** A package of the current generation by `name` or `name@version`; a plugin comes before a dependency of the same name. Throws `not-installed`. */
export async function findInstalled(context: EngineContext, spec: string): Promise<InstalledPackage> {
	const generation = await context.home.current();
	const { lock } = generation;
	const root = lock.roots[spec]?.instance;
	const instance = root ?? Object.keys(lock.packages).find((id) => matches(lock.packages[id], spec));
	const locked = instance === undefined ? undefined : lock.packages[instance];
	if (instance === undefined || locked === undefined) {
		throw new EngineError('not-installed', `${stripToLine(spec)} is not installed in generation ${generation.number}.`, {
			hint: 'See what is: plugward list',
		});
	}

	return { generation, instance, locked, receipt: await context.home.store.receipt(locked.integrity) };
}

function matches(locked: LockPackage | undefined, spec: string): boolean {
	return locked !== undefined && (locked.name === spec || idOf(locked) === spec);
}
