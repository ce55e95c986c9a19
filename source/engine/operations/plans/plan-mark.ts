import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Generation } from '../../home/index.ts';
import type { Lock, LockRoot } from '../../lock.ts';
import type { Plan, PlanMark, PlanSettings } from '../../plan.ts';
import type { EngineContext } from '../engine-context.ts';
import { planOfLock } from './plan-of-lock.ts';
import { requireInstalled } from '../apply/require-installed.ts';

type MarkRequest = { readonly mark: PlanMark; readonly names: readonly string[] };

/** Plans to pin, hold or disable plugins, or to take that back. No version changes, so no registry is asked. */
export async function planMark(context: EngineContext, { mark, names }: MarkRequest, options: CallOptions): Promise<Plan> {
	if (names.length === 0) {
		throw new EngineError('usage', `Nothing was named to ${mark}.`, { hint: `For example: plugward ${mark} prettier` });
	}

	const base = await context.home.current();
	requireInstalled(base, names);
	const lock = lockWith(base.lock, { mark, names });
	const plan = await planOfLock(context, { kind: mark, command: `${mark} ${names.join(' ')}`, base, lock }, options);
	return { ...plan, settings: settingsWith(base, { mark, names }) };
}

function settingsWith({ settings: { held, disabled } }: Generation, { mark, names }: MarkRequest): PlanSettings {
	switch (mark) {
		case 'pin':
		case 'unpin':
			return { held, disabled };
		case 'hold':
			return { held: withNames(held, names), disabled };
		case 'unhold':
			return { held: withoutNames(held, names), disabled };
		case 'disable':
			return { held, disabled: withNames(disabled, names) };
		case 'enable':
			return { held, disabled: withoutNames(disabled, names) };
	}
}

function lockWith(lock: Lock, { mark, names }: MarkRequest): Lock {
	if (mark !== 'pin' && mark !== 'unpin') {
		return lock;
	}

	const roots = Object.entries(lock.roots).map(([name, root]): [string, LockRoot] => [
		name,
		names.includes(name) ? { ...root, spec: specOf(lock, { root, prefix: mark === 'pin' ? '' : '^' }) } : root,
	]);
	return { ...lock, roots: Object.fromEntries(roots) };
}

/** The installed version itself or its range; an alias keeps the name it stands for. */
function specOf(lock: Lock, { root, prefix }: { readonly root: LockRoot; readonly prefix: string }): string {
	const version = `${prefix}${lock.packages[root.instance]?.version ?? root.spec}`;
	const alias = /^npm:(@?[^@]+)/.exec(root.spec);
	return alias === null ? version : `npm:${alias[1]}@${version}`;
}

export function withNames(list: readonly string[], names: readonly string[]): readonly string[] {
	return [...new Set([...list, ...names])].toSorted();
}

export function withoutNames(list: readonly string[], names: readonly string[]): readonly string[] {
	return list.filter((name) => !names.includes(name));
}
