import { EngineError } from '../../errors.ts';
import { type CallOptions, runStep } from '../../events.ts';
import type { Generation } from '../../home/index.ts';
import type { Applied, Plan } from '../../plan.ts';
import { recordGrants } from '../audit-log/record-grants.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SwitchKind, SwitchPlan } from './is-switch.ts';
import { currentOrLost } from '../generations/lost-current.ts';
import { planRedo } from '../plans/plan-redo.ts';
import { planRollback, planSwitch } from '../plans/plan-rollback.ts';
import { whileExclusive } from './while-exclusive.ts';

/** Makes an existing generation current. Throws `plan-stale` when another one is current by now. */
export async function applySwitch(context: EngineContext, plan: SwitchPlan, options: CallOptions): Promise<Applied> {
	requireBase((await currentOrLost(context.home)).generation, plan);
	const { kind } = plan;
	// Recomputed rather than believed: it checks that the target is whole and holds nothing revoked since.
	const checked = await recompute(context, { kind, target: plan.targetGeneration ?? 0 }, options);
	const next = await whileExclusive(context, options, () =>
		runStep({ name: 'switch', detail: `generation ${checked.targetGeneration}`, onEvent: options.onEvent }, async () => {
			const { generation: base } = await currentOrLost(context.home);
			requireBase(base, plan);
			const number = checked.targetGeneration ?? 0;
			const to = (await context.home.generation(number)).grants;
			return recordGrants(context, { from: base.grants, to, base: base.number }, () =>
				context.home.switchTo(number, { signal: options.signal, command: checked.command }),
			);
		}),
	);
	return {
		fromGeneration: plan.baseGeneration,
		toGeneration: next.number,
		changes: checked.changes,
		granted: [],
		denied: [],
		unchanged: next.number === plan.baseGeneration,
	};
}

async function recompute(
	context: EngineContext,
	{ kind, target }: { readonly kind: SwitchKind; readonly target: number },
	options: CallOptions,
): Promise<Plan> {
	switch (kind) {
		case 'rollback':
			return planRollback(context, target, options);
		case 'switch':
			return planSwitch(context, target, options);
		case 'redo':
			return planRedo(context, options);
	}
}

/** Throws `plan-stale` for a plan that was made on another generation. */
export function requireBase(base: Generation, plan: Plan): void {
	if (base.number !== plan.baseGeneration) {
		throw new EngineError(
			'plan-stale',
			`The plan starts from generation ${plan.baseGeneration}, but generation ${base.number} is current now.`,
			{
				hint: 'Make the plan again.',
			},
		);
	}
}
