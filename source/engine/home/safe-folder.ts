import { stat } from 'node:fs/promises';
import { EngineError } from '../errors.ts';
import { damaged, isMissing, writeError } from './home-errors.ts';

const OTHERS_MAY_WRITE = 0o022;

/** Refuses a folder that is not the user's or that others may write. `what` names it. Throws `home-unsafe`, `home-damaged`. */
export async function requireSafe(path: string, what: string): Promise<void> {
	let status: Awaited<ReturnType<typeof stat>>;
	try {
		status = await stat(path);
	} catch (error) {
		throw isMissing(error) ? damaged(what, 'is missing', { cause: error }) : writeError(error, `look into the ${what}`);
	}

	const user = process.getuid?.();
	if (user === undefined) {
		return;
	}

	if (status.uid !== user) {
		throw new EngineError('home-unsafe', `The ${what} belongs to user ${status.uid}, expected ${user}.`, {
			hint: 'Use a folder of your own with --home, or take it over with chown.',
		});
	}

	if ((status.mode & OTHERS_MAY_WRITE) !== 0) {
		const mode = (status.mode & 0o777).toString(8);
		throw new EngineError('home-unsafe', `Others may write to the ${what}: its mode is ${mode}, expected 700.`, {
			hint: 'Type `chmod 700` on it after checking that nobody put anything there.',
		});
	}
}
