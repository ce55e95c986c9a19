import type { StreamFacts, ToolStreams } from '../engine/index.ts';
import type { Terminal } from './command.ts';
import { hasColour, type Input, type Output } from './surroundings.ts';
import { createTerminalFilter } from './terminal-filter.ts';

const MAXIMUM_KEPT_CHARACTERS = 8 * 1024 * 1024;

/** The streams of a tool over those of this command, or kept for the one document of `--json`. */
export type ConnectedStreams = {
	readonly streams: ToolStreams;
	/** What was kept; null in text mode, where it was shown. */
	readonly kept: () => { readonly stdout: string; readonly stderr: string } | null;
	/** Gives standard input back, so that the process can end. */
	readonly release: () => void;
};

export function connectStreams(terminal: Terminal): ConnectedStreams {
	const { stdin, stdout, stderr, environment, isText } = terminal;
	const kept = { stdout: '', stderr: '' };
	const filters = { stdout: filterFor(stdout), stderr: filterFor(stderr) };
	let hasRead = false;
	const write: ToolStreams['write'] = async (stream, bytes) => {
		if (!isText) {
			kept[stream] = (kept[stream] + Buffer.from(bytes).toString('utf8')).slice(0, MAXIMUM_KEPT_CHARACTERS);
			return true;
		}

		const filter = filters[stream];
		return terminal.writeBytes(stream, filter === null ? bytes : Buffer.from(filter(bytes)));
	};
	const facts = (output: Output): StreamFacts => ({
		isTTY: isText && output.isTTY === true,
		columns: output.columns ?? 80,
		rows: 24,
		colourDepth: isText && output.isTTY === true && hasColour(output, environment, undefined) ? 8 : 1,
	});
	return {
		streams: {
			stdin: { isTTY: stdin.isTTY === true, columns: 80, rows: 24, colourDepth: 1 },
			stdout: facts(stdout),
			stderr: facts(stderr),
			read: ({ signal }) => {
				hasRead = true;
				return readChunk(stdin, signal);
			},
			write,
		},
		kept: () => (isText ? null : kept),
		release: () => {
			if (hasRead) {
				stdin.pause();
				(stdin as { readonly destroy?: () => void }).destroy?.();
			}
		},
	};
}

function filterFor(output: Output): ((bytes: Uint8Array) => string) | null {
	// A file or another program takes every byte as it is.
	return output.isTTY === true ? createTerminalFilter() : null;
}

/** The next piece, as soon as there is one; null at the end or when the tool is over. */
async function readChunk(stdin: Input, signal: AbortSignal): Promise<Uint8Array | null> {
	for (;;) {
		const chunk = stdin.read();
		if (chunk !== null) {
			return Buffer.from(chunk);
		}

		if (signal.aborted || !(await isReadable(stdin, signal))) {
			return null;
		}
	}
}

async function isReadable(stdin: Input, signal: AbortSignal): Promise<boolean> {
	if ((stdin as { readonly readableEnded?: boolean }).readableEnded === true) {
		return false;
	}

	const { promise, resolve } = Promise.withResolvers<boolean>();
	const onReadable = (): void => resolve(true);
	const onEnd = (): void => resolve(false);
	stdin.once('readable', onReadable).once('end', onEnd).once('close', onEnd).once('error', onEnd);
	signal.addEventListener('abort', onEnd, { once: true });
	try {
		return await promise;
	} finally {
		stdin.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', onEnd);
		signal.removeEventListener('abort', onEnd);
	}
}
