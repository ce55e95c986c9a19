import { execFileSync, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The mirror runs in a process of its own, as it does for a team, pulling through from the registry npm is configured with. A frozen one
 * serves only what it has pulled before.
 */
export async function startMirror(
	program: string,
	folder: string,
	{ isFrozen = false }: { readonly isFrozen?: boolean } = {},
): Promise<Served> {
	const storage = join(folder, 'mirror');
	await mkdir(storage, { recursive: true });
	const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
	return serve([program, '--folder', storage, '--port', '0', '--open', '--upstream', upstream, ...(isFrozen ? ['--offline'] : [])]);
}

export type Served = { readonly registry: string } & Disposable;

/** Starts a program of node's that prints the address it serves. */
export async function serve(words: readonly string[]): Promise<Served> {
	const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
	let said = '';
	for await (const chunk of child.stdout) {
		said += String(chunk);
		const url = /https?:\/\/\S+/.exec(said);
		if (url !== null) {
			child.stdout.resume();
			return {
				registry: url[0],
				[Symbol.dispose]: () => {
					child.kill('SIGTERM');
				},
			};
		}
	}

	throw new Error(`${words[0]} did not start: ${said}`);
}
