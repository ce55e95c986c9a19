import { warningsFor } from './model/to-resolution.ts';
import type { MetadataAnswer, ResolveRequest } from './request.ts';
import type { Resolution, ResolvedPackage } from './resolution.ts';
import { rangesMeet, satisfies } from './semver/range.ts';
import { verifyResolution } from './verify.ts';
import type { Lock, LockPackage } from '../lock.ts';

/**
 * The lock of a request that asks for exactly what is locked and for nothing newer; else null. With overrides a search has to tell which of
 * them are used.
 */
export function unchangedLock({ lock, roots, unlocked, overrides }: ResolveRequest): Lock | null {
	if (lock === null || unlocked === 'all' || unlocked.length > 0 || overrides.length > 0) {
		return null;
	}

	const asked = new Map(roots.map(({ name, spec }) => [name, spec]));
	const locked = Object.entries(lock.roots);
	return asked.size === locked.length && locked.every(([name, { spec }]) => asked.get(name) === spec) ? lock : null;
}

/** Every name whose metadata a lock is judged by. */
export function namesOfLock(lock: Lock): string[] {
	return [...new Set(Object.values(lock.packages).map(({ name }) => name))];
}

/**
 * The locked tree as a resolution, when the manifests still allow all of it and policy does too: then there is nothing to search for.
 * Null when it does not hold, and a search has to find what does.
 */
export function keepLock(
	lock: Lock,
	{ request, answers }: { readonly request: ResolveRequest; readonly answers: ReadonlyMap<string, MetadataAnswer> },
): Resolution | null {
	const packages: ResolvedPackage[] = [];
	for (const [id, locked] of Object.entries(lock.packages)) {
		const resolved = resolvedOf(id, { locked, answers });
		if (resolved === null) {
			return null;
		}

		packages.push(resolved);
	}

	const resolution: Resolution = {
		roots: lock.roots,
		packages: packages.sort((a, b) => (a.id < b.id ? -1 : 1)),
		warnings: packages.flatMap((package_) => warningsFor(package_, request.platform)),
		statistics: { solveMilliseconds: 0, loadMilliseconds: 0, rounds: 1, decisions: 0, conflicts: 0, restarts: 0, refinements: 0 },
	};
	return verifyResolution(resolution, request, RULES).length === 0 ? resolution : null;
}

// Whoever asked checks the answer once more, by rules that are not ours.
const RULES = { satisfies, intersects: rangesMeet };

function resolvedOf(
	id: string,
	{ locked, answers }: { readonly locked: LockPackage; readonly answers: ReadonlyMap<string, MetadataAnswer> },
): ResolvedPackage | null {
	const { name, version, dependencies, peers, dropped, optional } = locked;
	const answer = answers.get(name);
	if (answer?.type !== 'found') {
		return null;
	}

	const i = answer.index.indexOfVersion(version);
	return i === -1
		? null
		: {
				id,
				name,
				version,
				manifest: answer.index.manifest(i),
				publishedAt: answer.index.publishedAt(i),
				dependencies,
				peers,
				dropped,
				optional,
			};
}
