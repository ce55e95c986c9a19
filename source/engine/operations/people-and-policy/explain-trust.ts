import semver from 'semver';
import type { TrustAudit, TrustDifference, TrustExplanation } from '../../trust-calls.ts';
import { hexOfIntegrity } from '../../integrity.ts';
import { identityDifferences, indexStatements, judgeClosure, pathsTo } from '../../trust/index.ts';
import type { EvidenceKind, EvidenceState } from '../../evidence.ts';
import type { Generation, Receipt } from '../../home/index.ts';
import { identityIn } from '../apply/assessed-package.ts';
import type { EngineContext } from '../engine-context.ts';
import { judgeInstalled } from '../artefacts/judge-installed.ts';
import { closureOf, idOf, idOfInstance, uniquePackages } from '../locks/lock-queries.ts';
import { findInstalled } from './find-installed.ts';
import { listRoots } from './trust-roots.ts';
import { findSigningKey } from './signing-key.ts';
import { readStatements } from './statement-store.ts';

/** Why one installed package has its level. Throws `not-installed`. */
export async function explainTrust(context: EngineContext, name: string): Promise<TrustExplanation> {
	const { generation, instance, locked, receipt } = await findInstalled(context, name);
	const standings = await context.standings();
	const judged = await judgeAll(context, generation);
	const members = closureOf(generation.lock, instance).flatMap((id) => judged.get(idOfInstance(generation.lock, id)) ?? []);
	const [own, ...dependencies] = members;
	const verdict =
		own?.verdict ?? judgeInstalled(context, { locked, receipt, manifest: null, standings, acceptances: generation.settings.acceptances });
	const before = await versionBefore(context, { generation, name: locked.name, version: locked.version });
	const identity = identityIn(receipt);
	const oldIdentity = identityIn(before);
	return {
		id: idOf(locked),
		verdict,
		effective: judgeClosure({ id: idOf(locked), verdict }, dependencies),
		evidence: receipt?.evidence ?? [],
		identity,
		identityChanges: identity === null || oldIdentity === null ? [] : identityDifferences(oldIdentity, identity),
		acceptances: acceptedOf(context, generation, locked),
		ownReviews: await ownReviewsOf(context, hexOfIntegrity(locked.integrity)),
		paths: await pathsOf(context, locked),
	};
}

/** The level of everything installed, from cached evidence. */
export async function auditTrust(context: EngineContext): Promise<TrustAudit> {
	const generation = await context.home.current();
	const { lock } = generation;
	const judged = await judgeAll(context, generation);
	const plugins = new Map(Object.entries(lock.roots).map(([name, { instance }]) => [idOfInstance(lock, instance), { name, instance }]));
	const packages = [...judged.values()].map(({ id, verdict, receipt }) => {
		const plugin = plugins.get(id);
		const members = closureOf(lock, plugin?.instance ?? '').slice(1);
		const closure =
			plugin === undefined
				? { level: verdict.level, limitedBy: null }
				: judgeClosure(
						{ id, verdict },
						members.flatMap((member) => judged.get(idOfInstance(lock, member)) ?? []),
					);
		return {
			id,
			plugin: plugin?.name ?? null,
			level: verdict.level,
			effectiveLevel: closure.level,
			limitedBy: closure.limitedBy,
			provenance: stateOf(receipt, 'provenance'),
			signature: stateOf(receipt, 'registry-signature'),
			repository: identityIn(receipt)?.repository ?? null,
			decision: verdict.decision,
		};
	});
	return {
		generation: generation.number,
		packages: packages.toSorted((a, b) => Number(a.plugin === null) - Number(b.plugin === null) || (a.id < b.id ? -1 : 1)),
		roots: await listRoots(context),
	};
}

const KINDS: readonly EvidenceKind[] = ['integrity', 'registry-signature', 'provenance', 'publish-attestation'];

