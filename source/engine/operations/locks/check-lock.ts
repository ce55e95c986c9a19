import { EngineError } from '../../errors.ts';
import type { LockPackage } from '../../lock.ts';
import type { IndexedManifest, Override, Problem, ResolvedPackage } from '../../resolver/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { LockFile } from './lock-file.ts';
import { npmRangeRules } from '../versions/npm-range-rules.ts';
import { idOf } from './lock-queries.ts';
import { parseOverride } from '../versions/override-text.ts';
import type { RegistryFacts } from '../versions/package-facts.ts';

type CheckRequest = {
	readonly file: string;
	readonly lock: LockFile;
	readonly factsOf: (locked: LockPackage) => RegistryFacts;
};

/**
 * Holds every edge of a lock from elsewhere against what the packages themselves ask for, so that nobody can have a package answered by
 * another one. Gives the ids of which the registry tells nothing. Throws `lock-invalid`, `integrity-mismatch`, `policy-refused`.
 */
export async function checkLock(context: EngineContext, { file, lock, factsOf }: CheckRequest): Promise<readonly string[]> {
	const overrides = lock.overrides.map((text) => parseOverride(text));
	const untold: string[] = [];
	const packages = Object.entries(lock.packages).map(([id, locked]): ResolvedPackage => {
		const { manifest, publishedAt } = factsOf(locked);
		if (manifest === null) {
			untold.push(id);
		} else {
			requireSameBytes(locked, manifest);
			requireNamedTargets({ file, id, locked, manifest }, { lock, overrides });
		}

		return { ...locked, id, publishedAt, manifest: manifest ?? manifestOf(locked) };
	});
	const { verifyResolution } = await import('../../resolver/index.ts');
	const revocations = await context.home.revocations();
	const problems = verifyResolution(
		{ roots: lock.roots, packages, warnings: [], statistics: NO_STATISTICS },
		{
			roots: Object.entries(lock.roots).map(([name, { spec }]) => ({ name, spec })),
			lock: null,
			unlocked: [],
			overrides,
			platform: context.platform,
			policy: {
				// How young a version may be is decided where the plan is.
				minimumAgeMilliseconds: 0,
				now: context.clock().getTime(),
				asOf: null,
				denied: [],
				engines: 'preferred',
				ageExempt: () => true,
				revoked: revocations.flatMap((one) =>
					one.type === 'version' ? [{ name: one.name, version: one.version, reason: one.reason ?? 'revoked' }] : [],
				),
			},
		},
		await npmRangeRules(),
	);
	refuseFirst(problems, file);
	return untold;
}

const NO_STATISTICS = {
	solveMilliseconds: 0,
	loadMilliseconds: 0,
	rounds: 0,
	decisions: 0,
	conflicts: 0,
	restarts: 0,
	refinements: 0,
};

function refuseFirst(problems: readonly Problem[], file: string): void {
	const [first] = problems;
	if (first?.code === 'policy') {
		throw new EngineError('policy-refused', first.text, { hint: 'Take another version, and write the lock again.', details: problems });
	}

	if (first !== undefined) {
		throw invalid(file, first.text, problems);
	}
}

/** What the registry calls this version must be what the lock calls it. */
function requireSameBytes(locked: LockPackage, manifest: IndexedManifest): void {
	const told = (manifest.integrity ?? '').split(/\s+/).filter((one) => one.startsWith('sha512-'));
	if (told.length > 0 && !told.includes(locked.integrity)) {
		throw new EngineError(
			'integrity-mismatch',
			`The lock and the registry disagree about ${idOf(locked)}: expected ${locked.integrity}, got ${told[0] ?? ''}.`,
			{ hint: 'One of them was tampered with: compare with the machine the lock comes from.' },
		);
	}
}

type Named = { readonly file: string; readonly id: string; readonly locked: LockPackage; readonly manifest: IndexedManifest };

function requireNamedTargets(
	{ file, id, locked, manifest }: Named,
	{ lock, overrides }: { readonly lock: LockFile; readonly overrides: readonly Override[] },
): void {
	for (const [name, target] of Object.entries(locked.dependencies)) {
		const asked = manifest.dependencies[name] ?? manifest.optionalDependencies[name] ?? manifest.peerDependencies[name] ?? name;
		const specs = [asked, ...overrides.filter((one) => one.name === name).map(({ spec }) => spec)];
		const answers = new Set(specs.map((spec) => aliasTarget(spec) ?? name));
		const found = lock.packages[target]?.name ?? '';
		// A peer is answered by whatever is installed under its name, which may be an alias that somebody above asked for.
		const isPeerAlias = locked.peers.includes(name) && aliasesOf(lock, name).has(target);
		if (!answers.has(found) && !isPeerAlias) {
			throw invalid(file, `${id} asks for ${[...answers].join(' or ')} and would get ${found}`, [{ id, name, target }]);
		}
	}
}

function aliasTarget(spec: string): string | null {
	return /^npm:(@?[^@]+)/u.exec(spec)?.[1] ?? null;
}

/** Instances that a root of this name stands for. */
function aliasesOf(lock: LockFile, name: string): ReadonlySet<string> {
	const root = Object.hasOwn(lock.roots, name) ? lock.roots[name] : undefined;
	return new Set(root === undefined ? [] : [root.instance]);
}

/** Stands for a manifest nobody told: it asks for what the lock gives. */
function manifestOf({ name, version, dependencies, peers, os, cpu, libc, integrity }: LockPackage): IndexedManifest {
	const given = Object.keys(dependencies).map((one) => [one, '*'] as const);
	return {
		name,
		version,
		dependencies: Object.fromEntries(given.filter(([one]) => !peers.includes(one))),
		optionalDependencies: {},
		peerDependencies: Object.fromEntries(given.filter(([one]) => peers.includes(one))),
		optionalPeers: [],
		bundledDependencies: [],
		engines: {},
		os,
		cpu,
		libc,
		deprecated: null,
		hasInstallScript: false,
		hasPluginField: false,
		license: '',
		integrity,
		shasum: null,
		tarball: '',
		unpackedBytes: null,
		signatures: [],
		attestationsUrl: null,
	};
}

function invalid(file: string, problem: string, details: unknown): EngineError {
	return new EngineError('lock-invalid', `${file} is not a lock to install from: ${problem.replace(/\.$/u, '')}.`, {
		hint: 'It was changed by hand or by someone: write it again on the machine it comes from with plugward lock.',
		details,
	});
}
