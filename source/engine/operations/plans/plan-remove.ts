import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Plan } from '../../plan.ts';
import type { EngineContext } from '../engine-context.ts';
import { withoutRoots } from '../locks/lock-queries.ts';
import { planOfLock } from './plan-of-lock.ts';
import { requireInstalled } from '../apply/require-installed.ts';

/** Plans to take roots away together with what only they needed. Needs no registry. */
export async function planRemove(context: EngineContext, names: readonly string[], options: CallOptions): Promise<Plan> {
	if (names.length === 0) {
		throw new EngineError('usage', 'Nothing was named to remove.', { hint: 'For example: plugward remove prettier' });
	}

	const base = await context.home.current();
	requireInstalled(base, names);
	const lock = withoutRoots(base.lock, new Set(names));
	return planOfLock(context, { kind: 'remove', command: `remove ${names.join(' ')}`, base, lock }, options);
}
