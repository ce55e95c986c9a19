import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrustRoots } from '../../../source/engine/trust/index.ts';
import { collectEvidence, loadTrustRoots } from '../../../source/engine/trust/index.ts';
import type { LocalSigstore } from '../../helpers/local-sigstore.ts';
import { startLocalSigstore } from '../../helpers/local-sigstore.ts';
import { evidenceOf, githubClaims, request, slsaV1, SLSA_V1, statement } from './attested-package.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

// Every byte takes minutes, and is done by `npm run proof:tamper`; else these positions of each field cover its head, its tail and what lies between.
const IS_THOROUGH = process.env['PLUGWARD_THOROUGH'] === '1';
const POSITIONS_PER_FIELD = IS_THOROUGH ? Number.POSITIVE_INFINITY : 40;
// One bit of each byte; thoroughly, the lowest, the highest and all.
const FLIPS = IS_THOROUGH ? [0x01, 0x80, 0xff] : [0x01];
const LONGEST_MILLISECONDS = 600_000;
const BINARY = /rawBytes|keyId|signedEntryTimestamp|rootHash|canonicalizedBody|payload$|sig$|signedTimestamp/;

let sigstore: LocalSigstore;
let roots: TrustRoots;
let bundle: Json;

beforeAll(async () => {
	sigstore = await startLocalSigstore();
	roots = await loadTrustRoots({ files: [{ id: 'local', json: sigstore.trustedRoot(), scopes: ['@acme/*'] }] });
	bundle = JSON.parse(JSON.stringify(await sigstore.attest(statement(SLSA_V1, slsaV1()), { claims: githubClaims() }))) as Json;
});

afterAll(() => sigstore[Symbol.asyncDispose]());

async function provenanceOf(mutated: Json) {
	const evidence = await collectEvidence(request(roots, { list: [{ predicateType: SLSA_V1, bundle: mutated }] }));
	return evidenceOf(evidence, 'provenance');
}

describe('a valid bundle with anything changed', () => {
	it('verifies when nothing is changed', async () => {
		expect(await provenanceOf(bundle)).toMatchObject({ state: 'verified' });
	});

	it(
		'is never accepted with one byte of a decoded field flipped',
		async () => {
			const accepted: string[] = [];
			let tried = 0;
			for (const path of leaves(bundle)) {
				for (const changed of mutationsOf(at(bundle, path), path.join('.'))) {
					tried += 1;
					const { state, identity } = await provenanceOf(replaced(bundle, path, changed));
					if (state === 'verified' || identity !== null) {
						accepted.push(path.join('.'));
					}
				}
			}

			expect([...new Set(accepted)]).toEqual([]);
			expect(tried).toBeGreaterThan(IS_THOROUGH ? 10_000 : 150);
			if (IS_THOROUGH) {
				process.stdout.write(`${tried} changed bundles, none accepted\n`);
			}
		},
		LONGEST_MILLISECONDS,
	);

	it('is never accepted with a field removed', async () => {
		const accepted: string[] = [];
		for (const path of branches(bundle)) {
			const { state } = await provenanceOf(replaced(bundle, path, undefined));
			if (state === 'verified') {
				accepted.push(path.join('.'));
			}
		}

		// Without these the bundle says the same: it carries no timestamp beside the log's own.
		const spare = ['verificationMaterial.timestampVerificationData', 'verificationMaterial.timestampVerificationData.rfc3161Timestamps'];
		expect(accepted.filter((path) => !spare.includes(path))).toEqual([]);
	});
});

function* leaves(json: Json, path: Path = []): Generator<Path> {
	if (typeof json === 'string') {
		yield path;
	} else if (typeof json === 'object' && json !== null) {
		for (const [key, value] of Object.entries(json)) {
			yield* leaves(value, [...path, key]);
		}
	}
}

function* branches(json: Json, path: Path = []): Generator<Path> {
	if (path.length > 0) {
		yield path;
	}

	if (typeof json === 'object' && json !== null) {
		for (const [key, value] of Object.entries(json)) {
			yield* branches(value, [...path, key]);
		}
	}
}

function at(json: Json, path: Path): string {
	let value: Json | undefined = json;
	for (const key of path) {
		value = (value as Record<string, Json>)[key];
	}

	return value as string;
}

function* mutationsOf(text: string, name: string): Generator<string> {
	const isBinary = BINARY.test(name);
	const bytes = Buffer.from(text, isBinary ? 'base64' : 'utf8');
	const step = Math.max(1, Math.floor(bytes.length / POSITIONS_PER_FIELD));
	for (let index = 0; index < bytes.length; index += step) {
		for (const flip of FLIPS) {
			const copy = Buffer.from(bytes);
			copy[index] = (copy[index] ?? 0) ^ flip;
			yield copy.toString(isBinary ? 'base64' : 'utf8');
		}
	}
}

function replaced(json: Json, path: Path, value: Json | undefined): Json {
	const copy = structuredClone(json);
	let parent = copy as Record<string, Json>;
	for (const key of path.slice(0, -1)) {
		parent = parent[key] as Record<string, Json>;
	}

	const last = String(path.at(-1));
	if (value === undefined) {
		delete parent[last];
	} else {
		parent[last] = value;
	}

	return copy;
}
