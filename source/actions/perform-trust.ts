import type { CallOptions, Engine } from '../engine/index.ts';
import type { TrustAct } from '../state.ts';

/** Signs or writes what the user confirmed; gives one sentence for each thing that is so now. */
export async function performTrust({ trust }: Engine, act: TrustAct, options: CallOptions): Promise<readonly string[]> {
	switch (act.type) {
		case 'endorse': {
			const { subject, signer, expires, sha256, isNewKey } = await trust.review(act.review, options);
			return [
				`Signed about ${subject ?? act.review.spec} as ${signer}${expires === null ? '' : `, until ${expires.slice(0, 10)}`}.`,
				...(isNewKey ? ['That is a new key; nobody knows it yet. Others add it: plugward trust people add ID'] : []),
				`To take it back: plugward trust revoke ${sha256}`,
				'To give it to others: plugward trust export > endorsements.jsonl',
			];
		}
		case 'revoke': {
			await trust.revoke(act.sha256, options);
			return [
				`Taken back: what you said about ${act.about} does not count any more.`,
				'To tell others: plugward trust export > endorsements.jsonl',
			];
		}
		case 'import': {
			const isPackage = act.source.startsWith('npm:');
			const source = isPackage ? { type: 'package' as const, spec: act.source.slice(4) } : { type: 'file' as const, path: act.source };
			const { added, known, refused } = await trust.importStatements(source, options);
			return [`${added} taken in, ${known} known before, ${refused.length} refused.`, ...new Set(refused)];
		}
		case 'unpin': {
			await trust.unpin(act.name, options);
			return [`The builder of ${act.name} is no longer pinned.`, `To pin it again: plugward trust pin ${act.name}`];
		}
		case 'pin': {
			const identity = await trust.pin(act.name, options);
			return [
				`${act.name} may only be built by ${identity.repository ?? identity.subject} from now on.`,
				`To take it back: plugward trust unpin ${act.name}`,
			];
		}
		case 'except': {
			const { package: name, rule, expires } = act.exception;
			await trust.addException(act.exception, options);
			return [
				`${name} is excepted from ${rule} until ${expires.slice(0, 10)}.`,
				`To take it back: plugward policy unexcept ${name} --rule ${rule}`,
			];
		}
	}
}
