import type { Evidence, Verdict } from '../../evidence.ts';
import type { Integrity } from '../../integrity.ts';
import type { ResolvedPackage } from '../../resolver/index.ts';
import { judge } from '../../trust/index.ts';
import { approvedBefore } from '../apply/approved-before.ts';
import { identityIn } from '../apply/assessed-package.ts';
import { loadKnownMalware } from '../apply/known-malware.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';
import { ageHours, ageIsJudged } from '../versions/age.ts';

type Evaluated = { readonly resolved: ResolvedPackage; readonly integrity: Integrity; readonly evidence: readonly Evidence[] };

/** As a plan would judge it now, beside what is installed: a changed builder, what people say and malware count here, too. */
export async function evaluatedVerdict(
	context: EngineContext,
	{ resolved, integrity, evidence }: Evaluated,
	signal: AbortSignal,
): Promise<Verdict> {
	const { name, version, manifest } = resolved;
	const base = await context.home.current();
	const installed = Object.values(base.lock.packages).filter((one) => one.name === name);
	const approved = await approvedBefore(context, { before: installed, locked: resolved, receipt: { integrity, evidence }, base });
	const malware = await loadKnownMalware(context, { packages: [resolved], asksRegistry: true }, signal);
	const standings = await context.standings();
	return judge({
		name,
		version,
		evidence,
		identityPin: approved.identityPin,
		previousEvidence: approved.previous?.evidence ?? null,
		ageHours: ageHours(context, { name, at: resolved.publishedAt }),
		isInstalled: installed.some((one) => one.version === version),
		policy: context.policy,
		hasInstallScript: manifest.hasInstallScript,
		deprecated: manifest.deprecated,
		isOwnRegistry: !ageIsJudged(context, name),
		malware: malware.get(idOf(resolved)) ?? null,
		standing: standings.of({ name, version, integrity, identity: identityIn({ evidence }) }),
		now: context.clock().getTime(),
	});
}
