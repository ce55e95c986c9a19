import { createHash } from 'node:crypto';
import { invalid } from '../evidence/outcome.ts';
import { verifyBundle } from '../provenance/bundle.ts';
import { readCertificateClaims } from '../provenance/certificate-claims.ts';
import type { TrustRoot } from '../roots/trust-roots.ts';
import { parsePersonStatement } from './person-statement.ts';
import { type SignedStatement, verifyStatement } from './signed-statement.ts';

/**
 * A statement signed by a key of its own, or keyless: by a short-lived certificate of a Sigstore that is believed. A keyless signer is
 * called `sigstore:ISSUER#SUBJECT`, compared letter by letter. Throws `evidence-invalid`.
 */
export async function verifyAnyStatement(json: unknown, { roots }: { readonly roots: readonly TrustRoot[] }): Promise<SignedStatement> {
	if (!isKeyless(json)) {
		return verifyStatement(json);
	}

	const bundle = await verifyBundle(json, {
		roots,
		findKey: () => {
			throw invalid('key-unsupported', 'The statement is signed by a key and by a certificate.');
		},
	});
	const { identity } = readCertificateClaims(bundle.signer);
	return {
		signer: `sigstore:${identity.issuer}#${identity.subject}`,
		sha256: createHash('sha256').update(payloadOf(json)).digest('hex'),
		statement: parsePersonStatement(bundle.payload),
	};
}

function isKeyless(json: unknown): boolean {
	const material = propertyOf(json, 'verificationMaterial');
	return propertyOf(material, 'certificate') !== undefined || propertyOf(material, 'x509CertificateChain') !== undefined;
}

function payloadOf(json: unknown): Buffer {
	const payload = propertyOf(propertyOf(json, 'dsseEnvelope'), 'payload');
	return Buffer.from(typeof payload === 'string' ? payload : '', 'base64');
}

function propertyOf(value: unknown, key: string): unknown {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
