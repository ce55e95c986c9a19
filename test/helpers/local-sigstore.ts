import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fulcioHandler, initializeCA, initializeCTLog, initializeTLog, initializeTSA, rekorHandler, tsaHandler } from '@sigstore/mock';
import type { Bundle } from 'sigstore';

type KeyPair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

export type IdentityClaims = Readonly<Record<string, string>>;

export type LocalSigstore = {
	/** The `trusted_root.json` that vouches for everything signed here. */
	readonly trustedRoot: () => Record<string, unknown>;
	/** Signs a statement the way a build does: a certificate for these claims, one log entry, one timestamp when asked for. */
	readonly attest: (
		statement: unknown,
		options: { readonly claims: IdentityClaims; readonly withTimestamp?: boolean; readonly legacy?: boolean },
	) => Promise<Bundle>;
	/** Where all its services answer. */
	readonly url: string;
	/** An OpenID token as a build gets one, for these claims. */
	readonly token: (claims: IdentityClaims) => string;
	/** Signs a statement the way a registry does: with its own key, logged. */
	readonly attestWithKey: (statement: unknown, key: { readonly hint: string; readonly privateKey: KeyObject }) => Promise<Bundle>;
	readonly [Symbol.asyncDispose]: () => Promise<void>;
};

const IN_TOTO_TYPE = 'application/vnd.in-toto+json';

/**
 * A whole Sigstore on loopback: certificate authority, certificate log, transparency log and timestamp authority, each with its own key.
 * `fraction`: milliseconds beyond the second in all its timestamps. `isUnlogged`: its certificates carry no proof of the certificate log. `certificateClock` stops the authority's clock, so that its certificates (ten minutes long) do not cover the time of logging.
 */
