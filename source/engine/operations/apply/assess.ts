import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Verdict } from '../../evidence.ts';
import type { Generation, Receipt } from '../../home/index.ts';
import type { Lock, LockPackage } from '../../lock.ts';
import { parsePluginManifest } from '../../parse-manifest.ts';
import type { Change, Plan, PlannedPackage, Requirement } from '../../plan.ts';
import { statedLicence } from '../../stated-licence.ts';
import { judge, type JudgeRequest } from '../../trust/index.ts';
import { timeSlices } from '../../time-slices.ts';
import { ageHours, ageIsJudged } from '../versions/age.ts';
import { type AssessedPackage, identityIn } from './assessed-package.ts';
import { type ApprovedBefore, approvedBefore, receiptOfRoot } from './approved-before.ts';
import { changesBetween } from './changes.ts';
import { requireSameName } from '../artefacts/compare-stored.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf, idOfInstance, uniquePackages } from '../locks/lock-queries.ts';
import { loadRegistryFacts, type RegistryFacts, UNKNOWN_FACTS } from '../versions/package-facts.ts';
import type { Standings } from '../people-and-policy/standings.ts';
import { planNotices } from '../plans/plan-notices.ts';
import { runtimeLabel } from '../running/native-runtime.ts';
import { fitsPlatform } from '../doctor/platform.ts';
import { loadKnownMalware } from './known-malware.ts';
import { loadSecurityFixes } from './security-fixes.ts';
import { requirementsOf } from './requirements.ts';

export type AssessRequest = {
	readonly base: Generation;
	readonly lock: Lock;
	/** Root names whose permissions are asked for even when nothing about them changed. */
	readonly named: ReadonlySet<string>;
	/** False for a rollback, which must not depend on a registry: then ages and deprecations are not judged. */
	readonly asksRegistry: boolean;
	/** Plugins that would go back are asked about. */
	readonly asksDowngrades?: boolean;
	/** False where nothing is asked: a generation comes back with the permissions it holds. */
	readonly asksUser?: boolean;
};

export type Assessment = {
	readonly changes: readonly Change[];
	readonly packages: readonly PlannedPackage[];
	readonly requirements: readonly Requirement[];
	readonly notices: Plan['notices'];
};

/**
 * What a lock means for the user, from the content store and the base generation alone. Planning and applying both call it, so that a
 * plan that was changed on the way, or a store that was, shows as a difference.
 */
export async function assess(context: EngineContext, request: AssessRequest, options: CallOptions): Promise<Assessment> {
	const { base, lock } = request;
	const factsOf = request.asksRegistry ? await loadRegistryFacts(context, lock, options) : () => UNKNOWN_FACTS;
	const rootIds = new Set(Object.values(lock.roots).map(({ instance }) => idOfInstance(lock, instance)));
	const baseIds = new Set(Object.values(base.lock.packages).map(idOf));
	const baseByName = Map.groupBy(Object.values(base.lock.packages), ({ name }) => name);
	const standings = await context.standings();
	const fixes = await loadSecurityFixes(context, base.lock, options.signal);
	const malware = await loadKnownMalware(context, { packages: uniquePackages(lock), asksRegistry: request.asksRegistry }, options.signal);
	const assessed = new Map<string, AssessedPackage>();
	const pause = timeSlices(options.signal);
	for (const locked of uniquePackages(lock)) {
		await pause();
		const id = idOf(locked);
		const receipt = await context.home.store.receipt(locked.integrity);
		if (receipt === null) {
			refuseMissing(context, locked);
			continue;
		}

		requireSameName(locked, receipt);
		const facts = factsOf(locked);
		const approved = await approvedBefore(context, { before: baseByName.get(locked.name) ?? [], locked, receipt, base });
		const hours = ageHours(context, { name: locked.name, at: facts.publishedAt ?? facts.changedAt });
		assessed.set(id, {
			locked,
			receipt,
			facts,
			...approved,
			granted: await receiptOfRoot(context, base.lock, locked.name),
			licence: await licenceOf(context, { receipt, facts }),
			ageHours: hours,
			verdict: verdictOf(context, {
				locked,
				receipt,
				facts,
				approved,
				hours,
				isInstalled: baseIds.has(id),
				standings,
				securityFix: fixes.get(id) ?? null,
				malware: malware.get(id) ?? null,
			}),
			isNew: !baseIds.has(id),
			manifest: rootIds.has(id) ? parsePluginManifest(await context.home.store.readPackageJson(locked.integrity)) : null,
		});
	}

	const packages = [...assessed.values()];
	refuseDenied(packages);
	return {
		changes: changesBetween(base.lock, lock),
		packages: packages.map((one) => plannedPackage(one, rootIds.has(idOf(one.locked)))),
		requirements:
			request.asksUser === false
				? []
				: requirementsOf(context, {
						...request,
						asksDowngrades: request.asksDowngrades === true,
						assessed,
						revocations: await context.home.revocations(),
					}),
		notices: await planNotices(context, packages, { rootIds, pause }),
	};
}

