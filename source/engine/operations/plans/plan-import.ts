import { resolve } from 'node:path';
import semver from 'semver';
import { EngineError } from '../../errors.ts';
import { type CallOptions, runStep } from '../../events.ts';
import type { Evidence } from '../../evidence.ts';
import type { Generation, HomeArchive } from '../../home/index.ts';
import { openHomeArchive } from '../../home/index.ts';
import type { Integrity } from '../../integrity.ts';
import type { Lock, LockPackage } from '../../lock.ts';
import { permissionId } from '../../permission.ts';
import type { Plan } from '../../plan.ts';
import { quoteForShell } from '../../quote-for-shell.ts';
import { isPackageName } from '../../registry/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import { collectEvidence } from '../../trust/index.ts';
import { assess } from '../apply/assess.ts';
import type { EngineContext } from '../engine-context.ts';
import { boundRegistry } from '../artefacts/collect-artefact-evidence.ts';
import { idOf, uniquePackages } from '../locks/lock-queries.ts';
import { refuseRevoked } from './plan-rollback.ts';
import { fitsPlatform } from '../doctor/platform.ts';
import { policyDigestOf } from '../apply/policy-digest.ts';
import { runConcurrently } from '../run-concurrently.ts';

const CONCURRENT_ARTEFACTS = 8;

export type ImportRequest = {
	/** A relative path starts at `cwd`. */
	readonly file: string;
	/** Null: the one the archive was made for. */
	readonly generation: number | null;
};

/**
 * Plans to make a generation of a home archive the next one here. No registry is asked. The archive is hostile input: every package must
 * have the sha512 of the lock, evidence is proven again from what the archive holds, and its grants count for nothing: each permission is
 * a requirement of the plan. Throws `archive-refused`, `offline-missing`, `integrity-mismatch`, `evidence-invalid`, `policy-refused`.
 */
export async function planImport(context: EngineContext, { file, generation }: ImportRequest, options: CallOptions): Promise<Plan> {
	const base = await context.home.current();
	const archive = await openHomeArchive(resolve(context.options.cwd, file), options);
	const imported = archive.generation(generation ?? archive.chosen);
	const { lock, settings } = imported;
	requireNames(lock);
	await refuseRevoked(context, imported);
	const fetched = await bringIn(context, { archive, lock }, options);
	await requireDescribed(context, lock);
	const named = new Set(Object.values(lock.roots).flatMap(({ instance }) => lock.packages[instance]?.name ?? []));
	const assessment = await assess(context, { base, lock, named, asksRegistry: false }, options);
	const isRoot = (name: string): boolean => lock.roots[name] !== undefined;
	return {
		kind: 'import',
		command: `import ${quoteForShell(stripToLine(file))}${generation === null ? '' : ` --generation ${generation}`}`,
		baseGeneration: base.number,
		targetGeneration: null,
		...assessment,
		notices: [...noticesOf(context, { archive, imported, requirements: assessment.requirements }), ...assessment.notices],
		fetchedBytes: fetched.bytes,
		fetchedCount: fetched.count,
		lock,
		settings: { held: settings.held.filter(isRoot), disabled: settings.disabled.filter(isRoot) },
	};
}

// The lock was checked for its form only, and names become folders, words on a terminal and requests.
function requireNames(lock: Lock): void {
	const names = [lock.roots, ...Object.values(lock.packages).map(({ dependencies }) => dependencies)].flatMap(Object.keys);
	const wrong = [...names, ...Object.values(lock.packages).map(({ name }) => name)].find((name) => !isPackageName(name));
	const unversioned = Object.values(lock.packages).find(({ version }) => semver.valid(version) === null);
	if (wrong !== undefined || unversioned !== undefined) {
		throw refused(
			`its lock names "${stripToLine(wrong ?? unversioned?.version ?? '')}", which is no ${wrong === undefined ? 'version' : 'package'}`,
		);
	}

	const byIdentity = new Map<string, Integrity>();
	for (const locked of Object.values(lock.packages)) {
		const known = byIdentity.get(idOf(locked));
		if (known !== undefined && known !== locked.integrity) {
			throw refused(`its lock gives ${idOf(locked)} two contents: ${known} and ${locked.integrity}`);
		}

		byIdentity.set(idOf(locked), locked.integrity);
	}
}

type Arriving = { readonly archive: HomeArchive; readonly lock: Lock };

async function bringIn(
	context: EngineContext,
	{ archive, lock }: Arriving,
	options: CallOptions,
): Promise<{ readonly count: number; readonly bytes: number }> {
	const missing: LockPackage[] = [];
	for (const locked of uniquePackages(lock)) {
		const isHere = (await context.home.store.receipt(locked.integrity)) !== null;
		const isNeeded = !locked.optional || fitsPlatform(locked, context.platform);
		if (!isHere && (isNeeded || archive.hasPackage(locked.integrity))) {
			missing.push(locked);
		}
	}

	const absent = missing.filter(({ integrity }) => !archive.hasPackage(integrity)).map(idOf);
	if (absent.length > 0) {
		throw new EngineError('offline-missing', `The archive lacks what this machine needs: ${absent.join(', ')}.`, {
			hint: 'Make it anew on a machine of the same kind: plugward export --archive FILE',
			details: { packages: absent },
		});
	}

	let bytes = 0;
	if (missing.length > 0) {
		const detail = `${missing.length} packages of the archive`;
		await runStep({ name: 'unpack', detail, onEvent: options.onEvent }, () =>
			runConcurrently(missing, CONCURRENT_ARTEFACTS, async (locked) => {
				bytes += (await addOne(context, { archive, locked }, options)).packedBytes;
			}),
		);
	}

	return { count: missing.length, bytes };
}

