import { resolve } from 'node:path';
import semver from 'semver';
import { EngineError } from '../../errors.ts';
import type { EvaluatedPackage, Evaluation, Fact, ScanDifference } from '../../evaluation.ts';
import { SEVERITIES } from '../../evaluation.ts';
import { type CallOptions, runStep } from '../../events.ts';
import { type Integrity, parseIntegrity } from '../../integrity.ts';
import type { Packument } from '../../packument.ts';
import type { Resolution, ResolvedPackage } from '../../resolver/index.ts';
import {
	advisoryFacts,
	ageInDays,
	compareScans,
	differenceFacts,
	licenceFacts,
	overreachFacts,
	type Release,
	releaseFacts,
	resemblanceFact,
	scanFacts,
} from '../../trust/index.ts';
import { ageIsJudged } from '../versions/age.ts';
import type { EngineContext } from '../engine-context.ts';
import { fetchArtefacts } from './fetch-artefacts.ts';
import { evaluatedVerdict } from './evaluated-verdict.ts';
import { loadAdvisories } from './load-advisories.ts';
import { idOf } from '../locks/lock-queries.ts';
import { parseSpec } from '../versions/parse-spec.ts';
import { NO_RULES } from '../versions/resolve-rules.ts';
import { resolveTree } from '../versions/resolve-tree.ts';
import { FULL_SCAN, keptScan, scanArtefact, type ScannedArtefact } from './scan-artefact.ts';

export type EvaluateOptions = CallOptions & {
	/** The version to compare with; null takes the installed one, if any. */
	readonly against: string | null;
	/** A path (from `cwd`) or `registry`, instead of the policy's source of advisories; null keeps that. */
	readonly advisories: string | null;
};

type Scanned = {
	readonly resolved: ResolvedPackage;
	readonly integrity: Integrity;
	readonly artefact: ScannedArtefact;
	readonly isFromCache: boolean;
};

/** Resolves, fetches unreferenced and scans a package with everything it depends on. Changes nothing that is installed. */
export async function evaluate(context: EngineContext, text: string, options: EvaluateOptions): Promise<Evaluation> {
	const asked = parseSpec(text);
	const resolution = await resolveTree(
		context,
		{ roots: [{ name: asked.name, spec: asked.spec }], lock: null, unlocked: 'all', asksAnew: [asked.name], rules: NO_RULES },
		options,
	);
	const packages = onePerVersion(resolution);
	const instance = resolution.packages.find(({ id }) => id === resolution.roots[asked.name]?.instance);
	const root = packages.find((one) => instance !== undefined && idOf(one) === idOf(instance));
	if (root === undefined) {
		throw new EngineError('internal', `${asked.name} was resolved but has no instance.`);
	}

	const { scanned, leftOut } = await scanAll(context, packages, options);
	const own = scanned.find(({ resolved }) => resolved === root);
	if (own === undefined) {
		throw new EngineError('no-matching-version', `${idOf(root)} is not for this platform, so it was not fetched.`, {
			hint: 'Evaluate it on a machine it is made for.',
		});
	}

	const packument = await packumentOf(context, root.name, options);
	const publishedAt = root.publishedAt ?? (packument === null ? null : releaseOf(packument, root.version).publishedAt);
	const compared = await comparedVersion(context, { root, against: options.against, own }, options);
	const { facts: known, coverage } = await advisories(context, scanned, options);
	const facts = [
		...known,
		...scanned.flatMap(({ resolved, artefact }) => scanFacts({ id: idOf(resolved), scan: artefact.scan })),
		...(
			await Promise.all(
				scanned.map(({ resolved, artefact }) => licenceFacts(idOf(resolved), artefact.scan.licence, context.policy.allowedLicences)),
			)
		).flat(),
		...(await nameFacts(context, scanned)),
		...ownFacts(context, { own, scanned, packument, compared }),
	];
	return {
		spec: text,
		name: root.name,
		version: root.version,
		publishedAt: publishedAt === null ? null : new Date(publishedAt).toISOString(),
		facts: worstFirst(facts, idOf(root)),
		difference: compared?.difference ?? null,
		packages: scanned.map((one) => toPackage(one, one === own)),
		leftOut,
		quality: own.artefact.scan.quality,
		licence: own.artefact.scan.licence,
		verdict: await evaluatedVerdict(
			context,
			{ resolved: { ...root, publishedAt }, integrity: own.integrity, evidence: own.artefact.evidence },
			options.signal,
		),
		evidence: own.artefact.evidence,
		advisories: coverage,
		scannedFiles: sum(scanned, ({ scannedFiles }) => scannedFiles),
		scannedBytes: sum(scanned, ({ scannedBytes }) => scannedBytes),
	};
}

