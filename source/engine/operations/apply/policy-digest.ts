import { hash } from 'node:crypto';
import { DEFAULT_POLICY, type TrustPolicy } from '../../trust/index.ts';

/** Tells two policies apart; null for the default one. */
export function policyDigestOf(policy: TrustPolicy): string | null {
	return policy === DEFAULT_POLICY ? null : `sha256-${hash('sha256', JSON.stringify(policy), 'base64')}`;
}
