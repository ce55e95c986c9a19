import { execFileSync, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The mirror runs in a process of its own, as it does for a team, pulling through from the registry npm is configured with. */
export async function startMirror(program: string, folder: string): Promise<{ readonly registry: string } & Disposable> {
	const storage = join(folder, 'mirror');
	await mkdir(storage, { recursive: true });
	const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
	const parameters = ['--folder', storage, '--port', '0', '--open', '--upstream', upstream];
	const child = spawn(process.execPath, [program, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
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

	throw new Error(`The mirror did not start: ${said}`);
}
