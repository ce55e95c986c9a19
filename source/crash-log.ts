import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { EngineError } from './engine/index.ts';
import { stateFolder } from './state-folder.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a defect of the full-screen app becomes: an error in words that names a file with the whole story. Errors of the engine stay as they are. */
export function toldCrash(
	thrown: unknown,
	{ environment, version }: { readonly environment: Environment; readonly version: string },
): EngineError {
	if (thrown instanceof EngineError) {
		return thrown;
	}

	const message = thrown instanceof Error ? thrown.message : String(thrown);
	const file = writeCrashLog(thrown, { environment, version });
	return new EngineError('internal', `Something inside plugward went wrong: ${message}`, {
		cause: thrown,
		hint: `This is a bug in plugward; please report it${file === null ? '.' : ` with ${file}`}`,
	});
}

/** Null when it cannot be written: the error itself matters more than its log. */
function writeCrashLog(
	thrown: unknown,
	{ environment, version }: { readonly environment: Environment; readonly version: string },
): string | null {
	// Not in a home: what crashed may be its reading.
	const folder = stateFolder(environment);
	const at = new Date().toISOString();
	const file = join(folder, `crash-${at.replaceAll(/[^\dTZ]/g, '')}.log`);
	const text = [`plugward ${version}, node ${process.version}, ${process.platform} ${process.arch}, ${at}`, '', inspect(thrown), ''].join(
		'\n',
	);
	try {
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
		return file;
	} catch {
		// A full disk or a folder of somebody else's: the message is told all the same.
		return null;
	}
}
