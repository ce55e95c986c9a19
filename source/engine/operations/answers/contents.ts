import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Verdict } from '../../evidence.ts';
import type { Receipt } from '../../home/index.ts';
import type { ContainedText, PackageContents, UnfetchedPackage } from '../../package-contents.ts';
import { parsePluginManifest } from '../../parse-manifest.ts';
import { evaluatedVerdict } from '../artefacts/evaluated-verdict.ts';
import { fetchArtefacts, sha512Of } from '../artefacts/fetch-artefacts.ts';
import { judgeInstalled } from '../artefacts/judge-installed.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';
import { unreadable } from '../updates/compare-files.ts';
import { oneVersion } from '../versions/one-version.ts';
import { parseSpec } from '../versions/parse-spec.ts';
import { pickVersion } from '../versions/pick-version.ts';

const README_NAME = /^readme(?:\.(?:md|markdown|mdown|txt|rst))?$/i;
const MOST_README_BYTES = 256 * 1024;
/** Larger files are named and not shown: nobody reads them line by line. */
const MOST_FILE_BYTES = 512 * 1024;

type Kept = { readonly receipt: Receipt; readonly isInstalled: boolean; readonly verdict: () => Promise<Verdict> };

/** What is in a package, from verified bytes only. */
export async function listContents(
	context: EngineContext,
	request: { readonly spec: string; readonly fetch: boolean },
	options: CallOptions,
): Promise<PackageContents | UnfetchedPackage> {
	const kept = await keptPackage(context, request, options);
	if ('type' in kept) {
		return kept;
	}

	const { receipt, isInstalled } = kept;
	const plugin = parsePluginManifest(await context.home.store.readPackageJson(receipt.integrity));
	return {
		type: 'verified',
		name: receipt.name,
		version: receipt.version,
		isInstalled,
		files: receipt.files.map(({ path, size, executable }) => ({ path, bytes: size, isExecutable: executable })),
		packedBytes: receipt.packedBytes,
		unpackedBytes: receipt.unpackedBytes,
		readme: await readmeOf(context, receipt),
		permissions: plugin?.permissions ?? null,
		tasks: plugin?.tasks ?? null,
		verdict: await kept.verdict(),
		evidence: receipt.evidence,
	};
}

/** One file of a package as text. */
export async function containedFile(
	context: EngineContext,
	{ spec, path }: { readonly spec: string; readonly path: string },
	options: CallOptions,
): Promise<ContainedText> {
	const kept = await keptPackage(context, { spec, fetch: true }, options);
	const receipt = 'receipt' in kept ? kept.receipt : null;
	const file = receipt?.files.find((one) => one.path === path);
	if (receipt === null || file === undefined) {
		throw new EngineError('usage', `${receipt === null ? spec : idOf(receipt)} has no file ${path}.`, {
			hint: `See what it is: plugward info ${spec}`,
		});
	}

	const told = { name: receipt.name, version: receipt.version, path, bytes: file.size };
	if (file.size > MOST_FILE_BYTES) {
		return { ...told, text: null, unreadable: 'too-large' };
	}

	const bytes = await context.home.store.readFile(receipt.integrity, path);
	const reason = unreadable(bytes);
	return { ...told, text: reason === null ? new TextDecoder().decode(bytes) : null, unreadable: reason };
}

/** The installed version when none is named, else the one that is; as it lies in the content store. */
async function keptPackage(
	context: EngineContext,
	{ spec, fetch }: { readonly spec: string; readonly fetch: boolean },
	options: CallOptions,
): Promise<Kept | UnfetchedPackage> {
	const asked = parseSpec(spec);
	const installed = asked.isBare ? await installedPackage(context, asked.name) : null;
	if (installed !== null) {
		return installed;
	}

	const { signal } = options;
	const { name, version } = pickVersion(await context.registry.packument(asked.name, { signal }), asked.spec);
	const resolved = await oneVersion(context, { id: `${name}@${version}`, name, version }, options);
	const told = sha512Of(resolved.manifest);
	const isHere = told !== null && (await context.home.store.receipt(told)) !== null;
	if (!isHere && !fetch) {
		return { type: 'not-fetched', name, version };
	}

	// What is here already is held against what the registry tells of it now.
	const { integrities } = await fetchArtefacts(context, { packages: [resolved] }, options);
	const integrity = integrities.get(idOf(resolved));
	const receipt = integrity === undefined ? null : await context.home.store.receipt(integrity);
	if (integrity === undefined || receipt === null) {
		throw new EngineError('internal', `${idOf(resolved)} was fetched and is not in the content store.`);
	}

	const { lock } = await context.home.current();
	return {
		receipt,
		isInstalled: Object.values(lock.packages).some((locked) => locked.integrity === integrity),
		verdict: () => evaluatedVerdict(context, { resolved, integrity, evidence: receipt.evidence }, signal),
	};
}

async function installedPackage(context: EngineContext, name: string): Promise<Kept | null> {
	const { lock, settings } = await context.home.current();
	const locked = lock.packages[lock.roots[name]?.instance ?? ''];
	const receipt = locked === undefined ? null : await context.home.store.receipt(locked.integrity);
	if (locked === undefined || receipt === null) {
		return null;
	}

	return {
		receipt,
		isInstalled: true,
		verdict: async () =>
			judgeInstalled(context, {
				locked,
				receipt,
				manifest: null,
				standings: await context.standings(),
				acceptances: settings.acceptances,
			}),
	};
}

async function readmeOf({ home }: EngineContext, receipt: Receipt): Promise<PackageContents['readme']> {
	const file = receipt.files.find(({ path }) => README_NAME.test(path));
	if (file === undefined) {
		return null;
	}

	const bytes = await home.store.readFile(receipt.integrity, file.path);
	const isCut = bytes.length > MOST_README_BYTES;
	return { path: file.path, text: new TextDecoder().decode(isCut ? bytes.subarray(0, MOST_README_BYTES) : bytes), isCut };
}
