import type { Plan } from '../../plan.ts';

/** Kinds of plans that make an existing generation current and write none. */
export type SwitchKind = Extract<Plan['kind'], 'rollback' | 'switch' | 'redo'>;

export type SwitchPlan = Plan & { readonly kind: SwitchKind };

export function isSwitch(plan: Plan): plan is SwitchPlan {
	return plan.kind === 'rollback' || plan.kind === 'switch' || plan.kind === 'redo';
}
