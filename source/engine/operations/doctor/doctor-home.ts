import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DoctorCheck } from '../../upkeep.ts';
import { EngineError } from '../../errors.ts';
import { stripToLine } from '../../strip-controls.ts';
import { mendHome, type RecoverReport } from '../../home/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { checkAuditLog, checkBundles, checkLocks, checkRecords, removeForeignBundles } from './doctor-records.ts';
import { finding } from './finding.ts';
import { uniquePackages } from '../locks/lock-queries.ts';
import { fitsPlatform } from './platform.ts';

const OTHERS = 0o077;
const FAIL_BYTES = 100_000_000;
const WARN_BYTES = 1_000_000_000;

export async function checkHome(context: EngineContext, signal: AbortSignal): Promise<readonly DoctorCheck[]> {
	// First, since trying the disk makes a file of its own.
	const unfinished = await checkUnfinished(context);
	const checks = await Promise.all([
		checkMode(context),
		checkDisk(context),
		checkSpaceAt(context.home.path),
		checkGenerations(context),
		checkStore(context),
		Promise.resolve(unfinished),
		checkLocks(context),
		checkRecords(context),
		checkAuditLog(context, signal),
		checkBundles(context),
		checkQuarantine(context),
		...(context.home.layout.shared === null ? [] : [checkOtherHomes(context)]),
	]);
	// One damaged file stops several of them; it is told once.
	return checks.filter(({ state, text }, index) => state !== 'fail' || checks.findIndex((check) => check.text === text) === index);
}

export type HomeFixes = {
	/** One sentence for each thing that was put right. */ readonly fixed: readonly string[];
	readonly findings: readonly DoctorCheck[];
};

/** Closes the home to other users and settles what was interrupted. What cannot be put right is a finding. */
export async function fixHome(context: EngineContext, signal: AbortSignal): Promise<HomeFixes> {
	const fixed: string[] = [];
	const findings: DoctorCheck[] = [];
	try {
		if ((await modeOf(context)) & OTHERS) {
			await context.home.closeToOthers();
			fixed.push('Closed the home to other users.');
		}

		const report = await recoverMending(context, fixed);
		const removed = countOf(report);
		fixed.push(...report.actions, ...(removed === 0 ? [] : [`Removed ${things(removed)} that belonged to nothing.`]));
		fixed.push(...(await removeForeignBundles(context, signal)));
	} catch (error) {
		findings.push(finding('fix', error));
	}

	return { fixed, findings };
}

// Each damaged file that stands in the way is put aside once; what cannot be put aside is thrown.
async function recoverMending({ home }: EngineContext, fixed: string[]): Promise<RecoverReport> {
	for (;;) {
		try {
			return await home.recover();
		} catch (error) {
			const mended = error instanceof EngineError ? await mendHome(home.path, error) : null;
			if (mended === null) {
				throw error;
			}

			fixed.push(mended);
		}
	}
}

function countOf({ removedStagingFolders, removedEntries, removedFiles }: RecoverReport): number {
	return removedStagingFolders + removedEntries + removedFiles;
}

function things(count: number): string {
	return count === 1 ? 'one file or folder' : `${count} files and folders`;
}

async function modeOf({ home }: EngineContext): Promise<number> {
	return (await stat(home.path)).mode & 0o777;
}

async function checkMode(context: EngineContext): Promise<DoctorCheck> {
	const mode = await modeOf(context);
	const isOpen = (mode & OTHERS) !== 0;
	return {
		id: 'home-permissions',
		state: isOpen ? 'warn' : 'ok',
		text: isOpen
			? `Other users can look into the home: its mode is ${mode.toString(8)}, expected 700.`
			: 'Only you can look into the home.',
		fix: isOpen ? 'plugward doctor --fix' : null,
	};
}

async function checkDisk({ home }: EngineContext): Promise<DoctorCheck> {
	try {
		const { canLink } = await home.probeDisk();
		return {
			id: 'home-disk',
			state: canLink ? 'ok' : 'warn',
			text: canLink
				? 'The home can be written and has hard links.'
				: 'The home can be written, but has no hard links: equal files take their space twice.',
			fix: canLink ? null : 'Choose a home on another file system: --home FOLDER',
		};
	} catch (error) {
		return finding('home-disk', error);
	}
}

