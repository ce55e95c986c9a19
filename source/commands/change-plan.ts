import type { Applied, Decision, Plan } from '../engine/index.ts';
import type { CommandContext } from './command.ts';
import { decide, readConsentFlags } from './consent.ts';
import { isSet } from './flags.ts';

/** What became of a plan. */
export type ChangeResult = {
	readonly outcome: 'applied' | 'planned' | 'unchanged';
	readonly plan: Plan;
	readonly decisions: readonly Decision[];
	/** Null when nothing was applied. */
	readonly applied: Applied | null;
	/** True when the user read the whole plan before it was applied. */
	readonly wasShown: boolean;
	/** True when `--exit-code` asks for exit 10 on a plan with changes. */
	readonly tellsByExitCode: boolean;
};

export const CHANGES_AVAILABLE_EXIT_CODE = 10;

/** The way of every plan: decide by flags, show, ask, apply. */
export async function changeByPlan(context: CommandContext, plan: Plan): Promise<ChangeResult> {
	const { decisions, undecided, warnings } = decide(plan, readConsentFlags(context.parsed));
	for (const warning of warnings) {
		context.warn(warning);
	}

	for (const notice of plan.notices) {
		if (notice.severity === 'warning') {
			context.warn({ code: 'plan', text: notice.text });
		}
	}

	const base = { plan, decisions, tellsByExitCode: isSet(context.parsed, 'exitCode') };
	if (isSet(context.parsed, 'dryRun')) {
		return { ...base, outcome: 'planned', applied: null, wasShown: false };
	}

	// Even then the plan is applied, since what the user asked for (a range, a tag) may have changed while no version did.
	const { wasShown } = changesNothing(plan, decisions) ? { wasShown: false } : await context.requireConsent({ plan, decisions, undecided });

	const applied = await context.engine.applyPlan(plan, { ...context.call, decisions });
	return { ...base, outcome: applied.unchanged ? 'unchanged' : 'applied', applied, wasShown };
}

/** Without a changed package and without a new grant there is nothing to ask about. */
function changesNothing(plan: Plan, decisions: readonly Decision[]): boolean {
	const fresh = new Set(
		plan.requirements
			.filter((requirement) => requirement.type !== 'permission' || requirement.novelty !== 'carried-over')
			.map((requirement) => requirement.id),
	);
	const grantsSomething = decisions.some((decision) => decision.answer === 'accept' && fresh.has(decision.requirementId));
	const switchesGeneration = plan.targetGeneration !== null && plan.targetGeneration !== plan.baseGeneration;
	return plan.changes.length === 0 && !grantsSomething && !switchesGeneration;
}
