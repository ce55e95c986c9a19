import type { KeyObject } from 'node:crypto';
import { EngineError } from '../../errors.ts';
import { openEnvelope, type PersonId, sealEnvelope } from './dsse-envelope.ts';

const POLICY_TYPE = 'application/vnd.plugward.trust-policy+json';

/** An organisation's policy as a bundle that only the holder of the key can have made. */
export function signPolicy(policy: object, privateKey: KeyObject): unknown {
	return sealEnvelope({ payloadType: POLICY_TYPE, json: policy }, privateKey);
}

/** The policy's JSON. Throws `settings-invalid` when the signature does not hold, or is another's. */
export function openSignedPolicy(bundle: unknown, key: PersonId): unknown {
	const opened = open(bundle);
	if (opened.signer !== key) {
		throw new EngineError('settings-invalid', `The organisation's policy is signed by ${opened.signer}, expected ${key}.`, {
			hint: 'Ask your organisation which key it signs with.',
		});
	}

	return opened.payload;
}

function open(bundle: unknown) {
	try {
		return openEnvelope(bundle, POLICY_TYPE);
	} catch (error) {
		const detail = error instanceof Error ? ` ${error.message}` : '';
		throw new EngineError('settings-invalid', `The organisation's policy cannot be believed.${detail}`, {
			hint: 'Fetch it again, or ask your organisation for one signed with: plugward policy sign FILE',
			cause: error,
		});
	}
}
