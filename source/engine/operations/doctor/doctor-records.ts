import { stat } from 'node:fs/promises';
import type { DoctorCheck } from '../../upkeep.ts';
import type { EngineContext } from '../engine-context.ts';
import { verifyLog } from '../audit-log/verify-log.ts';
import { finding } from './finding.ts';

/** Files that only the operating system's locks are on; they are looked at from outside, since opening one would end its lock. */
export async function checkLocks({ home: { layout } }: EngineContext): Promise<DoctorCheck> {
	const paths = [layout.mutex, layout.mutexQueue, layout.auditLock];
	const sizes = await Promise.all(paths.map(async (path) => (await stat(path).catch(() => null))?.size ?? 0));
	const wrong = paths.filter((_, index) => sizes[index] !== 0).map(layout.relative);
	return {
		id: 'locks',
		state: wrong.length === 0 ? 'ok' : 'fail',
		text: wrong.length === 0 ? 'The lock files are empty, as they must be.' : `Not the empty lock files they were: ${wrong.join(', ')}.`,
		fix: wrong.length === 0 ? null : 'plugward doctor --fix',
	};
}

/** What lies outside generations and is read by commands that have no other reason to fail. */
export async function checkRecords({ home }: EngineContext): Promise<DoctorCheck> {
	try {
		const [profiles] = await Promise.all([home.profiles(), home.revocations(), home.keptGenerations()]);
		const names = profiles.length === 1 ? 'the profile' : `${profiles.length} profiles`;
		return { id: 'records', state: 'ok', text: `What is revoked, what is kept and ${names} can be read.`, fix: null };
	} catch (error) {
		return finding('records', error);
	}
}

/** The chain of the log; what was changed in it cannot be put right, only known. */
export async function checkAuditLog(context: EngineContext, signal: AbortSignal): Promise<DoctorCheck> {
	try {
		const { broken, lines } = await verifyLog(context, { file: null, hash: null }, { signal, onEvent: () => undefined });
		return broken === null
			? { id: 'audit-log', state: 'ok', text: `All ${lines} lines of the audit log follow each other.`, fix: null }
			: {
					id: 'audit-log',
					state: 'fail',
					text: `The audit log was changed: line ${broken.line} ${broken.problem}.`,
					fix: 'It cannot be put right. See what is left of it: plugward audit-log verify',
				};
	} catch (error) {
		return finding('audit-log', error);
	}
}

export async function checkBundles(context: EngineContext): Promise<DoctorCheck> {
	try {
		const { keys, foreign } = await foreignBundles(context);
		return {
			id: 'bundles',
			state: foreign.length === 0 ? 'ok' : 'warn',
			text:
				foreign.length === 0
					? `The bundles of plugins (${keys.length}) are as this home wrote them.`
					: `${foreign.length} of ${keys.length} bundles of plugins were not written by this home, and are never run.`,
			fix: foreign.length === 0 ? null : 'plugward doctor --fix',
		};
	} catch (error) {
		return finding('bundles', error);
	}
}

/** A bundle that is missed is made again. One sentence when there were any. */
export async function removeForeignBundles(context: EngineContext, signal: AbortSignal): Promise<readonly string[]> {
	const { foreign } = await foreignBundles(context);
	if (foreign.length === 0) {
		return [];
	}

	await context.home.withMutex(
		async () => {
			for (const key of foreign) {
				await context.home.removeBundle(key);
			}
		},
		{ signal, onWaiting: () => undefined },
	);
	return [`Removed ${foreign.length === 1 ? 'a bundle' : `${foreign.length} bundles`} that this home did not write.`];
}

async function foreignBundles({ home }: EngineContext): Promise<{ readonly keys: readonly string[]; readonly foreign: readonly string[] }> {
	const keys = await home.bundleKeys();
	const read = await Promise.all(keys.map((key) => home.readBundle(key)));
	return { keys, foreign: keys.filter((_, index) => read[index] === null) };
}
