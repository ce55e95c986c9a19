import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { Storage } from '../storage/index.ts';

/** The mirror's own registry key, in the form npm's keys route has. */
export type PublishedKey = {
	readonly keyid: string;
	readonly keytype: 'ecdsa-sha2-nistp256';
	readonly scheme: 'ecdsa-sha2-nistp256';
	readonly key: string;
	readonly expires: null;
};

export type SigningKey = {
	readonly published: PublishedKey;
	/** Signs `name@version:integrity`; DER and base64, which is what npm verifies. */
	signIntegrity(id: string, integrity: string): { readonly keyid: string; readonly sig: string };
};

export async function loadSigningKey(storage: Storage): Promise<SigningKey> {
	const pem = await storage.signingKey(() => {
		const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
		return privateKey.export({ type: 'pkcs8', format: 'pem' });
	});
	const privateKey = createPrivateKey(pem);
	const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
	const keyid = `SHA256:${createHash('sha256').update(spki).digest('base64').replace(/=+$/u, '')}`;
	return {
		published: { keyid, keytype: 'ecdsa-sha2-nistp256', scheme: 'ecdsa-sha2-nistp256', key: spki.toString('base64'), expires: null },
		signIntegrity(id, integrity) {
			const sig = sign('sha256', Buffer.from(`${id}:${integrity}`), { key: privateKey, dsaEncoding: 'der' });
			return { keyid, sig: sig.toString('base64') };
		},
	};
}
