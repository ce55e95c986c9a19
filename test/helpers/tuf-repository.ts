import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

type KeyPair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

/** A TUF repository of one target, every role signed by one key; the clients of Sigstore read it. */
export type TufRepository = {
	/** The root.json that a client starts from. */
	readonly root: string;
	/** What it serves, by path. */
	readonly files: ReadonlyMap<string, string>;
};

const EXPIRES = '2100-01-01T00:00:00Z';

/** `signer` signs the targets and the way to them; the root always names the key of `keys`. */
export function tufRepository(
	target: string,
	{
		keys,
		signer = keys.privateKey,
		rootVersion = 1,
	}: { readonly keys: KeyPair; readonly signer?: KeyObject; readonly rootVersion?: number },
): TufRepository {
	const { sha256 } = fileInfo(target).hashes;
	return {
		root: rootOf(keys, rootVersion),
		files: new Map([
			['/1.targets.json', signed({ _type: 'targets', targets: { 'trusted_root.json': fileInfo(target) } }, signer)],
			['/1.snapshot.json', signed({ _type: 'snapshot', meta: { 'targets.json': { version: 1 } } }, signer)],
			['/timestamp.json', signed({ _type: 'timestamp', meta: { 'snapshot.json': { version: 1 } } }, signer)],
			[`/targets/${sha256}.trusted_root.json`, target],
		]),
	};
}

export function newTufKeys(): KeyPair {
	return generateKeyPairSync('ed25519');
}

function rootOf({ publicKey, privateKey }: KeyPair, version: number): string {
	const role = { keyids: ['k'], threshold: 1 };
	const keyval = { public: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex') };
	const root = {
		_type: 'root',
		version,
		consistent_snapshot: true,
		keys: { k: { keytype: 'ed25519', scheme: 'ed25519', keyval } },
		roles: { root: role, targets: role, snapshot: role, timestamp: role },
	};
	return signed(root, privateKey);
}

function signed(body: object, signer: KeyObject): string {
	const metadata = { spec_version: '1.0.31', version: 1, expires: EXPIRES, ...body };
	const sig = sign(null, Buffer.from(canonical(metadata)), signer).toString('hex');
	return JSON.stringify({ signed: metadata, signatures: [{ keyid: 'k', sig }] });
}

function canonical(value: unknown): string {
	if (Array.isArray(value)) {
		return `[${value.map(canonical).join(',')}]`;
	}

	if (typeof value === 'object' && value !== null) {
		const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
		return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${canonical(entry)}`).join(',')}}`;
	}

	return JSON.stringify(value);
}

function fileInfo(text: string) {
	return { length: Buffer.byteLength(text), hashes: { sha256: createHash('sha256').update(text).digest('hex') } };
}
