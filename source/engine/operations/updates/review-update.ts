import semver from 'semver';
import { EngineError } from '../../errors.ts';
import { type CallOptions, runStep } from '../../events.ts';
import type { Level } from '../../evidence.ts';
import type { Generation, Receipt } from '../../home/index.ts';
import type { InstanceId, LockPackage } from '../../lock.ts';
import type { Packument } from '../../packument.ts';
import type { ResolvedPackage } from '../../resolver/index.ts';
import { compareScans } from '../../trust/index.ts';
import type { Changelog, FileDifference, ReviewedVersion, ReviewRequestOfUpdate, UpdateReview } from '../../update-review.ts';
import { outdated } from '../answers/outdated.ts';
import { identityIn } from '../apply/assessed-package.ts';
import { requireInstalled } from '../apply/require-installed.ts';
import { evaluatedVerdict } from '../artefacts/evaluated-verdict.ts';
import { fetchArtefacts } from '../artefacts/fetch-artefacts.ts';
import { judgeInstalled } from '../artefacts/judge-installed.ts';
import { FULL_SCAN, keptScan, scanArtefact, type ScannedArtefact } from '../artefacts/scan-artefact.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';
import { oneVersion } from '../versions/one-version.ts';
import { pickVersion } from '../versions/pick-version.ts';
import { changelogAmong, changelogBetween } from './changelog-between.ts';
import { compareFiles, compareOneFile, type TwoReceipts } from './compare-files.ts';
import { compareDependencies, comparePermissions, compareScripts } from './compare-manifests.ts';
import { hunksOf } from './line-diff.ts';
import { wideningsOf } from './widenings.ts';

type Reviewed = TwoReceipts & {
	readonly base: Generation;
	readonly locked: LockPackage;
	/** What the registry says of the new version. */
	readonly resolved: ResolvedPackage;
};

/** One update as a person reviews it: fetched, proven, compared, and not installed. */
export async function reviewUpdate(context: EngineContext, request: ReviewRequestOfUpdate, options: CallOptions): Promise<UpdateReview> {
	const reviewed = await openUpdate(context, request, options);
	const { from, to, base } = reviewed;
	const { signal } = options;
	return runStep({ name: 'scan', detail: `${idOf(from)} -> ${to.version}`, onEvent: options.onEvent }, async () => {
		const [before, after] = [await scanned(context, from, signal), await scanned(context, to, signal)];
		const packageJson = {
			from: await context.home.store.readPackageJson(from.integrity),
			to: await context.home.store.readPackageJson(to.integrity),
		};
		const packument = await packumentOf(context, to.name, options);
		const levels = await levelsOf(context, reviewed, signal);
		const compared = {
			name: request.name,
			spec: base.lock.roots[request.name]?.spec ?? '',
			from: versionOf(from, { scan: before, level: levels.from, packument }),
			to: versionOf(to, { scan: after, level: levels.to, packument }),
			changelog: await changelogOf(context, reviewed),
			...(await compareFiles(context, reviewed, signal)),
			permissions: comparePermissions({ from: before.permissions, to: after.permissions }),
			scripts: compareScripts(packageJson),
			dependencies: compareDependencies(packageJson),
			capabilities: compareScans(
				{ version: from.version, observed: before.scan.observed },
				{ version: to.version, observed: after.scan.observed },
			),
		};
		return { ...compared, widenings: wideningsOf(compared) };
	});
}

/** What differs in one file of it. */
export async function reviewFile(
	context: EngineContext,
	request: ReviewRequestOfUpdate & { readonly path: string },
	options: CallOptions,
): Promise<FileDifference> {
	const reviewed = await openUpdate(context, request, options);
	const compared = await compareOneFile(context, reviewed, request.path);
	if (compared === null) {
		throw new EngineError('usage', `${request.path} is in neither ${idOf(reviewed.from)} nor ${idOf(reviewed.to)}.`, {
			hint: `See what differs: plugward review ${request.name}`,
		});
	}

	const { change, lines } = compared;
	return { name: request.name, from: reviewed.from.version, to: reviewed.to.version, file: change, hunks: hunksOf(lines) };
}

