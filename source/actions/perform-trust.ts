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
