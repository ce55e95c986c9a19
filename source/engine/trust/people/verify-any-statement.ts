import { createHash } from 'node:crypto';
import { invalid, quote } from '../evidence/outcome.ts';
import { verifyBundle } from '../provenance/bundle.ts';
import { readCertificateClaims } from '../provenance/certificate-claims.ts';
import type { TrustRoot } from '../roots/trust-roots.ts';
import { matchesAny } from '../policy/name-pattern.ts';
import { parsePersonStatement, type PersonStatement } from './person-statement.ts';
import { type SignedStatement, verifyStatement } from './signed-statement.ts';

/** `pkg:npm/%40scope/name@1.0.0` -> `@scope/name` */
const PURL_NAME = /^pkg:npm\/((?:%40[^/@]+\/)?[^/@]+)@/;

/**
 * A statement signed by a key of its own, or keyless: by a short-lived certificate of a Sigstore that is believed. A keyless signer is
 * called `sigstore:ISSUER#SUBJECT`, compared letter by letter. A private Sigstore can certify whomever it likes, so what it certifies speaks
 * of the names of its scope only. Throws `evidence-invalid`.
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
	const statement = parsePersonStatement(bundle.payload);
	requireInScope(
		statement,
		roots.find(({ id }) => id === bundle.rootId),
	);
	return {
		signer: `sigstore:${identity.issuer}#${identity.subject}`,
		sha256: createHash('sha256').update(payloadOf(json)).digest('hex'),
		statement,
	};
}

function requireInScope(statement: PersonStatement, root: TrustRoot | undefined): void {
	const scopes = root?.scopes ?? [];
	const outside = scopes.includes('*') ? undefined : namesOf(statement).find((name) => !matchesAny(scopes, name) && !scopes.includes(name));
	if (outside !== undefined) {
		throw invalid(
			'signer-mismatch',
			`The statement speaks of ${quote(outside)}, which the trust root "${quote(root?.id)}" that certifies its signer may not vouch for.`,
		);
	}
}

/** Names and name patterns that a statement speaks of. */
function namesOf(statement: PersonStatement): readonly string[] {
	switch (statement.type) {
		case 'review':
		case 'certification':
			return [(PURL_NAME.exec(statement.purl)?.[1] ?? statement.purl).replace('%40', '@')];
		case 'identity-trust':
			return statement.scopes;
		case 'publisher':
			return statement.names;
		case 'revoke':
			return [];
	}
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
