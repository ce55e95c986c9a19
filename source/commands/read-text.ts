import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EngineError, stripToLine } from '../engine/index.ts';
import type { Input } from './surroundings.ts';

const MAXIMUM_BYTES = 16 * 1024 * 1024;

/** Text of standard input (`-`) or of a file below `cwd`, at most 16 MiB. Throws `usage`. */
export async function readText(
	source: string,
	{ stdin, cwd, signal }: { readonly stdin: Input; readonly cwd: string; readonly signal: AbortSignal },
): Promise<string> {
	if (source === '-') {
		return readAll(stdin, { name: 'Standard input', signal });
	}

	const name = `"${stripToLine(source)}"`;
	try {
		await using file = await open(resolve(cwd, source), 'r');
		return await readAll(file.createReadStream({ autoClose: false }), { name, signal });
	} catch (error) {
		if (error instanceof EngineError) {
			throw error;
		}

		const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
		throw new EngineError('usage', `The file ${name} cannot be read: ${why}.`, { cause: error, hint: 'Check the path.' });
	}
}

async function readAll(
	stream: AsyncIterable<Uint8Array | string>,
	{ name, signal }: { readonly name: string; readonly signal: AbortSignal },
): Promise<string> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of untilAborted(stream, signal)) {
		const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
		bytes += part.byteLength;
		if (bytes > MAXIMUM_BYTES) {
			throw new EngineError('usage', `${name} is larger than ${MAXIMUM_BYTES} bytes.`, {
				hint: 'Give the plugin the path of a file instead.',
			});
		}

		chunks.push(part);
	}

	return Buffer.concat(chunks).toString('utf8');
}

/** Someone may wait at a standard input that never ends, so the signal has to end the wait itself. */
async function* untilAborted<T>(stream: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
	const aborted = Promise.withResolvers<never>();
	const onAbort = () => aborted.reject(new EngineError('cancelled', 'The operation was cancelled.', { cause: signal.reason }));
	if (signal.aborted) {
		onAbort();
	}

	signal.addEventListener('abort', onAbort, { once: true });
	const iterator = stream[Symbol.asyncIterator]();
	try {
		for (;;) {
			const next = await Promise.race([iterator.next(), aborted.promise]);
			if (next.done === true) {
				return;
			}

			yield next.value;
		}
	} finally {
		signal.removeEventListener('abort', onAbort);
	}
}