/** Of the file system where the folder is or would be. */
export async function checkSpaceAt(folder: string): Promise<DoctorCheck> {
	let existing = folder;
	while (!existsSync(existing) && dirname(existing) !== existing) {
		existing = dirname(existing);
	}

	const { bavail, bsize } = await statfs(existing);
	const bytes = bavail * bsize;
	return {
		id: 'home-space',
		state: bytes < FAIL_BYTES ? 'fail' : bytes < WARN_BYTES ? 'warn' : 'ok',
		text: `${Math.floor(bytes / 1_000_000).toLocaleString('en')} MB are free for the home.`,
		fix: bytes < WARN_BYTES ? 'Free some space, or remove old generations: plugward gc' : null,
	};
}

async function checkGenerations({ home }: EngineContext): Promise<DoctorCheck> {
	try {
		const [current, generations] = await Promise.all([home.current(), home.generations()]);
		const text = `Generation ${current.number} is current; all ${generations.length} can be read.`;
		return { id: 'generations', state: 'ok', text, fix: null };
	} catch (error) {
		return finding('generations', error);
	}
}

/** Whether everything the current generation needs is there; `verify` reads it again, byte by byte. */
async function checkStore({ home, platform }: EngineContext): Promise<DoctorCheck> {
	try {
		const packages = uniquePackages((await home.current()).lock);
		const needed = packages.filter((locked) => !locked.optional || fitsPlatform(locked, platform));
		const there = await Promise.all(needed.map(async ({ integrity }) => (await home.store.receipt(integrity)) !== null));
		const missing = there.filter((isThere) => !isThere).length;
		return {
			id: 'store',
			state: missing === 0 ? 'ok' : 'fail',
			text:
				missing === 0
					? `The content store holds all ${needed.length} packages of the current generation.`
					: `The content store lacks ${missing} of the ${needed.length} packages of the current generation.`,
			fix: missing === 0 ? null : 'Fetch again what is missing: plugward verify --repair',
		};
	} catch (error) {
		return finding('store', error);
	}
}

async function checkUnfinished({ home }: EngineContext): Promise<DoctorCheck> {
	if (await home.hasUnfinished()) {
		return { id: 'recovery', state: 'warn', text: 'An operation runs now or was interrupted.', fix: 'plugward doctor --fix' };
	}

	try {
		const report = await home.findLeftovers();
		const count = countOf(report);
		const isTorn = report.actions.length > 0;
		const texts = [
			...(count === 0 ? [] : [`${things(count)} ${count === 1 ? 'belongs' : 'belong'} to nothing: left behind, or an operation runs now.`]),
			...(isTorn ? ['The last line of the audit log was not written to its end.'] : []),
		];
		return texts.length === 0
			? { id: 'recovery', state: 'ok', text: 'Nothing was interrupted and nothing was left behind.', fix: null }
			: { id: 'recovery', state: 'warn', text: texts.join(' '), fix: 'plugward doctor --fix' };
	} catch (error) {
		return finding('recovery', error);
	}
}

/** Only the user knows whether a home was removed or is on a disk that is not mounted. */
async function checkQuarantine({ home }: EngineContext): Promise<DoctorCheck> {
	const names = (await home.quarantine()).map(({ plugin, version }) => stripToLine(`${plugin}@${version}`));
	return {
		id: 'quarantine',
		state: names.length === 0 ? 'ok' : 'warn',
		text: names.length === 0 ? 'No plugin is in quarantine.' : `In quarantine after crashing too often: ${names.join(', ')}.`,
		fix: names.length === 0 ? null : 'Look at the audit log; let one run again: plugward quarantine release PLUGIN',
	};
}

async function checkOtherHomes({ home }: EngineContext): Promise<DoctorCheck> {
	try {
		const others = await home.otherHomes();
		const missing = others.filter(({ state }) => state !== 'there').map(({ path }) => stripToLine(path));
		return {
			id: 'store-homes',
			state: missing.length === 0 ? 'ok' : 'warn',
			text:
				missing.length === 0
					? `The content store is shared with ${others.length} other homes; all of them are there.`
					: `The content store keeps packages for homes that are not there or cannot be read: ${missing.join(', ')}.`,
			fix: missing.length === 0 ? null : 'If they were removed for good: plugward gc --forget-vanished',
		};
	} catch (error) {
		return finding('store-homes', error);
	}
}
