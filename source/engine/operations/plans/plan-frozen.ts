import semver from 'semver';
import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { LockPackage } from '../../lock.ts';
import type { Plan } from '../../plan.ts';
import { stripToLine } from '../../strip-controls.ts';
import { checkLock } from '../locks/check-lock.ts';
import type { EngineContext } from '../engine-context.ts';
import { fetchLocked } from '../artefacts/fetch-locked.ts';
import { parseLockFile, type LockFile } from '../locks/lock-file.ts';
import { idOf, uniquePackages } from '../locks/lock-queries.ts';
import { loadRegistryFacts } from '../versions/package-facts.ts';
import { parseSpec } from '../versions/parse-spec.ts';
import { planOfLock } from './plan-of-lock.ts';
import { fitsPlatform } from '../doctor/platform.ts';
import type { FrozenRequest } from '../../version-questions.ts';

const NAMED_UNTOLD = 3;

/**
 * Plans to install exactly what a lock file holds: nothing is resolved, nothing else stays, and every package has the sha512 of the lock.
 * Throws `lock-invalid`, `lock-mismatch` when it does not hold what was asked for, and whatever fetching throws.
 */
export async function planFrozen(context: EngineContext, { text, file, specs }: FrozenRequest, options: CallOptions): Promise<Plan> {
	const name = stripToLine(file);
	const lock = parseLockFile(text, name);
	const asked = specs.map((spec) => requireAgreement(lock, { spec, file: name }));
	const base = await context.home.current();
	const factsOf = await loadRegistryFacts(context, lock, options);
	const untold = await checkLock(context, { file: name, lock, factsOf });
	const missing = await missingPackages(context, lock, name);
	const receipts = await fetchLocked(context, { packages: missing, factsOf, replaces: false }, options);
	const { overrides, ...plain } = lock;
	const plan = await planOfLock(
		context,
		{
			kind: 'install',
			command: ['install', ...specs, '--frozen'].join(' '),
			base,
			lock: plain,
			named: new Set(asked.length > 0 ? asked : Object.keys(lock.roots)),
			fetched: { bytes: receipts.reduce((sum, { packedBytes }) => sum + packedBytes, 0), count: receipts.length },
			notices: untold.length === 0 ? [] : [{ severity: 'warning', text: untoldSentence(untold) }],
		},
		options,
	);
	const isKept = (plugin: string) => Object.hasOwn(lock.roots, plugin);
	return {
		...plan,
		settings: { held: base.settings.held.filter(isKept), disabled: base.settings.disabled.filter(isKept), overrides },
	};
}

/** Gives the name of the root. */
function requireAgreement(lock: LockFile, { spec: text, file }: { readonly spec: string; readonly file: string }): string {
	const { name, spec, isBare } = parseSpec(text);
	const root = Object.hasOwn(lock.roots, name) ? lock.roots[name] : undefined;
	if (root === undefined) {
		throw mismatch(`${file} does not hold ${name}, which was asked for`, Object.keys(lock.roots));
	}

	const version = lock.packages[root.instance]?.version ?? '';
	if (!isBare && spec !== root.spec && !semver.satisfies(version, spec, { loose: true })) {
		throw mismatch(`${file} holds ${name} ${version} (asked for as ${root.spec}), and ${name}@${spec} was asked for`, []);
	}

	return name;
}

function mismatch(problem: string, roots: readonly string[]): EngineError {
	return new EngineError('lock-mismatch', `${stripToLine(problem)}.`, {
		hint:
			roots.length === 0
				? 'Leave the version out, or install without --frozen and write the lock again: plugward lock'
				: `It holds: ${stripToLine(roots.slice(0, 10).join(', '))}.`,
	});
}

/** What this platform needs and the content store lacks. Throws `lock-invalid` when the store knows those bytes as something else. */
async function missingPackages(context: EngineContext, lock: LockFile, file: string): Promise<readonly LockPackage[]> {
	const missing: LockPackage[] = [];
	for (const locked of uniquePackages(lock)) {
		const receipt = await context.home.store.receipt(locked.integrity);
		if (receipt !== null && (receipt.name !== locked.name || receipt.version !== locked.version)) {
			throw new EngineError('lock-invalid', `${file} gives ${idOf(locked)} the bytes of ${idOf(receipt)}.`, {
				hint: 'It was changed by hand or by someone: write it again on the machine it comes from.',
			});
		}

		if (receipt === null && !(locked.optional && !fitsPlatform(locked, context.platform))) {
			missing.push(locked);
		}
	}

	return missing;
}

function untoldSentence(untold: readonly string[]): string {
	const more = untold.length - NAMED_UNTOLD;
	return `The edges of ${untold.slice(0, NAMED_UNTOLD).join(', ')}${more > 0 ? ` and ${more} more` : ''} could not be held against their manifests, since no registry was there to tell them.`;
}
