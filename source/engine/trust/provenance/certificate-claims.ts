import type { Signer } from '@sigstore/verify';
import type { SourceIdentity } from '../../evidence.ts';
import { stripControls } from '../../strip-controls.ts';
import { invalid, quote } from '../evidence/outcome.ts';

// https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md: 1 to 6 hold raw text, 8 and up a DER UTF8String.
const FULCIO_ARC = '1.3.6.1.4.1.57264.1.';
const DER_UTF8_STRING = 0x0c;
const OLD_REPOSITORY_HOST = 'https://github.com/';
const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';

export type CertificateClaims = {
	readonly identity: SourceIdentity;
	/** The ref that the workflow file itself was taken from; null when the certificate does not tell it apart. */
	readonly workflowRef: string | null;
};

/** Reads who built from a certificate whose chain was verified. Throws `EvidenceFault` when it names no issuer or subject. */
export function readCertificateClaims(signer: Signer): CertificateClaims {
	const claim = claimReader(signer);
	const issuer = claim(8, 1);
	const subject = signer.identity?.subjectAlternativeName;
	if (issuer === null || subject === undefined || subject === '') {
		throw invalid('certificate-incomplete', `The certificate names issuer ${issuer ?? 'nothing'} and subject ${subject ?? 'nothing'}.`);
	}

	const repository = claim(12) ?? oldRepository(issuer, claim(12, 5));
	const configuration = claim(18) ?? subject;
	const identity = {
		issuer,
		subject,
		repository,
		repositoryId: claim(15),
		ownerId: claim(17),
		workflow: workflowPath(configuration, repository),
		ref: claim(14, 6),
		commit: claim(13, 3),
		trigger: claim(20, 2),
		runner: claim(11),
	};
	assertPlain(identity);
	const isOwn = repository !== null && configuration.startsWith(`${repository}/`);
	return { identity, workflowRef: isOwn ? (configuration.split('@').at(-1) ?? null) : null };
}

// These words are shown on terminals and compared by eye: an authority that certifies invisible ones is not followed.
function assertPlain(identity: SourceIdentity): void {
	const hostile = Object.values(identity).find((value) => value !== null && stripControls(value) !== value);
	if (hostile !== undefined) {
		throw invalid('certificate-untrusted', `The certificate names "${quote(hostile)}" with control characters in it.`);
	}
}

// The older field of the same meaning stands in for a newer one that is missing.
function claimReader(signer: Signer): (number: number, older?: number) => string | null {
	const claims = new Map<string, Buffer>();
	for (const { oid, value } of signer.identity?.oids ?? []) {
		const id = oid?.id.join('.') ?? '';
		if (id.startsWith(FULCIO_ARC) && !claims.has(id.slice(FULCIO_ARC.length))) {
			claims.set(id.slice(FULCIO_ARC.length), value);
		}
	}

	return (number, older) => decodeUtf8String(claims.get(String(number))) ?? claims.get(String(older))?.toString('utf8') ?? null;
}

/** `https://github.com/acme/plug/.github/workflows/x.yml@refs/tags/v1` -> `.github/workflows/x.yml`; of another repository the URL stays. */
function workflowPath(text: string, repository: string | null): string | null {
	const path = /^(https:\/\/.+)@[^@]+$/.exec(text)?.[1];
	if (path === undefined) {
		return null;
	}

	return repository !== null && path.startsWith(`${repository}/`) ? path.slice(repository.length + 1).replace(/^\/+/, '') : path;
}

function oldRepository(issuer: string, slug: string | null): string | null {
	return slug !== null && issuer === GITHUB_ISSUER ? `${OLD_REPOSITORY_HOST}${slug}` : null;
}

function decodeUtf8String(value: Buffer | undefined): string | null {
	if (value?.[0] !== DER_UTF8_STRING) {
		return null;
	}

	const first = value[1] ?? 0;
	const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
	const length = lengthBytes === 0 ? first : value.readUIntBE(2, Math.min(lengthBytes, 4));
	const text = value.subarray(2 + lengthBytes);
	return text.length === length ? text.toString('utf8') : null;
}
