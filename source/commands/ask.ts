import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from '../engine/index.ts';
import type { Input, Output } from './surroundings.ts';

const DRAIN_MILLISECONDS = 30;
const INTERRUPT_BYTE = 3;

/**
 * Asks a yes-or-no question whose default is no. What was typed before the question was seen is thrown away first: an answer must be an
 * answer to this question. Throws `cancelled` on Ctrl-C or when the signal fires.
 */
export async function askYesNo(
	question: string,
	{ stdin, stderr, signal }: { readonly stdin: Input; readonly stderr: Output; readonly signal: AbortSignal },
): Promise<boolean> {
	await drain(stdin, signal);
	stderr.write(`${question} [y/N] `);
	let line: string | null = null;
	try {
		line = await readLine(stdin, signal);
	} finally {
		if (line === null) {
			// Nobody pressed Enter, so what comes next would stand behind the question.
			stderr.write('\n');
		}
	}

	return /^\s*y(?:es)?\s*$/i.test(line ?? '');
}

/** Raw mode makes also a half-typed line readable; in line mode the terminal would keep it back and put it before the answer. */
async function drain(stdin: Input, signal: AbortSignal): Promise<void> {
	let isInterrupted = false;
	const onData = (chunk: Uint8Array | string) => {
		isInterrupted ||= Buffer.from(chunk).includes(INTERRUPT_BYTE);
	};
	stdin.setRawMode?.(true);
	stdin.on('data', onData);
	stdin.resume();
	try {
		await delay(DRAIN_MILLISECONDS, undefined, { signal });
	} catch (error) {
		throw cancelled(error);
	} finally {
		stdin.pause();
		stdin.off('data', onData);
		stdin.setRawMode?.(false);
	}

	if (isInterrupted) {
		throw cancelled(undefined);
	}
}

/** One line, or null when the input ends. */
async function readLine(stdin: Input, signal: AbortSignal): Promise<string | null> {
	// After Ctrl-D at one question there is nobody to answer the next, and nothing more would ever come.
	if (!stdin.readable) {
		return null;
	}

	const { createInterface } = await import('node:readline');
	const { promise, resolve, reject } = Promise.withResolvers<string | null>();
	const onAbort = () => reject(cancelled(signal.reason));
	// Without terminal mode Ctrl-C stays a signal, which ends the whole operation and not only this line.
	const lines = createInterface({ input: stdin, terminal: false });
	lines.once('line', resolve);
	lines.once('close', () => resolve(null));
	signal.addEventListener('abort', onAbort, { once: true });
	try {
		return await promise;
	} finally {
		signal.removeEventListener('abort', onAbort);
		lines.close();
		stdin.pause();
	}
}

function cancelled(cause: unknown): EngineError {
	return new EngineError('cancelled', 'The operation was cancelled.', { cause });
}
