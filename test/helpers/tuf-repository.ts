import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export type TufKeys = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

/** A TUF repository of one target, every role signed by one key; the clients of Sigstore read it. */
export type TufRepository = {
	/** The root.json that a client starts from. */
	readonly root: string;
	/** What it serves, by path. */
	readonly files: ReadonlyMap<string, string>;
};

type Role = 'root' | 'timestamp' | 'snapshot' | 'targets';

export type TufOptions = {
	readonly keys: TufKeys;
	/** Signs the targets and the way to them; the newest root's key when left out. */
	readonly signer?: KeyObject;
	/** Keys of the roots after the first, each signed by the one before too. */
	readonly rotations?: readonly TufKeys[];
	/** Of everything but the roots. */
	readonly version?: number;
	/** ISO times. */
	readonly expires?: Partial<Record<Role, string>>;
};

export const FAR_AWAY = '2100-01-01T00:00:00Z';

export function tufRepository(
	target: string,
	{ keys, rotations = [], version = 1, expires = {}, signer = (rotations.at(-1) ?? keys).privateKey }: TufOptions,
): TufRepository {
	const { sha256 } = fileInfo(target).hashes;
	const roots = [keys, ...rotations].map((one, index, all) =>
		signed({ ...rootOf(one, index + 1), expires: expires.root ?? FAR_AWAY }, [...(index === 0 ? [] : all.slice(index - 1, index)), one]),
	);
	const role = (type: Role, body: object): string =>
		signed({ _type: type, version, expires: expires[type] ?? FAR_AWAY, ...body }, [
			{ publicKey: (rotations.at(-1) ?? keys).publicKey, privateKey: signer },
		]);
	return {
		root: roots[0] ?? '',
		files: new Map([
			...roots.slice(1).map((root, index): [string, string] => [`/${index + 2}.root.json`, root]),
			[`/${version}.targets.json`, role('targets', { targets: { 'trusted_root.json': fileInfo(target) } })],
			[`/${version}.snapshot.json`, role('snapshot', { meta: { 'targets.json': { version } } })],
			['/timestamp.json', role('timestamp', { meta: { 'snapshot.json': { version } } })],
			[`/targets/${sha256}.trusted_root.json`, target],
		]),
	};
}

export function newTufKeys(): TufKeys {
	return generateKeyPairSync('ed25519');
}

function rootOf(keys: TufKeys, version: number) {
	const role = { keyids: [idOf(keys)], threshold: 1 };
	const keyval = { public: rawKey(keys).toString('hex') };
	return {
		_type: 'root',
		version,
		consistent_snapshot: true,
		keys: { [idOf(keys)]: { keytype: 'ed25519', scheme: 'ed25519', keyval } },
		roles: { root: role, targets: role, snapshot: role, timestamp: role },
	};
}

function rawKey({ publicKey }: TufKeys): Buffer {
	return publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
}

function idOf(keys: TufKeys): string {
	return createHash('sha256').update(rawKey(keys)).digest('hex');
}

function signed(body: object, signers: readonly TufKeys[]): string {
	const metadata = { spec_version: '1.0.31', ...body };
	const bytes = Buffer.from(canonical(metadata));
	const signatures = signers.map((keys) => ({ keyid: idOf(keys), sig: sign(null, bytes, keys.privateKey).toString('hex') }));
	return JSON.stringify({ signed: metadata, signatures });
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
