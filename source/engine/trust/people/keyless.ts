import { EngineError } from '../../errors.ts';
import { commonJs } from '../common-js.ts';
import { IN_TOTO_STATEMENT, IN_TOTO_TYPE } from './dsse-envelope.ts';
import type { UnsignedStatement } from './person-statement.ts';

/** Who may sign without a key of their own, and where; null stands for the public Sigstore. */
export type KeylessSigner = {
	/** An OpenID token of an issuer that the certificate authority knows. */
	readonly identityToken: string;
	readonly certificateAuthorityUrl: string | null;
	readonly logUrl: string | null;
	readonly timestampUrl: string | null;
};

/**
 * A statement signed by a certificate that Sigstore gives for the token and that is logged for everyone to see. Throws
 * `registry-unreachable` when one of its services does not answer or refuses.
 */
export async function signStatementKeyless(statement: UnsignedStatement, signer: KeylessSigner): Promise<unknown> {
	// Bundled, a CommonJS package has no other name than its default.
	const sigstore = commonJs(await import('sigstore'));
	try {
		return await sigstore.attest(Buffer.from(JSON.stringify({ _type: IN_TOTO_STATEMENT, ...statement })), IN_TOTO_TYPE, {
			identityToken: signer.identityToken,
			...(signer.certificateAuthorityUrl === null ? {} : { fulcioURL: signer.certificateAuthorityUrl }),
			...(signer.logUrl === null ? {} : { rekorURL: signer.logUrl }),
			...(signer.timestampUrl === null ? {} : { tsaServerURL: signer.timestampUrl }),
			retry: 0,
		});
	} catch (error) {
		throw new EngineError('registry-unreachable', 'Sigstore did not sign the statement.', {
			hint: 'Check the token, which lives for minutes only; without --keyless your own key signs.',
			cause: error,
		});
	}
}
