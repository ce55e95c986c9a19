import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Generation } from '../../home/index.ts';
import type { Lock, LockRoot } from '../../lock.ts';
import type { Plan, PlanSettings } from '../../plan.ts';
import { changedGrants, difference } from '../answers/diff.ts';
import type { EngineContext } from '../engine-context.ts';
import type { RequestedRoot } from '../versions/parse-spec.ts';
import { planTree } from './plan-install.ts';
import { parseOverride, selectorOf } from '../versions/override-text.ts';
import { withNames, withoutNames } from './plan-mark.ts';
import type { RuleChoices } from '../versions/resolve-rules.ts';

/**
 * Plans to take back what one generation changed, and only that, solved again on top of the current one: plugins it added go, those it
 * removed or moved come back as they were, rights and marks it gave end. What was changed again since stays, and a notice says so.
 */
export async function planUndo(context: EngineContext, number: number | null, options: CallOptions): Promise<Plan> {
	const base = await context.home.current();
	const undone = number === null ? base : await context.home.generation(number);
	if (undone.number === 0) {
		throw new EngineError('generation-not-found', 'Nothing was installed yet, so there is nothing to take back.', {
			hint: 'See what there is: plugward history',
		});
	}

	const before = await context.home.generation(undone.meta.base);
	const { asked, removed, specs, kept } = rootsBack({ before: before.lock, after: undone.lock, now: base.lock });
	const plan = await planTree(
		context,
		{
			kind: 'undo',
			command: `undo ${undone.number}`,
			base,
			asked,
			unlocked: asked.map(({ name }) => name),
			removed: new Set(removed),
			specs,
			choices: overridesBack({ before, after: undone, now: base }),
		},
		options,
	);
	const notices = kept.map((name) => ({
		severity: 'warning' as const,
		text: `${name} was changed again after generation ${undone.number}, so it stays as it is.`,
	}));
	return {
		...plan,
		notices: [...notices, ...plan.notices],
		settings: {
			...settingsBack({ before, after: undone, now: base }, plan.lock),
			overrides: plan.settings?.overrides ?? base.settings.overrides,
		},
		withdrawn: changedGrants(before, undone).added,
	};
}

type Locks = { readonly before: Lock; readonly after: Lock; readonly now: Lock };

type RootsBack = {
	/** To be solved for at the very version they had. */
	readonly asked: readonly RequestedRoot[];
	readonly removed: readonly string[];
	/** What they were asked for by. */
	readonly specs: ReadonlyMap<string, string>;
	readonly kept: readonly string[];
};

function rootsBack({ before, after, now }: Locks): RootsBack {
	const asked: RequestedRoot[] = [];
	const removed: string[] = [];
	const kept: string[] = [];
	const specs = new Map<string, string>();
	for (const name of new Set([...Object.keys(before.roots), ...Object.keys(after.roots)])) {
		const old = describe(before, name);
		if (old === describe(after, name) || old === describe(now, name)) {
			continue;
		}

		const root = before.roots[name];
		if (describe(now, name) !== describe(after, name)) {
			kept.push(name);
		} else if (root === undefined) {
			removed.push(name);
		} else {
			asked.push({ name, spec: exactSpec(before, root), isBare: false });
			specs.set(name, root.spec);
		}
	}

	return { asked, removed, specs, kept };
}

/** Equal texts mean an equal root: the same version, asked for in the same way. Null when there is none. */
function describe(lock: Lock, name: string): string | null {
	const root = lock.roots[name];
	return root === undefined ? null : `${root.spec} ${lock.packages[root.instance]?.version ?? ''}`;
}

function exactSpec(lock: Lock, { spec, instance }: LockRoot): string {
	const version = lock.packages[instance]?.version ?? spec;
	const alias = /^npm:(@?[^@]+)/.exec(spec);
	return alias === null ? version : `npm:${alias[1]}@${version}`;
}

type Generations = { readonly before: Generation; readonly after: Generation; readonly now: Generation };

/** An override that was changed again since stays. */
function overridesBack({ before, after, now }: Generations): RuleChoices {
	const { added, removed } = difference(before.settings.overrides, after.settings.overrides);
	const going = now.settings.overrides.filter((text) => added.includes(text));
	const staying = now.settings.overrides.filter((text) => !added.includes(text)).map((text) => selectorOf(parseOverride(text)));
	return {
		droppedOverrides: going.map((text) => selectorOf(parseOverride(text))),
		overrides: removed.filter((text) => !staying.includes(selectorOf(parseOverride(text)))),
	};
}

function settingsBack({ before, after, now }: Generations, lock: Lock): PlanSettings {
	const back = (mark: 'held' | 'disabled'): readonly string[] => {
		const { added, removed } = difference(before.settings[mark], after.settings[mark]);
		return withNames(withoutNames(now.settings[mark], added), removed).filter((name) => lock.roots[name] !== undefined);
	};
	return { held: back('held'), disabled: back('disabled') };
}
