import type { KeyObject } from 'node:crypto';
import { IN_TOTO_STATEMENT, IN_TOTO_TYPE, openEnvelope, type PersonId, sealEnvelope } from './dsse-envelope.ts';
import { parsePersonStatement } from './person-statement.ts';
import type { PersonStatement, UnsignedStatement } from './person-statement.ts';

/** A statement whose signature holds. Whether its signer counts is not said here. */
export type SignedStatement = {
	readonly signer: PersonId;
	/** Lower-case hex sha256 of the signed bytes; what a revocation names. */
	readonly sha256: string;
	readonly statement: PersonStatement;
};

/** A Sigstore bundle (v0.3, public key) that other tools can read. Throws `usage` for another kind of key. */
export function signStatement(statement: UnsignedStatement, privateKey: KeyObject): unknown {
	return sealEnvelope({ payloadType: IN_TOTO_TYPE, json: { _type: IN_TOTO_STATEMENT, ...statement } }, privateKey);
}

/** Checks the signature and reads what was signed. Throws `evidence-invalid`. */
export function verifyStatement(json: unknown): SignedStatement {
	const { signer, sha256, payload } = openEnvelope(json, IN_TOTO_TYPE);
	return { signer, sha256, statement: parsePersonStatement(payload) };
}
