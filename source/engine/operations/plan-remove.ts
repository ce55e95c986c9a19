import { EngineError } from '../errors.ts';
import type { CallOptions } from '../events.ts';
import type { Lock } from '../lock.ts';
import type { Plan } from '../plan.ts';
import { assess } from './assess.ts';
import type { EngineContext } from './engine-context.ts';
import { closureOf } from './lock-queries.ts';
import { requireInstalled } from './plan-update.ts';

/** Plans to take roots away together with what only they needed. Needs no registry. */
export async function planRemove(context: EngineContext, names: readonly string[], options: CallOptions): Promise<Plan> {
	if (names.length === 0) {
		throw new EngineError('usage', 'Nothing was named to remove.', { hint: 'For example: plugward remove prettier' });
	}

	const base = await context.home.current();
	requireInstalled(base, names);
	const lock = withoutRoots(base.lock, new Set(names));
	return {
		kind: 'remove',
		command: `remove ${names.join(' ')}`,
		baseGeneration: base.number,
		targetGeneration: null,
		...(await assess(context, { base, lock, named: new Set(), asksRegistry: false }, options)),
		fetchedBytes: 0,
		fetchedCount: 0,
		lock,
	};
}

function withoutRoots(lock: Lock, names: ReadonlySet<string>): Lock {
	const roots = Object.entries(lock.roots).filter(([name]) => !names.has(name));
	const kept = new Set(roots.flatMap(([, { instance }]) => closureOf(lock, instance)));
	const packages = Object.entries(lock.packages).filter(([id]) => kept.has(id));
	return { format: 1, roots: Object.fromEntries(roots), packages: Object.fromEntries(packages) };
}
