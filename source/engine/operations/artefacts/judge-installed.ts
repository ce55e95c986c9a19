import type { Verdict } from '../../evidence.ts';
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
	}: {
		readonly locked: Pick<LockPackage, 'name' | 'version' | 'integrity'>;
		readonly receipt: Receipt | null;
		readonly manifest: Pick<NonNullable<RegistryFacts['manifest']>, 'hasInstallScript' | 'deprecated'> | null;
		readonly standings: Standings;
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
		standing: standings.of({ ...locked, identity }),
		now: context.clock().getTime(),
	});
}
