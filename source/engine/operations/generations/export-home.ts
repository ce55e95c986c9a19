import { resolve } from 'node:path';
import type { ExportedHome, HomeExportRequest } from '../../upkeep.ts';
import { EngineError } from '../../errors.ts';
import { type CallOptions, runStep } from '../../events.ts';
import type { PackageProof } from '../../home/index.ts';
import type { Integrity } from '../../integrity.ts';
import { EMPTY_LOCK, type LockPackage } from '../../lock.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';
import { publishTimeForProof } from '../artefacts/publish-time.ts';
import { loadRegistryFacts } from '../versions/package-facts.ts';
import { runConcurrently } from '../run-concurrently.ts';

const CONCURRENT_PROOFS = 8;

/**
 * Writes generations with everything they need into one file, to be taken where no registry is. What the registry has to say about each
 * package goes along raw, so that it can be proven there again; offline, or where the registry does not answer, it is left out and counted.
 */
export async function exportHome(context: EngineContext, request: HomeExportRequest, options: CallOptions): Promise<ExportedHome> {
	const file = resolve(context.options.cwd, request.file);
	const chosen = request.generation === null ? await context.home.current() : await context.home.generation(request.generation);
	if (chosen.number === 0) {
		throw new EngineError('not-installed', 'Nothing was installed yet, so there is nothing to export.', {
			hint: 'Install something first: plugward install NAME',
		});
	}

	const generations = request.all ? await context.home.line() : [chosen];
	const packages = new Map(
		[...generations, chosen].flatMap(({ lock }) => Object.values(lock.packages).map((locked) => [locked.integrity, locked] as const)),
	);
	const proofs = await collectProofs(context, [...packages.values()], options);
	const numbers = [...new Set([...generations, chosen].map(({ number }) => number))].toSorted((a, b) => a - b);
	const written = await runStep({ name: 'sync', detail: `${packages.size} packages`, onEvent: options.onEvent }, () =>
		context.home.writeArchive({ path: file, numbers, chosen: chosen.number, proofs }, options),
	);
	return {
		file,
		generation: chosen.number,
		generations: numbers,
		packageCount: written.packages.length,
		withoutProof: written.packages.filter((integrity) => !proofs.has(integrity)).length,
		bytes: written.bytes,
		integrity: written.integrity,
	};
}

async function collectProofs(
	context: EngineContext,
	packages: readonly LockPackage[],
	options: CallOptions,
): Promise<ReadonlyMap<Integrity, PackageProof>> {
	const proofs = new Map<Integrity, PackageProof>();
	try {
		const lock = { ...EMPTY_LOCK, packages: Object.fromEntries(packages.map((locked) => [idOf(locked), locked])) };
		const factsOf = await loadRegistryFacts(context, lock, options);
		await runConcurrently(packages, CONCURRENT_PROOFS, async (locked) => {
			const { manifest, publishedAt } = factsOf(locked);
			if (manifest === null) {
				return;
			}

			const attestations = await attestationsOf(context, { ...locked, url: manifest.attestationsUrl }, options);
			if (manifest.signatures.length > 0 || attestations !== null) {
				// Whoever reads the archive has the built-in keys and no registry.
				const time = await publishTimeForProof(context, { manifest, publishedAt, keys: null }, options.signal);
				proofs.set(locked.integrity, {
					signatures: manifest.signatures,
					publishedAt: time === null ? null : new Date(time).toISOString(),
					attestations,
				});
			}
		});
	} catch (error) {
		// The packages themselves are here; what is missing is told in the result.
		requireAway(error);
		options.onEvent({
			type: 'notice',
			severity: 'warning',
			code: 'proofs-missing',
			text: `Proofs are missing in the archive: ${error.message}`,
		});
	}

	return proofs;
}

async function attestationsOf(
	{ registry, options: { offline } }: EngineContext,
	{ name, version, url }: Pick<LockPackage, 'name' | 'version'> & { readonly url: string | null },
	options: CallOptions,
): Promise<unknown> {
	if (url === null || offline) {
		return null;
	}

	const answer = await registry.attestations({ name, version, url }, options);
	return answer.type === 'served' ? answer.json : null;
}

const AWAY: ReadonlySet<string> = new Set([
	'registry-unreachable',
	'offline-missing',
	'authentication-required',
	'registry-response-invalid',
	'settings-invalid',
]);

function requireAway(error: unknown): asserts error is EngineError {
	if (!(error instanceof EngineError) || !AWAY.has(error.code)) {
		throw error;
	}
}
