import { stat, statfs } from 'node:fs/promises';
import type { DoctorCheck } from '../engine.ts';
import { EngineError } from '../errors.ts';
import type { EngineContext } from './engine-context.ts';

const OTHERS = 0o077;
const FAIL_BYTES = 100_000_000;
const WARN_BYTES = 1_000_000_000;

export async function checkHome(context: EngineContext): Promise<readonly DoctorCheck[]> {
	return Promise.all([checkMode(context), checkDisk(context), checkSpace(context), checkGenerations(context), checkUnfinished(context)]);
}

/** Closes the home to other users and settles what was interrupted. Returns one sentence for each thing that was put right. */
export async function fixHome(context: EngineContext): Promise<readonly string[]> {
	const fixed: string[] = [];
	if ((await modeOf(context)) & OTHERS) {
		await context.home.closeToOthers();
		fixed.push('Closed the home to other users.');
	}

	const { actions, removedStagingFolders, removedEntries, removedFiles } = await context.home.recover();
	const removed = removedStagingFolders + removedEntries + removedFiles;
	return [...fixed, ...actions, ...(removed === 0 ? [] : [`Removed ${removed} left-over files and folders.`])];
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

async function checkSpace({ home }: EngineContext): Promise<DoctorCheck> {
	const { bavail, bsize } = await statfs(home.path);
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

async function checkUnfinished({ home }: EngineContext): Promise<DoctorCheck> {
	const isUnfinished = await home.hasUnfinished();
	return {
		id: 'recovery',
		state: isUnfinished ? 'warn' : 'ok',
		text: isUnfinished ? 'An operation runs now or was interrupted.' : 'Nothing was interrupted.',
		fix: isUnfinished ? 'plugward doctor --fix' : null,
	};
}

/** What is broken is what the doctor was asked for. */
function finding(id: string, error: unknown): DoctorCheck {
	if (!(error instanceof EngineError)) {
		throw error;
	}

	return { id, state: 'fail', text: error.message, fix: error.hint ?? null };
}
