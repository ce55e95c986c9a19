import type { Key, readKeys as readKeyBlock, Signature, verify } from 'openpgp';
import { EngineError } from '../../errors.ts';
import type { Evidence } from '../../evidence.ts';
import type { CollectRequest } from './collect-request.ts';
import { absent, EvidenceFault, invalid, quote, unavailable, verified } from './outcome.ts';

type VerificationResult = Awaited<ReturnType<typeof verify>>['signatures'][number];
type Checked = Evidence | EvidenceFault;

/**
 * A detached OpenPGP signature over the tarball by a key that the user named. As with registries, one good signature is enough, one false
 * signature by a known key is too many, and signatures by other keys are passed over. Throws `EvidenceFault`; `settings-invalid` for a
 * key file that holds no keys.
 */
export async function checkOpenpgp(request: CollectRequest, asked: NonNullable<CollectRequest['openpgp']>): Promise<Evidence> {
	if (asked.signature === null) {
		throw asked.othersSigned
			? absent('openpgp-absent', 'Other versions carry an OpenPGP signature, this one has none.')
			: unavailable('openpgp-not-served', 'The registry serves no OpenPGP signature beside the tarball.');
	}

	// Loads only for those who use it: it is larger than the rest of the evidence together.
	const openpgp = await import('openpgp');
	const keys = await readKeys(openpgp.readKeys, asked.keys);
	const signature = await openpgp.readSignature({ armoredSignature: asked.signature });
	const message = await openpgp.createMessage({ binary: await asked.readPacked() });
	const now = new Date(request.now ?? Date.now());
	const { signatures } = await openpgp.verify({ message, signature, verificationKeys: [...keys], date: now });
	const results: Checked[] = [];
	for (const [index, result] of signatures.entries()) {
		const packet: Signature['packets'][number] | undefined = signature.packets[index];
		results.push(await checkOne({ result, signedAt: packet?.created ?? null, keys, now }));
	}

	const chosen =
		results.find((result) => result instanceof EvidenceFault && result.state === 'invalid') ??
		results.find((result) => !(result instanceof EvidenceFault)) ??
		results[0] ??
		unavailable('openpgp-not-served', 'The file beside the tarball holds no signature.');
	if (chosen instanceof EvidenceFault) {
		throw chosen;
	}

	return chosen;
}

type Question = { readonly result: VerificationResult; readonly signedAt: Date | null; readonly keys: readonly Key[]; readonly now: Date };

async function checkOne({ result, signedAt, keys, now }: Question): Promise<Checked> {
	const key = keys.find((one) => one.getKeys(result.keyID).length > 0);
	if (key === undefined) {
		return unavailable(
			'openpgp-key-unknown',
			`It is signed with OpenPGP key ${result.keyID.toHex()}, which is not among the keys you named.`,
		);
	}

	const name = fingerprintOf(key);
	if (await key.isRevoked(undefined, undefined, now)) {
		return invalid('openpgp-key-revoked', `It is signed with OpenPGP key ${name}, which was revoked.`);
	}

	const end = await key.getExpirationTime();
	if (end instanceof Date && signedAt !== null && signedAt > end) {
		return invalid('openpgp-key-expired', `OpenPGP key ${name} ended ${end.toISOString()}, the signature is of ${signedAt.toISOString()}.`);
	}

	try {
		await result.verified;
	} catch (error) {
		const why = error instanceof Error ? `: ${quote(error.message)}` : '';
		return invalid('openpgp-mismatch', `The OpenPGP signature by key ${name} is not one of these bytes${why}.`);
	}

	if (end instanceof Date && end < now) {
		// Whoever has the old key can date a signature back, so the date in it proves nothing any more.
		return unavailable('openpgp-key-lapsed', `OpenPGP key ${name} ended ${end.toISOString()}; add it again with a later end.`);
	}

	return verified('openpgp', `Signed by OpenPGP key ${name} (${quote(key.getUserIDs()[0] ?? 'no name')}), which you named.`);
}

const PUBLIC_BLOCK = /-----BEGIN PGP PUBLIC KEY BLOCK-----.*?-----END PGP PUBLIC KEY BLOCK-----/gs;

async function readKeys(readBlock: typeof readKeyBlock, text: string): Promise<readonly Key[]> {
	const blocks = text.match(PUBLIC_BLOCK) ?? [];
	try {
		const keys = await Promise.all(blocks.map((armoredKeys) => readBlock({ armoredKeys })));
		if (keys.flat().length > 0) {
			return keys.flat();
		}
	} catch (error) {
		throw noKeys(error);
	}

	throw noKeys(null);
}

function noKeys(cause: unknown): EngineError {
	return new EngineError('settings-invalid', 'A key file of "openpgp" in the trust policy holds no OpenPGP public keys.', {
		hint: 'Write it with: gpg --armor --export KEY',
		cause,
	});
}

function fingerprintOf(key: Key): string {
	return key.getFingerprint().toUpperCase();
}