/** What is proven about one version and not about another. Throws `not-installed`. */
export async function diffTrust(context: EngineContext, from: string, to: string): Promise<TrustDifference> {
	const [before, after] = await Promise.all([findAnywhere(context, from), findAnywhere(context, to)]);
	const standings = await context.standings();
	const levelOf = (one: Receipt) => judgeInstalled(context, { locked: one, receipt: one, manifest: null, standings }).level;
	const [old, young] = [identityIn(before), identityIn(after)];
	return {
		from: idOf(before),
		to: idOf(after),
		identity: old === null || young === null ? [] : identityDifferences(old, young),
		evidence: KINDS.map((kind) => ({ kind, from: stateOf(before, kind), to: stateOf(after, kind) })).filter((one) => one.from !== one.to),
		level: { from: levelOf(before), to: levelOf(after) },
	};
}

/** In the current generation, else anywhere in the content store, where old generations and plans keep theirs. */
async function findAnywhere(context: EngineContext, spec: string): Promise<Receipt> {
	for (const integrity of await context.home.entries()) {
		const receipt = await context.home.store.receipt(integrity);
		if (receipt !== null && idOf(receipt) === spec) {
			return receipt;
		}
	}

	const { receipt, locked } = await findInstalled(context, spec);
	return receipt ?? findAnywhere(context, idOf(locked));
}

type Judged = { readonly id: string; readonly verdict: ReturnType<typeof judgeInstalled>; readonly receipt: Receipt };

async function judgeAll(context: EngineContext, { lock, settings }: Generation): Promise<ReadonlyMap<string, Judged>> {
	const standings = await context.standings();
	const judged = await Promise.all(
		uniquePackages(lock).map(async (locked): Promise<readonly Judged[]> => {
			const receipt = await context.home.store.receipt(locked.integrity);
			return receipt === null
				? []
				: [
						{
							id: idOf(locked),
							verdict: judgeInstalled(context, { locked, receipt, manifest: null, standings, acceptances: settings.acceptances }),
							receipt,
						},
					];
		}),
	);
	return new Map(judged.flat().map((one) => [one.id, one]));
}

/** The receipt of the version that the newest earlier generation had of the same major line: a back-port is compared with its own line. */
async function versionBefore(
	context: EngineContext,
	{ generation, name, version }: { readonly generation: Generation; readonly name: string; readonly version: string },
): Promise<Receipt | null> {
	const earlier = (await context.home.generations()).filter((one) => one.number < generation.number);
	for (const { lock } of earlier.toSorted((a, b) => b.number - a.number)) {
		const old = Object.values(lock.packages).find(
			(locked) => locked.name === name && locked.version !== version && majorOf(locked.version) === majorOf(version),
		);
		if (old !== undefined) {
			return context.home.store.receipt(old.integrity);
		}
	}

	return null;
}

function majorOf(version: string): number {
	return semver.major(version, { loose: true });
}

function acceptedOf(
	{ clock }: EngineContext,
	{ settings }: Generation,
	{ name, version }: { readonly name: string; readonly version: string },
): TrustExplanation['acceptances'] {
	const now = clock().getTime();
	return settings.acceptances
		.filter((one) => one.package === name && one.version === version)
		.map((one) => ({ ...one, isExpired: Date.parse(one.expires) <= now }));
}

async function ownReviewsOf(context: EngineContext, sha512: string): Promise<TrustExplanation['ownReviews']> {
	const own = await findSigningKey(context);
	if (own === null) {
		return [];
	}

	const mine = (await readStatements(context)).filter(({ signer }) => signer === own.id);
	const revoked = new Set(mine.flatMap(({ statement }) => (statement.type === 'revoke' ? [statement.sha256] : [])));
	return mine.flatMap(({ sha256, statement }) =>
		statement.type === 'review' && statement.sha512 === sha512 && !revoked.has(sha256)
			? [{ sha256, verdict: statement.verdict, expires: new Date(statement.expires).toISOString() }]
			: [],
	);
}

async function pathsOf(context: EngineContext, locked: Parameters<typeof idOf>[0] & { readonly integrity: Receipt['integrity'] }) {
	const now = context.clock().getTime();
	const { people, quorum } = context.policy;
	return people.length === 0
		? []
		: pathsTo({
				name: locked.name,
				sha512: hexOfIntegrity(locked.integrity),
				people,
				limits: quorum,
				statements: indexStatements(await readStatements(context), now),
				now,
			});
}

function stateOf(receipt: Receipt | null, kind: EvidenceKind): EvidenceState {
	return receipt?.evidence.find((one) => one.kind === kind)?.state ?? 'unavailable';
}
