import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Generation } from '../../home/index.ts';
import type { Plan } from '../../plan.ts';
import type { EngineContext } from '../engine-context.ts';
import { withoutRoots } from '../locks/lock-queries.ts';
import type { RequestedRoot } from '../versions/parse-spec.ts';
import { planTree, type TreePlanRequest } from './plan-install.ts';
import { requireInstalled } from '../apply/require-installed.ts';
import { flagsOf } from '../versions/resolve-rules.ts';
import type { ResolveChoices } from '../../version-questions.ts';

/** Plans newer versions within what was asked for, or of everything newest with `toLatest`. No names: all roots. */
export async function planUpdate(
	context: EngineContext,
	names: readonly string[],
	options: CallOptions & ResolveChoices & { readonly toLatest: boolean },
): Promise<Plan> {
	const base = await context.home.current();
	requireInstalled(base, names);
	refuseHeld(base, names);
	const flags = `${options.toLatest ? ' --latest' : ''}${flagsOf(options)}`;
	return planTree(
		context,
		{
			kind: 'update',
			command: `update${names.length > 0 ? ` ${names.join(' ')}` : ''}${flags}`,
			base,
			choices: options,
			...updateOf(base, { names, toLatest: options.toLatest }),
		},
		options,
	);
}

/** What an update of these roots asks anew; no names: of all that are not held. */
export function updateOf(
	base: Generation,
	{ names, toLatest }: { readonly names: readonly string[]; readonly toLatest: boolean },
): Pick<TreePlanRequest, 'asked' | 'unlocked' | 'preferred'> {
	const held = new Set(base.settings.held);
	const updated = names.length > 0 ? names : Object.keys(base.lock.roots).filter((name) => !held.has(name));
	return {
		asked: updated.map((name) => askedAgain(base, { name, toLatest })),
		unlocked: names.length > 0 || held.size > 0 ? updated : 'all',
		// What runs below a held plugin stays as it is too; everything else is free.
		...(names.length === 0 && held.size > 0 ? { preferred: withoutRoots(base.lock, new Set(updated)) } : {}),
	};
}

/** Throws `policy-refused` for a plugin that updates are to leave alone. */
function refuseHeld({ settings }: Generation, names: readonly string[]): void {
	const held = names.find((name) => settings.held.includes(name));
	if (held !== undefined) {
		throw new EngineError('policy-refused', `${held} is held; updates leave it alone.`, {
			hint: `Let it move again: plugward unhold ${held}`,
		});
	}
}

function askedAgain(base: Generation, { name, toLatest }: { readonly name: string; readonly toLatest: boolean }): RequestedRoot {
	const spec = base.lock.roots[name]?.spec ?? '*';
	if (!toLatest) {
		return { name, spec, isBare: false };
	}

	const alias = /^npm:(@?[^@]+)/.exec(spec);
	return alias === null ? { name, spec: '*', isBare: true } : { name, spec: `npm:${alias[1]}@latest`, isBare: false };
}
