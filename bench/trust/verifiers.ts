import { readFile } from 'node:fs/promises';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { loadTrustRoots, type TrustRoot } from '../../source/engine/trust/index.ts';
import { readEmbeddedRoot } from '../../source/engine/trust/roots/embedded-root.ts';
import { verifyBundle } from '../../source/engine/trust/provenance/bundle.ts';
import { githubClaims, SLSA_V1, slsaV1, statement, subject } from '../../test/engine/trust/attested-package.ts';
import { startLocalSigstore } from '../../test/helpers/local-sigstore.ts';

export type VerifierResult = {
	readonly bundles: number;
	readonly rounds: number;
	/** CPU per bundle of each round. */
	readonly plugwardMilliseconds: readonly number[];
	readonly stockMilliseconds: readonly number[];
	/** Bundles that both were asked about, half of them spoiled. */
	readonly judged: number;
	/** Where the two said different things. */
	readonly stricter: number;
	readonly laxer: number;
};

const BUNDLES = 50;
const THRESHOLDS = { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 };

type Judge = (json: unknown) => Promise<boolean>;

/** Bundles of a Sigstore made for the bench, half of the judged ones spoiled. */
export async function measureLocalBundles(rounds: number): Promise<VerifierResult> {
	await using sigstore = await startLocalSigstore();
	const root = sigstore.trustedRoot();
	const bundles: unknown[] = [];
	for (let index = 0; index < BUNDLES; index += 1) {
		const name = `pkg:npm/%40acme/plug@1.2.${index}`;
		const signed = await sigstore.attest(statement(SLSA_V1, slsaV1(), [subject({ name })]), { claims: githubClaims() });
		bundles.push(JSON.parse(JSON.stringify(signed)));
	}

	const { roots } = await loadTrustRoots({ files: [{ id: 'bench', json: root, scopes: ['@acme/*'] }] });
	return measure({ bundles, root, roots: roots.filter(({ id }) => id === 'bench') }, rounds);
}

/** Provenance as the public registry serves it, from a file of its attestations, under the embedded root: a chain of real length. */
export async function measurePublicBundle(file: string, rounds: number): Promise<VerifierResult> {
	const { attestations } = JSON.parse(await readFile(file, 'utf8')) as {
		readonly attestations: readonly { readonly predicateType: string; readonly bundle: unknown }[];
	};
	const { bundle } = attestations.find(({ predicateType }) => predicateType.startsWith('https://slsa.dev/provenance/')) ?? {};
	const { roots } = await loadTrustRoots();
	const { trustedRoot } = await readEmbeddedRoot();
	return measure({ bundles: Array.from({ length: BUNDLES }, () => structuredClone(bundle)), root: trustedRoot, roots }, rounds);
}

type Setting = { readonly bundles: readonly unknown[]; readonly root: unknown; readonly roots: readonly TrustRoot[] };

/** The same bundles through our verification and through the verifier it is built on, in one process and interleaved. Round 0 warms both up. */
async function measure({ bundles, root, roots }: Setting, rounds: number): Promise<VerifierResult> {
	const judges = { plugward: plugwardJudge(roots), stock: stockJudge(root) };
	const times: { plugward: number[]; stock: number[] } = { plugward: [], stock: [] };
	for (let round = 0; round <= rounds; round += 1) {
		for (const name of ['plugward', 'stock'] as const) {
			const cpu = await cpuOf(judges[name], bundles);
			times[name].push(...(round === 0 ? [] : [cpu / BUNDLES]));
		}
	}

	return {
		bundles: BUNDLES,
		rounds,
		plugwardMilliseconds: times.plugward,
		stockMilliseconds: times.stock,
		...(await compare(judges, bundles)),
	};
}

function plugwardJudge(roots: readonly TrustRoot[]): Judge {
	return (json) =>
		said(async () => {
			await verifyBundle(json, { roots, findKey: noKey });
		});
}

/** As its own documentation uses it: the trust material is made once. */
function stockJudge(root: unknown): Judge {
	const material = toTrustMaterial(TrustedRoot.fromJSON(root), noKey);
	const verifier = new Verifier(material, THRESHOLDS);
	return (json) =>
		said(async () => {
			verifier.verify(toSignedEntity(bundleFromJSON(json)));
		});
}

function noKey(): never {
	throw new Error('no key is known');
}

async function said(verify: () => Promise<void>): Promise<boolean> {
	try {
		await verify();
		return true;
	} catch {
		// Whatever it throws is a refusal; only the verdict is compared.
		return false;
	}
}

async function cpuOf(judge: Judge, bundles: readonly unknown[]): Promise<number> {
	const start = process.cpuUsage();
	for (const bundle of bundles) {
		if (!(await judge(bundle))) {
			throw new Error('a valid bundle was refused');
		}
	}

	const { user, system } = process.cpuUsage(start);
	return (user + system) / 1000;
}

async function compare(judges: Readonly<Record<'plugward' | 'stock', Judge>>, bundles: readonly unknown[]) {
	const all = [...bundles, ...bundles.map(spoil)];
	let stricter = 0;
	let laxer = 0;
	for (const bundle of all) {
		const [ours, theirs] = [await judges.plugward(bundle), await judges.stock(bundle)];
		stricter += Number(!ours && theirs);
		laxer += Number(ours && !theirs);
	}

	return { judged: all.length, stricter, laxer };
}

// One byte of something that is signed or signs, a different one for each bundle.
function spoil(bundle: unknown, index: number): unknown {
	const text = JSON.stringify(bundle);
	const fields = ['"payload":"', '"sig":"', '"rawBytes":"', '"canonicalizedBody":"', '"signedEntryTimestamp":"'];
	const field = fields[index % fields.length] ?? '';
	const at = text.indexOf(field) + field.length + 20 + index;
	return JSON.parse(`${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`) as unknown;
}
