import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

import { EngineError, throwIfAborted } from '../../errors.ts';
import { stripToLine } from '../../strip-controls.ts';
import { bundlerProgramPath } from '../programs.ts';
import type { Bundle, BundleRequest } from './bundle-request.ts';
import type { BundlerAnswer, BundlerRequest } from './bundler-program.ts';

const MAXIMUM_ANSWER_BYTES = 128 * 1024 * 1024;
const DEADLINE_MILLISECONDS = 60_000;

/**
 * Makes one script of a package and everything it imports along the lock's edges. Runs in a process of its own with an empty
 * environment. Throws `bundle-escape` when anything reaches outside of the packages it may import, `bundle-failed`, `cancelled`.
 */
export async function bundleForIsolate(request: BundleRequest, { signal }: { readonly signal: AbortSignal }): Promise<Bundle> {
	throwIfAborted(signal);
	const message: BundlerRequest = { entry: request.entry, instances: [...request.instances], target: request.target };
	const text = await runProgram(JSON.stringify(message), { program: await bundlerProgramPath(), signal });
	const answer = parseAnswer(text);
	if (answer.ok) {
		return answer.bundle;
	}

	throw new EngineError(answer.code, `${request.entry.instance} cannot be bundled: ${stripToLine(answer.message)}`, {
		hint:
			answer.code === 'bundle-escape'
				? 'A package that reaches outside of its own files is hostile or broken; do not install it.'
				: 'The package may need what plugins do not have; look at its documentation for a browser or pure-JavaScript build.',
	});
}

async function runProgram(input: string, { program, signal }: { readonly program: string; readonly signal: AbortSignal }): Promise<string> {
	const child = spawn(process.execPath, ['--max-old-space-size=512', '--disable-sigusr1', program], {
		env: {},
		cwd: '/',
		detached: true,
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MILLISECONDS);
	const onAbort = (): void => void child.kill('SIGKILL');
	signal.addEventListener('abort', onAbort, { once: true });
	try {
		const text = await exchange(child, input);
		throwIfAborted(signal);
		return text;
	} finally {
		clearTimeout(deadline);
		signal.removeEventListener('abort', onAbort);
	}
}

async function exchange(child: ChildProcessByStdio<Writable, Readable, Readable>, input: string): Promise<string> {
	const { promise, resolve, reject } = Promise.withResolvers<string>();
	const parts: Buffer[] = [];
	let length = 0;
	let words = '';
	child.stdout.on('data', (part: Buffer) => {
		length += part.length;
		parts.push(part);
		if (length > MAXIMUM_ANSWER_BYTES) {
			child.kill('SIGKILL');
		}
	});
	child.stderr.on('data', (part: Buffer) => {
		words = (words + part.toString('utf8')).slice(0, 2000);
	});
	child.once('error', reject);
	child.once('close', (code, closedBy) => {
		if (code === 0) {
			resolve(Buffer.concat(parts, length).toString('utf8'));
		} else {
			// Empty when it was stopped: then the signal or the deadline says why.
			resolve(
				JSON.stringify({ ok: false, code: 'bundle-failed', message: `The bundler ended by ${closedBy ?? `code ${code}`}. ${words}` }),
			);
		}
	});
	// A bundler that died before it read everything is told by its end.
	child.stdin.on('error', () => undefined);
	child.stdin.end(input);
	return promise;
}

function parseAnswer(text: string): BundlerAnswer {
	try {
		return JSON.parse(text) as BundlerAnswer;
	} catch (error) {
		throw new EngineError('bundle-failed', 'The bundler gave no answer.', { cause: error });
	}
}
