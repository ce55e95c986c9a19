import { userInfo } from 'node:os';
import { EngineError } from '../../errors.ts';
import { type CallOptions, runStep } from '../../events.ts';
import type { Generation, GenerationSettings } from '../../home/index.ts';
import type { Lock } from '../../lock.ts';
import { parsePluginManifest } from '../../parse-manifest.ts';
import type { Grant } from '../../permission.ts';
import type { Applied, Decision, Plan } from '../../plan.ts';
import { stripToLine } from '../../strip-controls.ts';
import { applySwitch, requireBase } from './apply-switch.ts';
import { type Assessment, assess } from './assess.ts';
import { acceptancesOf } from './acceptances.ts';
import { asksDowngrades } from './asks-downgrades.ts';
import { asksRegistry } from './asks-registry.ts';
import { recordGrants } from '../audit-log/record-grants.ts';
import { changesBetween } from './changes.ts';
import { idsOf, requireDecided } from './consent.ts';
import type { EngineContext } from '../engine-context.ts';
import { grantsOf, summarizeGrants } from './grants.ts';
import { pinGrants } from './pin-grants.ts';
import { isSwitch } from './is-switch.ts';
import { uniquePackages } from '../locks/lock-queries.ts';
import { overrideText, parseOverride } from '../versions/override-text.ts';
import { refuseUnrunnable } from '../plans/plan-powers.ts';
import { bundleOf } from '../running/plugin-bundle.ts';
import { policyDigestOf } from './policy-digest.ts';
import { whileExclusive } from './while-exclusive.ts';

type ApplyOptions = CallOptions & { readonly decisions: readonly Decision[] };

/**
 * Makes a plan true. The plan is untrusted: what it says of evidence, permissions and requirements is recomputed from the content store,
 * and any difference is `plan-stale`. Throws `consent-required` for an undecided requirement other than a permission.
 */
export async function applyPlan(context: EngineContext, plan: Plan, options: ApplyOptions): Promise<Applied> {
	if (isSwitch(plan)) {
		return applySwitch(context, plan, options);
	}

	const base = await context.home.current();
	requireBase(base, plan);

	const named = new Set(plan.requirements.flatMap((requirement) => (requirement.type === 'permission' ? [requirement.plugin] : [])));
	const assessment = await assess(
		context,
		{ base, lock: plan.lock, named, asksRegistry: asksRegistry(plan), asksDowngrades: asksDowngrades(plan) },
		options,
	);
	requireSame(plan, assessment);
	await refuseUnrunnable(context, { base: base.lock, lock: plan.lock }, options);
	requireDecided(assessment.requirements, options.decisions);
	const { requirements } = assessment;
	const settings = {
		...settingsOf(context, plan, base),
		acceptances: acceptancesOf(context, { base, lock: plan.lock, requirements, decisions: options.decisions }),
	};
	const decided = grantsOf(context, { base, lock: plan.lock, requirements, decisions: options.decisions }).filter(
		({ plugin, permission }) => !plan.withdrawn?.some((one) => one.plugin === plugin && one.permission === permission),
	);
	const grants = await pinGrants(context, decided, assessment.packages);
	const outcome = summarizeGrants(assessment.requirements, grants);
	// What had to be fetched was missing from the store, so even an equal lock is committed: that is what makes it whole again.
	if (plan.fetchedCount === 0 && isUnchanged(base, { lock: plan.lock, grants, settings })) {
		return { fromGeneration: base.number, toGeneration: base.number, changes: [], ...outcome, unchanged: true };
	}

	await bundlePlugins(context, plan.lock, options);
	const next = await commit(context, { plan, base, grants, settings, assessment }, options);
	return { fromGeneration: base.number, toGeneration: next.number, changes: assessment.changes, ...outcome, unchanged: false };
}

type CommitRequest = {
	readonly plan: Plan;
	readonly base: Generation;
	readonly grants: readonly Grant[];
	readonly settings: GenerationSettings;
	readonly assessment: Assessment;
};

async function commit(
	context: EngineContext,
	{ plan, base, grants, settings, assessment }: CommitRequest,
	options: ApplyOptions,
): Promise<Generation> {
	return whileExclusive(context, options, () =>
		runStep({ name: 'switch', detail: `generation ${base.number + 1}`, onEvent: options.onEvent }, () =>
			recordGrants(context, { from: base.grants, to: grants, base: base.number }, () =>
				context.home.commit(
					{
						base: base.number,
						lock: plan.lock,
						grants,
						settings,
						meta: {
							createdAt: context.clock().toISOString(),
							command: stripToLine(plan.command),
							user: userInfo().username,
							changes: assessment.changes,
							base: base.number,
						},
						artefacts: uniquePackages(plan.lock).map(({ integrity }) => integrity),
					},
					options,
				),
			),
		),
	);
}

/** Marks of plugins that are not installed any more go with them. Throws `plan-stale` for a mark on something else. */
function settingsOf(context: EngineContext, { settings, lock }: Plan, base: Generation): Omit<GenerationSettings, 'acceptances'> {
	const stray = [...(settings?.held ?? []), ...(settings?.disabled ?? [])].find((name) => lock.roots[name] === undefined);
	if (stray !== undefined) {
		throw new EngineError('plan-stale', `The plan marks ${stripToLine(stray)}, which it does not install.`, {
			hint: 'Make the plan again.',
		});
	}

	const { held, disabled, overrides = base.settings.overrides } = settings ?? base.settings;
	const isInstalled = (name: string) => lock.roots[name] !== undefined;
	return {
		policyDigest: policyDigestOf(context.policy),
		disabled: disabled.filter(isInstalled),
		held: held.filter(isInstalled),
		overrides: overrides.map((text) => overrideText(parseOverride(text))),
	};
}

function requireSame(plan: Plan, assessment: Assessment): void {
	const expected = idsOf(plan.requirements);
	const found = idsOf(assessment.requirements);
	const difference = [...found.difference(expected)][0] ?? [...expected.difference(found)][0];
	if (difference !== undefined) {
		throw new EngineError('plan-stale', `The plan and the content store disagree about the requirement "${stripToLine(difference)}".`, {
			hint: 'Make the plan again.',
		});
	}

	if (JSON.stringify(plan.changes) !== JSON.stringify(assessment.changes)) {
		throw new EngineError('plan-stale', 'The plan lists other changes than its lock makes.', { hint: 'Make the plan again.' });
	}
}

function isUnchanged(base: Generation, { lock, grants, settings }: Pick<Generation, 'lock' | 'grants' | 'settings'>): boolean {
	return (
		changesBetween(base.lock, lock).length === 0 &&
		JSON.stringify(base.lock) === JSON.stringify(lock) &&
		JSON.stringify(base.grants) === JSON.stringify(grants) &&
		// Another policy alone is no other state: what it refuses is refused when it is used.
		JSON.stringify({ ...base.settings, policyDigest: null }) === JSON.stringify({ ...settings, policyDigest: null })
	);
}

/** Plugins are bundled before the switch, so that one that cannot run never becomes current. */
async function bundlePlugins(context: EngineContext, lock: Lock, options: CallOptions): Promise<void> {
	for (const { instance } of Object.values(lock.roots)) {
		const locked = lock.packages[instance];
		const manifest = locked === undefined ? null : parsePluginManifest(await context.home.store.readPackageJson(locked.integrity));
		if (manifest !== null) {
			await bundleOf(context, { lock, instance, manifest }, options);
		}
	}
}
