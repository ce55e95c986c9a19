import { EngineError } from '../../errors.ts';
import type { Level } from '../../evidence.ts';
import { FIRST_GENERATION } from '../../home/index.ts';
import type { InstanceId, Lock, LockPackage } from '../../lock.ts';
import type { EngineContext } from '../engine-context.ts';
import { effectiveLevelOf } from '../running/effective-level.ts';

/** A tool's lock has one root. */
export function rootOfTool({ roots, packages }: Lock): LockPackage & { readonly instance: InstanceId } {
	const [root] = Object.values(roots);
	const locked = root === undefined ? undefined : packages[root.instance];
	if (root === undefined || locked === undefined) {
		throw new EngineError('plan-stale', 'The plan holds no tool.', { hint: 'Make the plan again.' });
	}

	return { ...locked, instance: root.instance };
}

/** The lowest of the tool and everything it reaches. */
export function toolLevel(context: EngineContext, lock: Lock): Promise<Level> {
	return effectiveLevelOf(context, { ...FIRST_GENERATION, lock }, rootOfTool(lock).instance);
}
