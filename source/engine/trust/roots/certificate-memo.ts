import type { SigstoreMaterial } from './trust-roots.ts';

type Certificate = SigstoreMaterial['certificateAuthorities'][number]['certChain'][number];
type Encodable = Pick<Certificate['root'], 'toDER'>;

/**
 * The verifier encodes the same certificates to DER dozens of times for one bundle, which costs several times the cryptography. A parsed
 * certificate never changes (the verifier changes clones only), so its encoding is kept.
 */
export function keepEncoding(certificate: Certificate): void {
	for (const part of [certificate.root, certificate.tbsCertificate]) {
		keepDer(part);
	}
}

/** For the certificates of a root, which vouch for each other the same way in every bundle. */
export function keepEncodingAndVerdicts(certificate: Certificate): void {
	keepEncoding(certificate);
	const verdicts = new WeakMap<Certificate, boolean>();
	const check = certificate.verify.bind(certificate);
	certificate.verify = (issuer) => {
		const kept = issuer === undefined ? undefined : verdicts.get(issuer);
		if (kept !== undefined) {
			return kept;
		}

		const verdict = check(issuer);
		// Only other certificates of a root are kept: they live as long as this one does.
		if (issuer !== undefined) {
			verdicts.set(issuer, verdict);
		}

		return verdict;
	};
}

function keepDer(part: Encodable): void {
	const encode = part.toDER.bind(part);
	let kept: Buffer | null = null;
	part.toDER = () => (kept ??= encode());
}