/** Scans of all packages, from the cache where their sha512 is known there; only the rest is fetched. */
async function scanAll(
	context: EngineContext,
	packages: readonly ResolvedPackage[],
	options: CallOptions,
): Promise<{ readonly scanned: readonly Scanned[]; readonly leftOut: readonly string[] }> {
	const found = new Map<ResolvedPackage, Scanned>();
	for (const resolved of packages) {
		const told = parseIntegrity(resolved.manifest.integrity ?? '');
		const artefact = told === null ? null : await keptScan(context, told, FULL_SCAN);
		// A registry may give the bytes of one package the name of another: then what was found under their own name is no answer.
		if (told !== null && artefact?.id === idOf(resolved)) {
			found.set(resolved, { resolved, integrity: told, artefact, isFromCache: true });
		}
	}

	const missing = packages.filter((resolved) => !found.has(resolved));
	const { integrities } = await fetchArtefacts(context, { ...NOTHING_RESOLVED, packages: missing }, options);
	const present: { readonly resolved: ResolvedPackage; readonly integrity: Integrity }[] = [];
	for (const resolved of missing) {
		const integrity = integrities.get(idOf(resolved));
		if (integrity !== undefined && (await context.home.store.receipt(integrity)) !== null) {
			present.push({ resolved, integrity });
		}
	}

	if (present.length > 0) {
		const detail = present.length === 1 ? idOf(present[0]?.resolved ?? { name: '', version: '' }) : `${present.length} packages`;
		await runStep({ name: 'scan', detail, onEvent: options.onEvent }, async () => {
			for (const { resolved, integrity } of present) {
				const receipt = await context.home.store.receipt(integrity);
				if (receipt !== null) {
					const artefact = await scanArtefact(context, { receipt, depth: FULL_SCAN }, options.signal);
					found.set(resolved, { resolved, integrity, artefact, isFromCache: false });
				}
			}
		});
	}

	return {
		scanned: packages.flatMap((resolved) => found.get(resolved) ?? []),
		leftOut: packages.filter((resolved) => !found.has(resolved)).map(idOf),
	};
}

const NOTHING_RESOLVED: Resolution = {
	roots: {},
	packages: [],
	warnings: [],
	statistics: { solveMilliseconds: 0, loadMilliseconds: 0, rounds: 0, decisions: 0, conflicts: 0, restarts: 0, refinements: 0 },
};

type Compared = { readonly difference: ScanDifference; readonly before: ScannedArtefact };

/** The version asked for, else the installed one, scanned like the other. Null when there is none, or it is the same. */
async function comparedVersion(
	context: EngineContext,
	{ root, against, own }: { readonly root: ResolvedPackage; readonly against: string | null; readonly own: Scanned },
	options: CallOptions,
): Promise<Compared | null> {
	const { lock } = await context.home.current();
	const version = against ?? lock.packages[lock.roots[root.name]?.instance ?? '']?.version ?? null;
	if (version === null || version === root.version) {
		return null;
	}

	const earlier = await otherVersion(context, { root, version }, options);
	if (earlier === null) {
		if (against === null) {
			// What is installed was unpublished since; there is nothing to compare with.
			return null;
		}

		throw new EngineError('no-matching-version', `There is no ${root.name}@${against} to compare with.`, {
			hint: `See its versions: plugward info ${root.name} --versions`,
		});
	}

	const { scanned } = await scanAll(context, [earlier], options);
	const before = scanned[0]?.artefact;
	return before === undefined
		? null
		: {
				before,
				difference: compareScans(
					{ version, observed: before.scan.observed },
					{ version: root.version, observed: own.artefact.scan.observed },
				),
			};
}

async function otherVersion(
	{ registry }: EngineContext,
	{ root, version }: { readonly root: ResolvedPackage; readonly version: string },
	options: CallOptions,
): Promise<ResolvedPackage | null> {
	const answer = (await registry.metadata.load([root.name], options)).get(root.name);
	const index = answer?.type === 'found' ? answer.index : null;
	const i = index?.indexOfVersion(version) ?? -1;
	return index === null || i < 0
		? null
		: { ...root, id: `${root.name}@${version}`, version, manifest: index.manifest(i), publishedAt: index.publishedAt(i) };
}

const NO_ADVISORIES = { source: null, key: null, maximumAgeDays: 0 };

