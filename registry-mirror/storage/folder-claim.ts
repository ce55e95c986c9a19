import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { MirrorError } from '../mirror-error.ts';
import { readFileOrNull } from './atomic-file.ts';

const claimedHere = new Set<string>();

/** Takes the folder for this process, since two mirrors would overwrite each other's packages. Throws `folder-busy`. */
export async function claimFolder(folder: string): Promise<AsyncDisposable> {
	const file = path.join(folder, 'mirror.pid');
	if (claimedHere.has(folder)) {
		throw busy(folder, process.pid);
	}

	claimedHere.add(folder);
	try {
		await writeOwner(file, folder);
	} catch (error) {
		claimedHere.delete(folder);
		throw error;
	}

	return {
		async [Symbol.asyncDispose]() {
			await rm(file, { force: true });
			claimedHere.delete(folder);
		},
	};
}

async function writeOwner(file: string, folder: string): Promise<void> {
	if (await createWith(file, `${process.pid} ${await startOf(process.pid)}`)) {
		return;
	}

	const [id = '', start = ''] = ((await readFileOrNull(file))?.toString('utf8') ?? '').split(' ');
	if (Number(id) !== process.pid && (await isSameProcess(Number(id), start))) {
		throw busy(folder, Number(id));
	}

	// Left by a mirror that was killed.
	await rm(file, { force: true });
	if (!(await createWith(file, `${process.pid} ${await startOf(process.pid)}`))) {
		throw new MirrorError(503, 'folder-busy', `Another mirror took the folder ${folder} at the same moment.`);
	}
}

async function createWith(file: string, content: string): Promise<boolean> {
	try {
		await using handle = await open(file, 'wx', 0o600);
		await handle.writeFile(content);
		return true;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
			return false;
		}

		throw error;
	}
}

/** Process ids are used again, in containers at once, so the start time must agree too where the system tells it. */
async function isSameProcess(id: number, start: string): Promise<boolean> {
	if (!Number.isInteger(id) || id <= 0 || !isRunning(id)) {
		return false;
	}

	if ((await statOf(id))[0] === 'Z') {
		// Killed, and nobody asked how it ended yet: in a container perhaps nobody ever does.
		return false;
	}

	const actual = await startOf(id);
	return actual === '' || start === '' || actual === start;
}

/** Clock ticks between boot and the start of a process, or empty where there is no /proc. */
async function startOf(id: number): Promise<string> {
	return (await statOf(id))[19] ?? '';
}

/** What the system tells of a process behind its name, its state first; empty where there is no /proc. */
async function statOf(id: number): Promise<readonly string[]> {
	try {
		const stat = await readFile(`/proc/${id}/stat`, 'utf8');
		// The name in parentheses may hold spaces.
		return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	} catch {
		// Not Linux, or the process has just ended: then the id alone decides.
		return [];
	}
}

function isRunning(id: number): boolean {
	try {
		process.kill(id, 0);
		return true;
	} catch (error) {
		// EPERM: it runs, as another user.
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
}

function busy(folder: string, owner: number): MirrorError {
	return new MirrorError(503, 'folder-busy', `The folder ${folder} belongs to the mirror with process id ${owner}.`);
}
