/**
 * `npm start`: a private registry on loopback with the example plugins in it, and plugward pointed at it. In a terminal it opens the
 * full-screen app; without one it plays the same story as a script and exits 0 only if every step did what it says.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EngineError } from '../source/engine/index.ts';
import { closeToDebugger } from '../source/engine/shared.ts';
import { openDemonstration } from './demonstration.ts';
import { narrate } from './narrate.ts';

const USAGE = `npm start -- [--keep FOLDER] [--script]

  --keep FOLDER  keep the registry and the home there, for the next start
  --script       play the story as a script, also in a terminal
`;

// The registry of the demonstration lives in this process.
closeToDebugger();
try {
	const { values } = parseArgs({ options: { keep: { type: 'string' }, help: { type: 'boolean' }, script: { type: 'boolean' } } });
	if (values.help === true) {
		process.stdout.write(USAGE);
	} else {
		process.exitCode = await start(values.keep ?? null, values.script === true);
	}
} catch (error) {
	const hint = error instanceof EngineError ? error.hint : undefined;
	process.stderr.write(`error: ${messageOf(error)}\n${hint === undefined ? '' : `hint: ${hint}\n`}`);
	process.exitCode = 1;
}

async function start(keep: string | null, asScript: boolean): Promise<number> {
	const folder = keep === null ? await mkdtemp(join(tmpdir(), 'plugward-start-')) : resolve(keep);
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const isTerminal = process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb';
	try {
		return isTerminal && !asScript ? await open(folder) : await play(folder);
	} finally {
		if (keep === null) {
			await rm(folder, { recursive: true, force: true });
		}
	}
}

async function open(folder: string): Promise<number> {
	await using demonstration = await openDemonstration({ folder, home: join(folder, 'home') });
	// Awaited here: the registry must go on until the app has ended.
	return await demonstration.openApp();
}

/** The story begins with nothing installed, so each time it is played in a home of its own. */
async function play(folder: string): Promise<number> {
	const home = await mkdtemp(join(folder, 'played-'));
	try {
		await using demonstration = await openDemonstration({ folder, home });
		return await narrate(demonstration);
	} finally {
		await rm(home, { recursive: true, force: true });
	}
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