export async function startLocalSigstore(
	options: { readonly certificateClock?: Date; readonly isUnlogged?: boolean; readonly fraction?: number } = {},
): Promise<LocalSigstore> {
	const keys = { authority: newKeyPair(), certificateLog: newKeyPair(), log: newKeyPair(), timestamp: newKeyPair() };
	const server = createServer();
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const certificateLog = await initializeCTLog(keys.certificateLog, options.certificateClock);
	const authority = await initializeCA(keys.authority, options.isUnlogged === true ? undefined : certificateLog, options.certificateClock);
	const log = await initializeTLog(url, keys.log);
	const timestamp = Object.assign(await initializeTSA(keys.timestamp), {
		getCurrentTime: () => new Date(Math.floor(Date.now() / 1000) * 1000 + (options.fraction ?? 0)),
	});
	// A real log stores hashes of what it is offered; the mock stores the offer itself, which no verifier accepts.
	const storing = { ...log, publicKey: log.publicKey, log: (entry: object) => log.log(toStoredEntry(entry)), logV2: log.logV2.bind(log) };
	const handlers = [fulcioHandler(authority), rekorHandler(storing), tsaHandler(timestamp)];
	server.on('request', (request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const handler = handlers.find(({ path }) => path === request.url);
			void (
				handler?.fn(Buffer.concat(chunks).toString()) ?? Promise.resolve({ statusCode: 404, response: '', contentType: 'text/plain' })
			).then((answer) =>
				response
					.writeHead(answer.statusCode, { 'content-type': answer.contentType ?? 'text/plain', connection: 'close' })
					.end(answer.response),
			);
		});
	});

	return {
		url,
		token: unsignedToken,
		trustedRoot: () => ({
			mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
			tlogs: [logDocument(url, log.publicKey)],
			ctlogs: [logDocument(`${url}/ct`, certificateLog.publicKey)],
			certificateAuthorities: [authorityDocument(url, [authority.rootCertificate])],
			timestampAuthorities: [authorityDocument(url, [timestamp.intCertificate, timestamp.rootCertificate])],
		}),
		attest: async (statement, { claims, withTimestamp = false, legacy = false }) => {
			const { attest } = await import('sigstore');
			return attest(Buffer.from(JSON.stringify(statement)), IN_TOTO_TYPE, {
				fulcioURL: url,
				rekorURL: url,
				legacyCompatibility: legacy,
				identityToken: unsignedToken(claims),
				retry: 0,
				...(withTimestamp ? { tsaServerURL: url } : {}),
			});
		},
		attestWithKey: async (statement, key) => {
			const payload = Buffer.from(JSON.stringify(statement));
			const signature = sign('sha256', preAuthEncoding(payload), key.privateKey).toString('base64');
			const [entry] = Object.values(await log.log(dsseEntry(payload, { signature, verifier: key.hint })));
			return keyBundle(payload, { hint: key.hint, signature, entry: entry as LogEntry });
		},
		[Symbol.asyncDispose]: () =>
			new Promise<void>((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}

export function newKeyPair(): KeyPair {
	return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

type LogEntry = {
	readonly body: string;
	readonly integratedTime: number;
	readonly logID: string;
	readonly logIndex: number;
	readonly verification: {
		readonly signedEntryTimestamp: string;
		readonly inclusionProof: {
			readonly logIndex: number;
			readonly treeSize: number;
			readonly rootHash: string;
			readonly checkpoint: string;
		};
	};
};

function keyBundle(
	payload: Buffer,
	{ hint, signature, entry }: { readonly hint: string; readonly signature: string; readonly entry: LogEntry },
): Bundle {
	const proof = entry.verification.inclusionProof;
	const document: unknown = {
		mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
		verificationMaterial: {
			publicKey: { hint },
			tlogEntries: [
				{
					logIndex: String(entry.logIndex),
					logId: { keyId: Buffer.from(entry.logID, 'hex').toString('base64') },
					kindVersion: { kind: 'dsse', version: '0.0.1' },
					integratedTime: String(entry.integratedTime),
					inclusionPromise: { signedEntryTimestamp: entry.verification.signedEntryTimestamp },
					inclusionProof: {
						logIndex: String(proof.logIndex),
						treeSize: String(proof.treeSize),
						rootHash: Buffer.from(proof.rootHash, 'hex').toString('base64'),
						hashes: [],
						checkpoint: { envelope: proof.checkpoint },
					},
					canonicalizedBody: entry.body,
				},
			],
		},
		dsseEnvelope: { payload: payload.toString('base64'), payloadType: IN_TOTO_TYPE, signatures: [{ sig: signature, keyid: hint }] },
	};
	return document as Bundle;
}

function toStoredEntry(entry: object): object {
	const { spec } = entry as {
		readonly spec: { readonly proposedContent?: { readonly envelope: string; readonly verifiers: readonly string[] } };
	};
	if (spec.proposedContent === undefined) {
		return entry;
	}

	const { envelope, verifiers } = spec.proposedContent;
	const { payload, signatures } = JSON.parse(envelope) as {
		readonly payload: string;
		readonly signatures: readonly { readonly sig: string }[];
	};
	return dsseEntry(Buffer.from(payload, 'base64'), { signature: signatures[0]?.sig ?? '', verifier: verifiers[0] ?? '' });
}

function dsseEntry(payload: Buffer, signature: { readonly signature: string; readonly verifier: string }): object {
	return {
		apiVersion: '0.0.1',
		kind: 'dsse',
		spec: { payloadHash: sha256(payload), envelopeHash: sha256(Buffer.from(signature.signature)), signatures: [signature] },
	};
}

function sha256(bytes: Buffer): { readonly algorithm: string; readonly value: string } {
	return { algorithm: 'sha256', value: createHash('sha256').update(bytes).digest('hex') };
}

function preAuthEncoding(payload: Buffer): Buffer {
	return Buffer.concat([Buffer.from(`DSSEv1 ${IN_TOTO_TYPE.length} ${IN_TOTO_TYPE} ${payload.length} `), payload]);
}

// The mock authority reads the claims and checks no signature.
function unsignedToken(claims: IdentityClaims): string {
	return ['{"alg":"none"}', JSON.stringify(claims), ''].map((part) => Buffer.from(part).toString('base64url')).join('.');
}

function logDocument(baseUrl: string, publicKey: Buffer): object {
	return {
		baseUrl,
		hashAlgorithm: 'SHA2_256',
		publicKey: {
			rawBytes: publicKey.toString('base64'),
			keyDetails: 'PKIX_ECDSA_P256_SHA_256',
			validFor: { start: '2020-01-01T00:00:00Z' },
		},
		logId: { keyId: createHash('sha256').update(publicKey).digest('base64') },
	};
}

function authorityDocument(uri: string, certificates: readonly ArrayBufferView[]): object {
	return {
		subject: { organization: 'sigstore.mock', commonName: 'sigstore' },
		uri,
		certChain: {
			certificates: certificates.map(({ buffer, byteOffset, byteLength }) => ({
				rawBytes: Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64'),
			})),
		},
		validFor: { start: '2020-01-01T00:00:00Z' },
	};
}
