import { type Applied, type Decision, EngineError, type Plan } from '../engine/index.ts';
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
	/** Whether a dry run without changes of packages changes what is asked for, held or disabled. */
	readonly changesWishes?: boolean;
	/** True when `--exit-code` asks for exit 10 on a plan with changes. */
	readonly tellsByExitCode: boolean;
};

export const CHANGES_AVAILABLE_EXIT_CODE = 10;

/** Two installs beside each other need one; more than this means that the home never comes to rest. */
const MOST_NEW_PLANS = 3;

/**
 * The way of every plan: make it, decide by flags, show, ask, apply. When another plugward was faster, a plan that no person has read is
 * made again, and whatever the new one asks for needs its own consent.
 */
export async function changeByPlan(context: CommandContext, makePlan: () => Promise<Plan>): Promise<ChangeResult> {
	for (let newPlans = 0; ; newPlans++) {
		const proposed = await propose(context, await makePlan());
		if (isSet(context.parsed, 'dryRun')) {
			return { ...proposed, outcome: 'planned', applied: null, changesWishes: await changesWishes(context, proposed.plan) };
		}

		try {
			const applied = await context.engine.applyPlan(proposed.plan, { ...context.call, decisions: proposed.decisions });
			return { ...proposed, outcome: applied.unchanged ? 'unchanged' : 'applied', applied };
		} catch (error) {
			if (newPlans === MOST_NEW_PLANS || !mayPlanAgain(error, proposed)) {
				throw error;
			}

			context.call.onEvent({
				type: 'notice',
				severity: 'info',
				code: 'plan-made-again',
				text: 'The home has changed since the plan was made; it is made again.',
			});
		}
	}
}

type Proposed = Pick<ChangeResult, 'plan' | 'decisions' | 'wasShown' | 'tellsByExitCode'>;

/** Rejects with `consent-required` when the plan may not be applied. A dry run asks for nothing. */
async function propose(context: CommandContext, plan: Plan): Promise<Proposed> {
	const { decisions, undecided, warnings } = decide(plan, readConsentFlags(context.parsed));
	for (const warning of warnings) {
		context.warn(warning);
	}

	for (const notice of plan.notices) {
		if (notice.severity === 'warning') {
			context.warn({ code: 'plan', text: notice.text });
		}
	}

	// A plan without changes is applied too, since what the user asked for (a range, a tag) may have changed while no version did.
	// What will be refused needs no yes.
	const isRefused = plan.powers?.some((powers) => powers.isRefused) === true;
	const needsConsent = !isSet(context.parsed, 'dryRun') && !isRefused && !changesNothing(plan, decisions);
	const { wasShown } = needsConsent ? await context.requireConsent({ plan, decisions, undecided }) : { wasShown: false };
	return { plan, decisions, wasShown, tellsByExitCode: isSet(context.parsed, 'exitCode') };
}

/** Whether the plan changes what is asked for, held or disabled, which no list of packages shows. */
async function changesWishes({ engine, call }: CommandContext, { lock, settings, targetGeneration, changes }: Plan): Promise<boolean> {
	if (targetGeneration !== null || changes.length > 0) {
		return false;
	}

	const { plugins, overrides } = await engine.list(call);
	const before = plugins.map(({ name, spec, isHeld, isDisabled }) => `${name} ${spec} ${isHeld} ${isDisabled}`);
	const isMarked = (mark: 'held' | 'disabled', name: string) =>
		settings === undefined
			? plugins.some((plugin) => plugin.name === name && plugin[mark === 'held' ? 'isHeld' : 'isDisabled'])
			: settings[mark].includes(name);
	const after = Object.entries(lock.roots).map(
		([name, { spec }]) => `${name} ${spec} ${isMarked('held', name)} ${isMarked('disabled', name)}`,
	);
	const sameOverrides = settings?.overrides === undefined || settings.overrides.toSorted().join('\n') === overrides.join('\n');
	return !sameOverrides || before.toSorted().join('\n') !== after.toSorted().join('\n');
}

/** What a person has read is not replaced behind their back, and a rollback is meant against the generation that was current. */
function mayPlanAgain(error: unknown, { plan, wasShown }: Proposed): boolean {
	return error instanceof EngineError && error.code === 'plan-stale' && !wasShown && plan.kind !== 'rollback';
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
