import semver from 'semver';
import type { SourceIdentity } from '../../evidence.ts';
import type { Generation, Receipt } from '../../home/index.ts';
import type { Lock, LockPackage } from '../../lock.ts';
import type { EngineContext } from '../engine-context.ts';
import { identityIn } from './assessed-package.ts';

/** What a version is compared with. */
export type ApprovedBefore = {
	/** Of the base generation; null when there is nothing to compare with. */
	readonly previous: Receipt | null;
	readonly identityPin: SourceIdentity | null;
};

type Question = {
	/** What the base generation holds of the same name. */
	readonly before: readonly LockPackage[];
	readonly locked: Pick<LockPackage, 'name' | 'version'>;
	readonly receipt: Pick<Receipt, 'integrity' | 'evidence'>;
	readonly base: Generation;
};

/**
 * The approved version of the same major line; for the first of a new line, the newest one below it. A back-port to a line that lies below
 * all that is installed has nothing to be compared with, since its builder is often an older one. Where the builder of that version was not
 * proven, the one of an earlier generation still is the pinned one: accepting one version without proof must not open the door to anyone.
 */
export async function approvedBefore(context: EngineContext, { before, locked, receipt, base }: Question): Promise<ApprovedBefore> {
	const compared = comparedWith(before, locked);
	const previous = compared === null ? null : await context.home.store.receipt(compared.integrity);
	const identity = identityIn(previous);
	const isPinForgotten = previous !== null && identity === null && identityIn(receipt) !== null && previous.integrity !== receipt.integrity;
	return { previous, identityPin: isPinForgotten ? await earlierIdentity(context, { locked, base }) : identity };
}

/** The receipt of the package that a root of the lock has, or null. */
export async function receiptOfRoot({ home }: EngineContext, lock: Lock, name: string): Promise<Receipt | null> {
	const instance = Object.values(lock.roots).find((root) => lock.packages[root.instance]?.name === name)?.instance;
	const locked = instance === undefined ? undefined : lock.packages[instance];
	return locked === undefined ? null : home.store.receipt(locked.integrity);
}

function comparedWith(before: readonly LockPackage[], locked: Question['locked']): LockPackage | null {
	const major = majorOf(locked);
	// One of the own line, if there is any, is the newest of those that do not lie above it.
	const candidates = before.filter((one) => majorOf(one) <= major);
	return candidates.toSorted((a, b) => semver.compare(b.version, a.version, { loose: true }))[0] ?? null;
}

async function earlierIdentity(
	{ home }: EngineContext,
	{ locked, base }: Pick<Question, 'locked' | 'base'>,
): Promise<SourceIdentity | null> {
	const earlier = (await home.generations()).filter(({ number }) => number < base.number).toSorted((a, b) => b.number - a.number);
	for (const { lock } of earlier) {
		const compared = comparedWith(
			Object.values(lock.packages).filter(({ name }) => name === locked.name),
			locked,
		);
		const identity = compared === null ? null : identityIn(await home.store.receipt(compared.integrity));
		if (identity !== null) {
			return identity;
		}
	}

	return null;
}

function majorOf({ version }: Question['locked']): number {
	return semver.major(version, { loose: true });
}
