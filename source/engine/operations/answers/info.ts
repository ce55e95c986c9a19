import { runtimeLabel } from '../running/native-runtime.ts';
import semver from 'semver';
import type { PackageInfo } from '../../package-answers.ts';
import type { CallOptions } from '../../events.ts';
import type { Generation } from '../../home/index.ts';
import type { LockPackage } from '../../lock.ts';
import type { Packument, RegistryManifest } from '../../packument.ts';
import { parsePluginManifest } from '../../parse-manifest.ts';
import { textDoubts } from '../../text-doubts.ts';
import { resemblanceFact } from '../../trust/index.ts';
import { statedLicence } from '../../stated-licence.ts';
import { descriptionIn } from '../../stated-description.ts';
import { effectiveGrants } from '../apply/effective-grants.ts';
import type { EngineContext } from '../engine-context.ts';
import { installedTree } from './installed-tree.ts';
import { judgeInstalled } from '../artefacts/judge-installed.ts';
import { parseSpec } from '../versions/parse-spec.ts';
import { pickVersion } from '../versions/pick-version.ts';

/** What a registry says about one version, with what was proven about it when it is installed. */
export async function info(context: EngineContext, text: string, { signal }: CallOptions): Promise<PackageInfo> {
	const spec = parseSpec(text);
	const [packument, generation] = await Promise.all([
		context.registry.packument(spec.name, { signal, fresh: !context.options.offline }),
		context.home.current(),
	]);
	const manifest = pickVersion(packument, spec.spec);
	const instance = generation.lock.roots[spec.name]?.instance ?? '';
	const locked = generation.lock.packages[instance];
	const told = registryPart(packument, manifest);
	const texts = { ...told, ...(await ownTexts(context, { told, locked })) };
	const installed = await installedPart(context, { generation, instance, locked, manifest });
	const others = Object.keys(generation.lock.roots).filter((name) => name !== told.name);
	return { ...texts, ...installed, doubts: doubtsAbout({ ...texts, ...installed }, others) };
}

/** `others`: names installed besides this one. */
function doubtsAbout(told: RegistryPart & Pick<PackageInfo, 'tasks' | 'permissions'>, others: readonly string[]): readonly string[] {
	return [
		...resemblanceFact(told.name, told.name, others).map(({ text }) => text),
		...textDoubts({
			description: [told.description],
			keywords: told.keywords,
			tags: Object.keys(told.distTags),
			publisher: [told.publisher],
			licence: [told.license],
			addresses: [told.homepage, told.repository],
			'notice of deprecation': [told.deprecated],
			tasks: Object.values(told.tasks ?? {}).map(({ description }) => description),
			'reasons for permissions': (told.permissions ?? []).map(({ reason }) => reason),
			readme: [told.readme],
		}),
	];
}

/** What the stored metadata leaves out, offline, of the very version that is installed: its own package.json says it. */
async function ownTexts(
	{ home }: EngineContext,
	{ told, locked }: { readonly told: RegistryPart; readonly locked: LockPackage | undefined },
): Promise<Partial<Pick<RegistryPart, 'description' | 'license'>>> {
	if (locked?.version !== told.version || (told.description !== '' && told.license !== '')) {
		return {};
	}

	const packageJson = await home.store.readPackageJson(locked.integrity);
	return {
		description: told.description === '' ? descriptionIn(packageJson) : told.description,
		license: told.license === '' ? (statedLicence(packageJson) ?? '') : told.license,
	};
}

type RegistryPart = Omit<PackageInfo, 'doubts' | 'installed' | 'tasks' | 'runtime' | 'permissions' | 'grants' | 'trust' | 'tree'>;

function registryPart(packument: Packument, manifest: RegistryManifest): RegistryPart {
	const versions = semver.rsort([...packument.versions.keys()].filter((version) => semver.valid(version, { loose: true }) !== null));
	return {
		name: manifest.name,
		version: manifest.version,
		description: manifest.description,
		license: manifest.license,
		homepage: manifest.homepage,
		repository: manifest.repository,
		publisher: manifest.publisher,
		publishedAt: packument.time[manifest.version] ?? null,
		deprecated: manifest.deprecated,
		keywords: manifest.keywords,
		distTags: packument.distTags,
		versions: versions.map((version) => ({
			version,
			publishedAt: packument.time[version] ?? null,
			deprecated: typeof packument.versions.get(version)?.deprecated === 'string',
		})),
		dependencies: manifest.dependencies,
		peerDependencies: manifest.peerDependencies,
		unpackedBytes: manifest.dist.unpackedBytes,
		fileCount: manifest.dist.fileCount,
		hasInstallScript: manifest.hasInstallScript,
		readme: packument.readme,
	};
}

type InstalledFacts = {
	readonly generation: Generation;
	/** Of the root of that name; empty when there is none. */
	readonly instance: string;
	readonly locked: LockPackage | undefined;
	readonly manifest: RegistryManifest;
};

async function installedPart(
	context: EngineContext,
	{ generation, instance, locked, manifest }: InstalledFacts,
): Promise<Pick<PackageInfo, 'installed' | 'tasks' | 'runtime' | 'permissions' | 'grants' | 'trust' | 'tree'>> {
	if (locked === undefined) {
		return { installed: null, tasks: null, permissions: null, grants: [], trust: null, tree: null };
	}

	const { store } = context.home;
	const plugin = parsePluginManifest(await store.readPackageJson(locked.integrity));
	const receipt = await store.receipt(locked.integrity);
	const { name, version } = locked;
	const verdict = judgeInstalled(context, {
		locked,
		receipt,
		manifest,
		standings: await context.standings(),
		acceptances: generation.settings.acceptances,
	});
	const revocations = await context.home.revocations();
	return {
		installed: version,
		tasks: plugin?.tasks ?? null,
		...runtimeLabel(plugin),
		permissions: plugin?.permissions ?? [],
		grants: effectiveGrants(generation, { plugin: name, version, now: context.clock(), revocations }),
		trust: { verdict, evidence: receipt?.evidence ?? [] },
		tree: await installedTree(context, generation, instance),
	};
}