/** What is in the verified archive counts, and not every document of a registry tells it. */
async function licenceOf(
	{ home }: EngineContext,
	{ receipt, facts }: { readonly receipt: Receipt; readonly facts: RegistryFacts },
): Promise<string> {
	if (receipt.license !== undefined) {
		return receipt.license ?? '';
	}

	const told = facts.manifest?.license ?? '';
	return told === '' ? (statedLicence(await home.store.readPackageJson(receipt.integrity)) ?? '') : told;
}

function refuseMissing(context: EngineContext, locked: LockPackage): void {
	if (!(locked.optional && !fitsPlatform(locked, context.platform))) {
		throw new EngineError('plan-stale', `${idOf(locked)} (${locked.integrity.slice(0, 20)}...) is not in the content store.`, {
			hint: 'Make the plan again; it fetches what is missing.',
		});
	}
}

type VerdictFacts = {
	readonly locked: LockPackage;
	readonly receipt: Receipt;
	readonly facts: RegistryFacts;
	readonly approved: ApprovedBefore;
	readonly hours: number | null;
	readonly isInstalled: boolean;
	readonly standings: Standings;
	readonly securityFix: JudgeRequest['securityFix'];
	readonly malware: JudgeRequest['malware'];
};

function verdictOf(
	context: EngineContext,
	{ locked, receipt, facts, approved, hours, isInstalled, standings, securityFix, malware }: VerdictFacts,
): Verdict {
	return judge({
		name: locked.name,
		version: locked.version,
		evidence: receipt.evidence,
		identityPin: approved.identityPin,
		previousEvidence: approved.previous?.evidence ?? null,
		ageHours: hours,
		ageIsLeast: facts.publishedAt === null,
		isInstalled,
		policy: context.policy,
		hasInstallScript: facts.manifest?.hasInstallScript ?? false,
		deprecated: facts.manifest?.deprecated ?? null,
		isOwnRegistry: !ageIsJudged(context, locked.name),
		securityFix: securityFix ?? null,
		malware: malware ?? null,
		standing: standings.of({ ...locked, identity: identityIn(receipt) }),
		now: context.clock().getTime(),
	});
}

function refuseDenied(packages: readonly AssessedPackage[]): void {
	const denied = packages.filter(({ verdict }) => verdict.decision === 'deny');
	const [first] = denied;
	if (first === undefined) {
		return;
	}

	const reasons = first.verdict.reasons.filter(({ passed }) => !passed).map(({ text }) => text);
	throw new EngineError('policy-refused', `${idOf(first.locked)} is refused by policy: ${reasons.at(-1) ?? first.verdict.level}`, {
		hint: 'Choose another version, or change the policy with a reason and an end date.',
		details: denied.map(({ locked, verdict }) => ({ id: idOf(locked), reasons: verdict.reasons })),
	});
}

function plannedPackage({ locked, receipt, facts, licence, verdict, isNew, manifest }: AssessedPackage, isRoot: boolean): PlannedPackage {
	return {
		id: idOf(locked),
		name: locked.name,
		version: locked.version,
		isRoot,
		isNew,
		verdict,
		evidence: receipt.evidence,
		fetchedBytes: isNew ? receipt.packedBytes : 0,
		license: licence,
		deprecated: facts.manifest?.deprecated ?? null,
		hasInstallScript: facts.manifest?.hasInstallScript ?? false,
		tasks: manifest === null ? null : Object.keys(manifest.tasks),
		...runtimeLabel(manifest),
	};
}
