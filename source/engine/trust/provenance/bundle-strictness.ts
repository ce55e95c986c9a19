import type { Bundle, TransparencyLogEntry } from '@sigstore/bundle';
import { invalid, quote } from '../evidence/outcome.ts';

const MEDIA_TYPES: readonly string[] = [
	'application/vnd.dev.sigstore.bundle+json;version=0.1',
	'application/vnd.dev.sigstore.bundle+json;version=0.2',
	'application/vnd.dev.sigstore.bundle+json;version=0.3',
	'application/vnd.dev.sigstore.bundle.v0.3+json',
];
// Real bundles have one entry and a few kilobytes; without bounds a hostile one could keep the verifier busy for minutes.
const MAXIMUM_ENTRIES = 8;
const MAXIMUM_CERTIFICATE_BYTES = 65_536;
const SEQUENCE = 0x30;
const BIT_STRING = 0x03;

/**
 * Refuses a bundle whose unsigned parts differ from what a signer makes. The verifier reads past them, so they could be changed without
 * breaking a signature, and two different bundles would stand for one proof. Throws `EvidenceFault`.
 */
export function assertStrictBundle(bundle: Bundle): void {
	if (!MEDIA_TYPES.includes(bundle.mediaType)) {
		throw invalid('bundle-malformed', `The bundle has the media type ${quote(bundle.mediaType)}, expected v0.1 to v0.3.`);
	}

	const { content, tlogEntries, timestampVerificationData } = bundle.verificationMaterial;
	const entries = Math.max(tlogEntries.length, timestampVerificationData?.rfc3161Timestamps.length ?? 0);
	if (entries > MAXIMUM_ENTRIES) {
		throw invalid('bundle-malformed', `The bundle has ${entries} log entries or timestamps, expected at most ${MAXIMUM_ENTRIES}.`);
	}

	switch (content.$case) {
		case 'certificate':
			assertCertificateFrame(content.certificate.rawBytes);
			break;
		case 'x509CertificateChain':
			assertCertificateFrame(content.x509CertificateChain.certificates[0]?.rawBytes ?? Buffer.alloc(0));
			break;
		case 'publicKey':
			break;
	}

	tlogEntries.forEach(assertProofStatesCheckpoint);
}

/** A checkpoint's note is `origin, size, root hash` line by line, then an empty line and a line for each signature; only the note is signed. */
function assertProofStatesCheckpoint({ inclusionProof }: TransparencyLogEntry): void {
	if (inclusionProof === undefined) {
		return;
	}

	const envelope = inclusionProof.checkpoint?.envelope ?? '';
	const [, size, root] = envelope.split('\n');
	if (inclusionProof.treeSize !== size || inclusionProof.rootHash.toString('base64') !== root) {
		throw invalid(
			'log-entry-invalid',
			`The log proof states tree size ${quote(inclusionProof.treeSize)}, its checkpoint ${quote(size)}, or their root hashes differ.`,
		);
	}

	const signatures = envelope.slice(envelope.indexOf('\n\n') + 2).split('\n');
	if (signatures.pop() !== '' || !signatures.every(isSignatureLine)) {
		throw invalid('log-entry-invalid', 'The checkpoint of the log proof is not written the way a log writes it.');
	}
}

// Base64 can be spelled in several ways that decode alike; a log spells it in one.
function isSignatureLine(line: string): boolean {
	const encoded = /^\u2014 \S+ (\S+)$/.exec(line)?.[1];
	return encoded !== undefined && Buffer.from(encoded, 'base64').toString('base64') === encoded;
}

/** A certificate is a sequence of what is signed, the algorithm, and a bit string of whole bytes; the frame itself is not signed. */
function assertCertificateFrame(der: Buffer): void {
	if (der.length > MAXIMUM_CERTIFICATE_BYTES) {
		throw invalid('certificate-untrusted', `The certificate has ${der.length} bytes, expected at most ${MAXIMUM_CERTIFICATE_BYTES}.`);
	}

	const outer = readElement(der, 0);
	const signed = readElement(der, outer.start);
	const algorithm = readElement(der, signed.end);
	const signature = readElement(der, algorithm.end);
	const tags = [outer.tag, signed.tag, algorithm.tag, signature.tag];
	const isFramed = tags.join() === [SEQUENCE, SEQUENCE, SEQUENCE, BIT_STRING].join() && der[signature.start] === 0;
	if (!isFramed || outer.end !== der.length || signature.end !== der.length) {
		throw invalid('certificate-untrusted', 'The certificate is not encoded the way an authority encodes it.');
	}
}

function readElement(der: Buffer, offset: number): { readonly tag: number; readonly start: number; readonly end: number } {
	const first = der[offset + 1] ?? 0;
	const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
	if (lengthBytes > 3 || offset + 2 + lengthBytes > der.length) {
		throw invalid('certificate-untrusted', 'The certificate is cut short.');
	}

	const length = lengthBytes === 0 ? first : der.readUIntBE(offset + 2, lengthBytes);
	const start = offset + 2 + lengthBytes;
	return { tag: der[offset] ?? 0, start, end: start + length };
}
