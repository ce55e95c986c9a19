import { ControlConnection, NobodyThere, serveControl } from '../../control/index.ts';
import { EngineError, toEngineError } from '../../errors.ts';
import type { OnEvent } from '../../events.ts';
import type { RuntimeFolder } from '../../home/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { Runtime } from '../running/runtime.ts';
import type { RuntimeChanges } from '../running/runtime-changes.ts';
import { performInside } from './perform-inside.ts';

const MAXIMUM_ATTEMPTS = 5;
const NEVER = new AbortController().signal;

/**
 * Lets other processes of the same user see and steer the plugins of this one, over a socket in the home. Null, and told as a warning,
 * when there can be none: the plugins run all the same.
 */
export async function openDoor(
	context: EngineContext,
	{ onEvent, ...inside }: { readonly runtime: Runtime; readonly changes: RuntimeChanges; readonly onEvent: OnEvent },
): Promise<AsyncDisposable | null> {
	const { home, options, clock } = context;
	try {
		const path = await freePath(home.runtimeFolder);
		const server = await serveControl(path, {
			startedAt: clock().toISOString(),
			command: options.command,
			perform: (request, call) => performInside(inside, request, call),
		});
		context.ownDoors.add(path);
		await home.runtimeFolder.close(path);
		return {
			[Symbol.asyncDispose]: async () => {
				// Closing it removes the socket too.
				await server[Symbol.asyncDispose]();
				context.ownDoors.delete(path);
			},
		};
	} catch (error) {
		const { message, hint = '' } = toEngineError(error, { code: 'internal', message: 'The socket for ps, logs and stop cannot be made.' });
		onEvent({ type: 'notice', severity: 'warning', code: 'runtime-socket', text: `${message} ${hint}`.trim() });
		return null;
	}
}

/** One process may have opened this home twice. */
async function freePath(folder: RuntimeFolder): Promise<string> {
	for (let attempt = 1; attempt <= MAXIMUM_ATTEMPTS; attempt += 1) {
		const path = await folder.prepare({ pid: process.pid, attempt });
		if (await isFree(folder, path)) {
			return path;
		}
	}

	throw new EngineError('internal', 'Too many sockets of this process are in use already.');
}

/** What a killed process of the same id has left is removed. */
async function isFree(folder: RuntimeFolder, path: string): Promise<boolean> {
	try {
		using _ = await ControlConnection.open(path, { pid: process.pid, signal: NEVER });
		return false;
	} catch (error) {
		if (!(error instanceof NobodyThere)) {
			return false;
		}

		await folder.remove(path);
		return true;
	}
}