/** Both versions in the content store; the new one is fetched and proven before a byte of it is unpacked. */
async function openUpdate(context: EngineContext, { name, to }: ReviewRequestOfUpdate, options: CallOptions): Promise<Reviewed> {
	const base = await context.home.current();
	requireInstalled(base, [name]);
	const instance: InstanceId = base.lock.roots[name]?.instance ?? '';
	const locked = base.lock.packages[instance];
	const from = locked === undefined ? null : await context.home.store.receipt(locked.integrity);
	if (locked === undefined || from === null) {
		throw new EngineError('home-damaged', `${name} is installed, but not in the content store.`, {
			hint: `Fetch it again: plugward verify ${name} --repair`,
		});
	}

	const version =
		to === null ? await wantedVersion(context, name, options) : await namedVersion(context, { name: locked.name, version: to }, options);
	if (version === null || version === locked.version) {
		const told =
			to === null || to === version
				? `An update leaves ${name} at ${locked.version}, so there is nothing to review.`
				: `${name}@${to} is ${locked.version}, which is installed, so there is nothing to review.`;
		throw new EngineError('no-matching-version', told, { hint: `Name a version to look at: plugward review ${name}@VERSION` });
	}

	const resolved = await oneVersion(context, { id: instance, name: locked.name, version }, options);
	const { integrities } = await fetchArtefacts(context, { packages: [resolved] }, { ...options, base: base.lock });
	const integrity = integrities.get(idOf(resolved));
	const receipt = integrity === undefined ? null : await context.home.store.receipt(integrity);
	if (receipt === null) {
		throw new EngineError('no-matching-version', `${idOf(resolved)} is not for this platform, so it was not fetched.`, {
			hint: 'Review it on a machine it is made for.',
		});
	}

	return { base, locked, resolved, from, to: receipt };
}

async function wantedVersion(context: EngineContext, name: string, options: CallOptions): Promise<string | null> {
	const { plugins } = await outdated(context, [name], options);
	return plugins[0]?.wanted ?? null;
}

/** The version that a range or a tag names now. An exact one stays as it is, also where only the index of metadata is at hand. */
async function namedVersion(
	{ registry }: EngineContext,
	{ name, version }: { readonly name: string; readonly version: string },
	{ signal }: CallOptions,
): Promise<string> {
	return semver.valid(version) === null ? pickVersion(await registry.packument(name, { signal }), version).version : version;
}

async function scanned(context: EngineContext, receipt: Receipt, signal: AbortSignal): Promise<ScannedArtefact> {
	return (await keptScan(context, receipt.integrity, FULL_SCAN)) ?? scanArtefact(context, { receipt, depth: FULL_SCAN }, signal);
}

async function levelsOf(
	context: EngineContext,
	{ base, locked, from, to, resolved }: Reviewed,
	signal: AbortSignal,
): Promise<{ readonly from: Level; readonly to: Level }> {
	const standings = await context.standings();
	const { acceptances } = base.settings;
	const now = judgeInstalled(context, { locked, receipt: from, manifest: null, standings, acceptances });
	const then = await evaluatedVerdict(context, { resolved, integrity: to.integrity, evidence: to.evidence }, signal);
	return { from: now.level, to: then.level };
}

function versionOf(
	receipt: Receipt,
	{ scan, level, packument }: { readonly scan: ScannedArtefact; readonly level: Level; readonly packument: Packument | null },
): ReviewedVersion {
	const { version, evidence, files, unpackedBytes, packedBytes } = receipt;
	const at = Date.parse(packument?.time[version] ?? '');
	return {
		version,
		publishedAt: Number.isNaN(at) ? null : new Date(at).toISOString(),
		publisher: packument?.versions.get(version)?.publisher ?? null,
		level,
		evidence,
		identity: identityIn(receipt),
		permissions: scan.permissions,
		fileCount: files.length,
		unpackedBytes,
		packedBytes,
		licence: scan.scan.licence,
	};
}

async function changelogOf(context: EngineContext, { from, to }: Reviewed): Promise<Changelog> {
	const file = changelogAmong(to.files.map(({ path }) => path));
	if (file === null) {
		return { file, sections: [] };
	}

	const text = new TextDecoder().decode(await context.home.store.readFile(to.integrity, file));
	return { file, sections: changelogBetween(text, { from: from.version, to: to.version }) };
}

/** Null when the registry cannot be asked now: then only publishers and dates are missing. */
async function packumentOf(context: EngineContext, name: string, { signal }: CallOptions): Promise<Packument | null> {
	try {
		return await context.registry.packument(name, { signal });
	} catch (error) {
		if (error instanceof EngineError && (error.code === 'offline-missing' || error.code === 'registry-unreachable')) {
			return null;
		}

		throw error;
	}
}
