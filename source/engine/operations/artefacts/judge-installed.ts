import type { Verdict } from '../../evidence.ts';
import type { Acceptance } from '../../acceptance.ts';
import type { Receipt } from '../../home/index.ts';
import type { LockPackage } from '../../lock.ts';
import { judge } from '../../trust/index.ts';
import { ageIsJudged } from '../versions/age.ts';
import { identityIn } from '../apply/assessed-package.ts';
import type { EngineContext } from '../engine-context.ts';
import type { RegistryFacts } from '../versions/package-facts.ts';
import type { Standings } from '../people-and-policy/standings.ts';

/**
 * The verdict on something that is installed, from cached evidence and the policy and people of today. Its builder is the approved one,
 * since it was installed by it.
 */
export function judgeInstalled(
	context: EngineContext,
	{
		locked,
		receipt,
		manifest,
		standings,
		acceptances = [],
	}: {
		readonly locked: Pick<LockPackage, 'name' | 'version' | 'integrity'>;
		readonly receipt: Receipt | null;
		readonly manifest: Pick<NonNullable<RegistryFacts['manifest']>, 'hasInstallScript' | 'deprecated'> | null;
		readonly standings: Standings;
		/** Of the generation that it is installed in. */
		readonly acceptances?: readonly Acceptance[];
	},
): Verdict {
	const { name, version } = locked;
	const identity = identityIn(receipt);
	const evidence = receipt?.evidence ?? [];
	return judge({
		name,
		version,
		evidence,
		identityPin: identity,
		previousEvidence: evidence,
		ageHours: null,
		isInstalled: true,
		policy: context.policy,
		hasInstallScript: manifest?.hasInstallScript ?? false,
		deprecated: manifest?.deprecated ?? null,
		isOwnRegistry: !ageIsJudged(context, name),
		endedAcceptance: endedAcceptance(acceptances, { name, version, now: context.clock().getTime() }),
		standing: standings.of({ ...locked, identity }),
		now: context.clock().getTime(),
	});
}

/** The first that has ended; one of the builder before all others, since it holds the level down. */
function endedAcceptance(
	acceptances: readonly Acceptance[],
	{ name, version, now }: { readonly name: string; readonly version: string; readonly now: number },
) {
	const ended = acceptances
		.filter((one) => one.package === name && one.version === version && Date.parse(one.expires) <= now)
		.map(({ text, expires, rule }) => ({ text, expires, isOfBuilder: rule === 'changed-identity' }));
	return ended.find(({ isOfBuilder }) => isOfBuilder) ?? ended[0] ?? null;
}
