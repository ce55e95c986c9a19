import { verify } from 'node:crypto';
import type { Evidence } from '../../evidence.ts';
import type { RegistrySignature } from '../../packument.ts';
import type { CollectRequest } from './collect-request.ts';
import { absent, EvidenceFault, invalid, quote, unavailable, verified } from './outcome.ts';
import { findSigningKey } from './registry-keys.ts';
import type { SigningKey } from './registry-keys.ts';

/** When the version existed at the latest: from a transparency log, else from the packument, which nobody signed. */
export type PublishTime = { readonly milliseconds: number; readonly source: 'log' | 'registry' } | null;

/**
 * The registry's ECDSA signature over `name@version:integrity`, with the integrity of the bytes in hand. One good signature is enough,
 * one false signature by a known key is too many, and signatures by keys nobody knows are passed over. Throws `EvidenceFault`.
 */
export function checkRegistrySignature(request: CollectRequest, publishTime: PublishTime): Evidence {
	if (request.signatures.length === 0) {
		throw request.registryServes.signatures
			? absent('signature-absent', 'The registry signs packages, but served no signature for this version.')
			: unavailable('signatures-not-served', 'The registry serves no signatures, so nobody could look.');
	}

	const results = request.signatures.map((signature) => tryOne(request, signature, publishTime));
	const fault =
		results.find((result) => result instanceof EvidenceFault && result.state === 'invalid') ??
		results.find((result) => !(result instanceof EvidenceFault)) ??
		results[0];
	if (fault === undefined || fault instanceof EvidenceFault) {
		throw fault ?? unavailable('signatures-not-served', 'The registry serves no signatures, so nobody could look.');
	}

	return fault;
}

/** True where a signature counts or not by when the version was published: its key has ended. */
export function needsPublishTime({
	signatures,
	roots,
	keys,
	now,
}: Pick<CollectRequest, 'signatures' | 'roots' | 'keys'> & { readonly now: number }): boolean {
	const known = { embedded: roots.registryKeys, served: keys ?? [], usage: 'npm:signatures' as const };
	return signatures.some(({ keyid }) => (findSigningKey(keyid, known)?.end ?? Infinity) < now);
}

function tryOne(request: CollectRequest, signature: RegistrySignature, publishTime: PublishTime): Evidence | EvidenceFault {
	const key = findSigningKey(signature.keyid, {
		embedded: request.roots.registryKeys,
		served: request.keys ?? [],
		usage: 'npm:signatures',
	});
	if (key === null) {
		const served = request.keys === null ? 'the registry serves no keys' : 'the registry does not serve it';
		return unavailable('key-unknown', `It is signed with key ${quote(signature.keyid)}, which is not built in, and ${served}.`);
	}

	if (key.publicKey === null) {
		return unavailable('key-unsupported', `Key ${quote(key.keyid)} is not a P-256 ECDSA key, so its signature could not be checked.`);
	}

	const signed = Buffer.from(`${request.name}@${request.version}:${request.integrity}`);
	if (!verify('sha256', signed, key.publicKey, Buffer.from(signature.sig, 'base64'))) {
		return invalid(
			'signature-mismatch',
			`The signature by key ${quote(key.keyid)} is not one of ${request.name}@${request.version} with ${request.integrity}.`,
		);
	}

	return windowFault(key, publishTime, request.now ?? Date.now()) ?? verified('registry-signature', describe(key));
}

/**
 * A registry may sign again what it published long ago, so a version older than its key is fine. What cannot be is a version that
 * appeared after the key had ended, or a key whose time has not come.
 */
function windowFault(key: SigningKey, publishTime: PublishTime, now: number): EvidenceFault | null {
	if (key.start > now) {
		return invalid('key-not-yet-valid', `Key ${quote(key.keyid)} is valid from ${iso(key.start)}, and now it is ${iso(now)}.`);
	}

	if (publishTime !== null && publishTime.milliseconds > key.end) {
		return invalid(
			'key-expired',
			`Key ${quote(key.keyid)} ended ${iso(key.end)}, the version was published ${iso(publishTime.milliseconds)}.`,
		);
	}

	if (publishTime === null && now > key.end) {
		return unavailable(
			'key-window-unknown',
			`Key ${quote(key.keyid)} ended ${iso(key.end)}, and the registry does not say when the version was published.`,
		);
	}

	return null;
}

function describe(key: SigningKey): string {
	return key.source === 'embedded'
		? `Signed by the public registry (key ${quote(key.keyid)}).`
		: `Signed by this registry with key ${quote(key.keyid)}, which only the registry itself vouches for.`;
}

function iso(milliseconds: number): string {
	return Number.isFinite(milliseconds) ? new Date(milliseconds).toISOString() : 'at no stated time';
}