async function advisories(
	context: EngineContext,
	scanned: readonly Scanned[],
	{ advisories: asked, signal, onEvent }: EvaluateOptions,
): Promise<{ readonly facts: readonly Fact[]; readonly coverage: Evaluation['advisories'] }> {
	const { policy, clock } = context;
	const { source, key, maximumAgeDays } = asked === null ? (policy.advisories ?? NO_ADVISORIES) : { ...NO_ADVISORIES, source: asked };
	if (source === null) {
		return { facts: [], coverage: { source: null, considered: 0, signedBy: null, createdAt: null, isStale: false } };
	}

	const place = source === 'registry' || source === 'kept' ? source : resolve(context.options.cwd, source);
	const names = scanned.map(({ resolved }) => resolved.name);
	const { advisories: all, set } = await loadAdvisories(context, { source: place, key, names }, signal);
	const ageDays = set === null ? 0 : ageInDays(set, clock().getTime());
	if (ageDays > maximumAgeDays) {
		const text = `The advisories are ${ageDays} days old; your policy wants them no older than ${maximumAgeDays}. Fetch newer ones: plugward advisories update`;
		onEvent({ type: 'notice', severity: 'warning', code: 'advisories-stale', text });
	}

	return {
		facts: scanned.flatMap(({ resolved }) => advisoryFacts({ id: idOf(resolved), name: resolved.name, version: resolved.version }, all)),
		coverage: {
			source,
			considered: all.length,
			signedBy: set?.signedBy ?? null,
			createdAt: set?.createdAt ?? null,
			isStale: ageDays > maximumAgeDays,
		},
	};
}

async function nameFacts(context: EngineContext, scanned: readonly Scanned[]): Promise<readonly Fact[]> {
	const { lock } = await context.home.current();
	const known = [...Object.values(lock.packages).map(({ name }) => name), ...Object.keys(context.policy.pins)];
	return scanned.flatMap(({ resolved }) => resemblanceFact(idOf(resolved), resolved.name, known));
}

type Own = {
	readonly own: Scanned;
	readonly scanned: readonly Scanned[];
	readonly packument: Packument | null;
	readonly compared: Compared | null;
};

/** What concerns only the package that was named. */
function ownFacts(context: EngineContext, { own, scanned, packument, compared }: Own): readonly Fact[] {
	const { resolved, artefact } = own;
	const id = idOf(resolved);
	const closure = scanned.flatMap((one) => (one === own ? [] : one.artefact.scan.observed));
	return [
		...(compared === null ? [] : differenceFacts(id, compared.difference, { before: compared.before.scan, after: artefact.scan })),
		...(artefact.permissions === null ? [] : overreachFacts(id, { permissions: artefact.permissions, own: artefact.scan, closure })),
		...(packument === null
			? []
			: releaseFacts({
					id,
					release: releaseOf(packument, resolved.version),
					all: [...packument.versions.keys()]
						.filter((version) => semver.valid(version, { loose: true }) !== null)
						.map((version) => releaseOf(packument, version)),
					against: compared?.difference.from ?? null,
					minimumAgeHours: ageIsJudged(context, resolved.name) ? context.policy.minimumAgeHours : 0,
					deprecated: resolved.manifest.deprecated,
					now: context.clock().getTime(),
				})),
	];
}

function releaseOf({ versions, time }: Packument, version: string): Release {
	const manifest = versions.get(version);
	const at = Date.parse(time[version] ?? '');
	return {
		version,
		publishedAt: Number.isNaN(at) ? null : at,
		publisher: manifest?.publisher ?? null,
		unpackedBytes: manifest?.dist.unpackedBytes ?? null,
		dependencies: manifest?.dependencies ?? {},
	};
}

/** Null offline when it was never asked for: then the history tells nothing. */
async function packumentOf(context: EngineContext, name: string, { signal }: CallOptions): Promise<Packument | null> {
	try {
		return await context.registry.packument(name, { signal });
	} catch (error) {
		if (error instanceof EngineError && error.code === 'offline-missing') {
			return null;
		}

		throw error;
	}
}

function toPackage({ resolved, artefact, isFromCache }: Scanned, isRoot: boolean): EvaluatedPackage {
	const { observed, installScripts, hasImplicitBuild, licence, scannedFiles, skipped, skippedCount } = artefact.scan;
	const { name, version } = resolved;
	return {
		id: idOf(resolved),
		name,
		version,
		isRoot,
		isFromCache,
		observed,
		installScripts,
		hasImplicitBuild,
		licence,
		scannedFiles,
		skipped,
		skippedCount,
	};
}

function worstFirst(facts: readonly Fact[], rootId: string): readonly Fact[] {
	return facts.toSorted(
		(a, b) =>
			SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
			Number(b.package === rootId) - Number(a.package === rootId) ||
			(a.package < b.package ? -1 : Number(a.package > b.package)),
	);
}

function onePerVersion({ packages }: Resolution): readonly ResolvedPackage[] {
	return [...new Map(packages.toReversed().map((resolved) => [idOf(resolved), resolved])).values()].toReversed();
}

function sum(scanned: readonly Scanned[], valueOf: (scan: ScannedArtefact['scan']) => number): number {
	return scanned.reduce((total, { artefact }) => total + valueOf(artefact.scan), 0);
}