async function addOne(
	context: EngineContext,
	{ archive, locked }: { readonly archive: HomeArchive; readonly locked: LockPackage },
	{ signal, onEvent }: CallOptions,
) {
	return context.home.store.add({
		name: locked.name,
		version: locked.version,
		expected: { integrity: locked.integrity, shasum: null },
		open: async () => archive.openPackage(locked.integrity),
		judge: async ({ integrity, packageJson }) => prove(context, { archive, locked, integrity, packageJson }),
		signal,
		onProgress: (receivedBytes, totalBytes, finished) =>
			onEvent({ type: 'fetch-progress', id: idOf(locked), receivedBytes, totalBytes, unpackedBytes: null, finished }),
	});
}

type Proving = {
	readonly archive: HomeArchive;
	readonly locked: LockPackage;
	readonly integrity: Integrity;
	readonly packageJson: unknown;
};

/** From the raw statements in the archive and the keys and roots built in here; keys that came along would prove nothing. */
async function prove(context: EngineContext, { archive, locked, integrity, packageJson }: Proving): Promise<readonly Evidence[]> {
	const proof = archive.proof(integrity);
	const attestations = proof?.attestations ?? null;
	const evidence = await collectEvidence({
		name: locked.name,
		version: locked.version,
		registryUrl: await boundRegistry(context, locked.name),
		integrity,
		expected: { integrity: locked.integrity, shasum: null, source: 'lock' },
		signatures: proof?.signatures ?? [],
		keys: null,
		publishedAt: proof?.publishedAt ?? null,
		// An archive may leave anything out, so that nothing is ever absent in it, only unavailable.
		registryServes: { signatures: false, attestations: false },
		attestations:
			attestations === null ? { type: 'not-served', why: 'The archive holds no attestations' } : { type: 'served', json: attestations },
		attestationsClaimed: attestations !== null,
		offline: true,
		packageJson,
		registryManifest: null,
		roots: await context.trustRoots(),
		previous: [],
		now: context.clock().getTime(),
	});
	const invalid = evidence.find(({ state }) => state === 'invalid');
	if (invalid !== undefined) {
		throw new EngineError('evidence-invalid', `${idOf(locked)} of the archive is refused: ${invalid.reason}`, {
			hint: 'The archive was tampered with. Make it anew: plugward export --archive FILE',
			details: evidence.filter(({ state }) => state === 'invalid'),
		});
	}

	return evidence;
}

// The lock of an archive could call any bytes by a name that is trusted.
async function requireDescribed(context: EngineContext, lock: Lock): Promise<void> {
	for (const locked of uniquePackages(lock)) {
		if ((await context.home.store.receipt(locked.integrity)) !== null) {
			const { name, version } = describedIn(await context.home.store.readPackageJson(locked.integrity));
			if (name !== locked.name || semver.clean(version, { loose: true }) !== semver.clean(locked.version, { loose: true })) {
				throw refused(`what its lock calls ${idOf(locked)} calls itself ${stripToLine(`${name}@${version}`)}`);
			}
		}
	}
}

function describedIn(packageJson: unknown): { readonly name: string; readonly version: string } {
	const fields: { readonly name?: unknown; readonly version?: unknown } =
		typeof packageJson === 'object' && packageJson !== null ? packageJson : {};
	return { name: String(fields.name), version: String(fields.version) };
}

function noticesOf(
	context: EngineContext,
	{ archive, imported, requirements }: { readonly archive: HomeArchive; readonly imported: Generation } & Pick<Plan, 'requirements'>,
): Plan['notices'] {
	const asked = requirements.flatMap((requirement) => (requirement.type === 'permission' ? [requirement] : []));
	const granted = asked.filter(({ plugin, permission }) =>
		imported.grants.some((grant) => grant.plugin === plugin && grant.permission === permissionId(permission)),
	);
	const flags = granted.map(({ plugin, permissionId: id }) => `--allow ${quoteForShell(stripToLine(`${plugin}=${id}`))}`);
	const notices: Plan['notices'][number][] = [
		{ severity: 'info', text: `From generation ${imported.number}, exported ${stripToLine(archive.createdAt)}.` },
	];
	if (flags.length > 0) {
		notices.push({
			severity: 'warning',
			text: `Where it comes from, this was granted; here it is not, unless you say so: ${flags.join(' ')}`,
		});
	}

	if (imported.settings.policyDigest !== policyDigestOf(context.policy)) {
		notices.push({ severity: 'info', text: 'It was made under another policy; everything is judged by the one here.' });
	}

	return notices;
}

function refused(problem: string): EngineError {
	return new EngineError('archive-refused', `The archive is refused: ${problem}.`, {
		hint: 'Nothing was imported. Make the archive anew where it comes from: plugward export --archive FILE',
	});
}
