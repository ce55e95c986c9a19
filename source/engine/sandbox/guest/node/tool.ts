import { parseJson } from '../bridge.ts';
import { askNow, openCalls } from '../capabilities.ts';
import { guestProcess } from '../modules/process.ts';
import { activeTimers, setTimeout } from '../timers.ts';
import { setWorkingFolder } from '../modules/path.ts';
import { nodeModule } from '../node-modules.ts';
import { writeUnfinished } from './fs-streams.ts';
import { isExit, setUpProcess, type ToolProcess } from './tool-process.ts';
import { useToolConsole } from './tool-console.ts';
import { type StreamFacts, useToolStreams } from './standard-output.ts';

/** What the core tells a tool when it starts. */
export type ToolInput = {
	readonly arguments: readonly string[];
	/** Where its program lies, as `process.argv[1]` says it. */
	readonly program: string;
	readonly workingFolder: string;
	readonly environment: Readonly<Record<string, string>>;
	readonly streams: { readonly stdin: StreamFacts; readonly stdout: StreamFacts; readonly stderr: StreamFacts };
};

let tool: ToolProcess | null = null;
let isEntryDone = false;
let hasSaidGoodbye = false;

export function startTool(text: string): void {
	const input = parseJson(text) as ToolInput;
	setWorkingFolder(input.workingFolder);
	Object.assign(globalThis, { plugwardHere: nodeModule.here(input.program), require: nodeModule.here(input.program)['require'] });
	// As in node, which has none.
	Reflect.deleteProperty(globalThis, 'self');
	useToolStreams();
	useToolConsole();
	tool = setUpProcess(guestProcess, input);
	const bundle = Reflect.get(globalThis, 'plugwardBundle') as { readonly start: () => Promise<unknown> };
	void runEntry(bundle);
}

async function runEntry(bundle: { readonly start: () => Promise<unknown> }): Promise<void> {
	try {
		await bundle.start();
		isEntryDone = true;
	} catch (error) {
		crashTool(error);
	}
}

/** Called when everything that could run has run: without a timer, an open call or somebody who waits for input a tool is over. */
export function endToolTurn(): void {
	if (tool === null || isBusy(tool)) {
		return;
	}

	if (!isEntryDone) {
		tool.exit(13);
	}

	if (!hasSaidGoodbye) {
		hasSaidGoodbye = true;
		if (tool.events.emit('beforeExit', tool.exitCode())) {
			// One more turn, in which whatever the listeners have started shows.
			setTimeout(() => undefined, 1);
			return;
		}
	}

	try {
		writeUnfinished();
	} catch (error) {
		crashTool(error);
	}

	tool.exit(tool.exitCode());
}

/** What nobody caught: told on standard error, exit code 1, as node does. */
export function crashTool(error: unknown): void {
	if (tool === null || isExit(error)) {
		return;
	}

	if (tool.events.emit('uncaughtException', error, 'uncaughtException')) {
		return;
	}

	const text = error instanceof Error && typeof error.stack === 'string' ? error.stack : `Uncaught ${String(error)}`;
	const isLacking = error instanceof Error && 'code' in error && error.code === 'ERR_UNAVAILABLE_IN_SANDBOX';
	askNow('tool.crash', { text: text.slice(0, 100_000), lacked: isLacking ? error.message : null });
	tool.exit(1);
}

function isBusy({ stdin }: ToolProcess): boolean {
	const input = stdin();
	const ignored = input !== null && input.isReading && !input.isWaited ? 1 : 0;
	return activeTimers() > 0 || openCalls() > ignored;
}
