import type { VerifyFinding, VerifyReport } from '../../upkeep.ts';
import { EngineError } from '../../errors.ts';
import { type CallOptions, runStep } from '../../events.ts';
import type { Receipt } from '../../home/index.ts';
import type { LockPackage } from '../../lock.ts';
import type { EngineContext } from '../engine-context.ts';
import { effectiveLevelOf } from '../running/effective-level.ts';
import { closureOf, idOf, uniquePackages } from '../locks/lock-queries.ts';
import { requireInstalled } from '../apply/require-installed.ts';
import { fitsPlatform } from '../doctor/platform.ts';
import { findRevokedVersion } from '../apply/revoked-version.ts';
import { runConcurrently } from '../run-concurrently.ts';

const CONCURRENT_ENTRIES = 4;

const MAXIMUM_TRIES = 3;

/** Re-hashes what is on disk against the lock and re-reads what was proven. Findings are data; only a broken home throws. */
export async function verify(context: EngineContext, names: readonly string[], options: CallOptions): Promise<VerifyReport> {
	for (let tries = 1; ; tries += 1) {
		const report = await verifyCurrent(context, names, options);
		// What another process collected because it is not current any more is not missing.
		if (report.findings.length === 0 || tries === MAXIMUM_TRIES || (await context.home.current()).number === report.generation) {
			return report;
		}
	}
}

async function verifyCurrent(context: EngineContext, names: readonly string[], options: CallOptions): Promise<VerifyReport> {
	const generation = await context.home.current();
	requireInstalled(generation, names);
	const packages = names.length === 0 ? uniquePackages(generation.lock) : reachedBy(generation.lock, names);
	const findings: VerifyFinding[] = [];
	const described: VerifyReport['packages'][number][] = [];
	let filesChecked = 0;
	let bytesChecked = 0;
	const detail = `${packages.length} packages of generation ${generation.number}`;
	await runStep({ name: 'verify', detail, onEvent: options.onEvent }, () =>
		runConcurrently(packages, CONCURRENT_ENTRIES, async (locked) => {
			const receipt = await readReceipt(context, locked.integrity);
			if (receipt === null || receipt instanceof EngineError) {
				findings.push(...(receipt === null ? missing(context, locked) : [damagedReceipt(locked, receipt)]));
				return;
			}

			const report = await context.home.store.verifyEntry(locked.integrity, options);
			filesChecked += report.filesChecked;
			bytesChecked += report.bytesChecked;
			findings.push(...report.findings.map((finding) => ({ id: idOf(locked), ...finding })));
			findings.push(
				...receipt.evidence
					.filter(({ state }) => state === 'invalid')
					.map(({ reason }) => ({ id: idOf(locked), problem: 'evidence-invalid' as const, path: null, text: reason })),
			);
			const instance = Object.entries(generation.lock.packages).find(([, one]) => one.integrity === locked.integrity)?.[0] ?? '';
			described.push({ id: idOf(locked), level: await effectiveLevelOf(context, generation, instance), evidence: receipt.evidence });
		}),
	);
	const revoked = findRevokedVersion(packages, await context.home.revocations());
	if (revoked !== null) {
		const text = `${revoked.name}@${revoked.version} was revoked on ${revoked.revokedAt}.`;
		findings.push({ id: idOf(revoked), problem: 'revoked', path: null, text });
	}

	return {
		generation: generation.number,
		packagesChecked: described.length,
		filesChecked,
		bytesChecked,
		findings: findings.toSorted((a, b) => compareText(a.id, b.id)),
		repaired: [],
		packages: described.toSorted((a, b) => compareText(a.id, b.id)),
	};
}

function reachedBy(lock: Parameters<typeof closureOf>[0], names: readonly string[]): readonly LockPackage[] {
	const instances = new Set(names.flatMap((name) => closureOf(lock, rootInstance(lock, name))));
	const packages = Object.fromEntries(Object.entries(lock.packages).filter(([id]) => instances.has(id)));
	return uniquePackages({ ...lock, packages });
}

function rootInstance(lock: Parameters<typeof closureOf>[0], name: string): string {
	const root = lock.roots[name];
	if (root === undefined) {
		throw new EngineError('not-installed', `${name} is not installed.`, { hint: `Install it: plugward install ${name}` });
	}

	return root.instance;
}

function missing(context: EngineContext, locked: LockPackage): readonly VerifyFinding[] {
	const isLeftOut = locked.optional && !fitsPlatform(locked, context.platform);
	return isLeftOut
		? []
		: [{ id: idOf(locked), problem: 'missing', path: null, text: `${idOf(locked)} is in the lock but not in the content store.` }];
}

/** An error says that the receipt is damaged. */
async function readReceipt({ home }: EngineContext, integrity: LockPackage['integrity']): Promise<Receipt | EngineError | null> {
	try {
		return await home.store.receipt(integrity);
	} catch (error) {
		if (error instanceof EngineError && error.code === 'home-damaged') {
			return error;
		}

		throw error;
	}
}

function damagedReceipt(locked: LockPackage, { message }: EngineError): VerifyFinding {
	return { id: idOf(locked), problem: 'changed', path: null, text: message };
}

function compareText(a: string, b: string): number {
	return a < b ? -1 : Number(a > b);
}
