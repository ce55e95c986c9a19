import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How each rival is started. */
export type Rivals = { readonly npm: readonly string[]; readonly pnpm: readonly string[]; readonly bun: readonly string[] };

/** npm as it is on the PATH; pnpm and bun as the registry serves them today, installed into a folder of their own. */
export async function installRivals(folder: string): Promise<Rivals> {
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'package.json'), '{"name":"rivals","version":"1.0.0","private":true}');
	const flags = ['--no-audit', '--no-fund', '--loglevel=error'];
	execFileSync('npm', ['install', 'pnpm', 'bun', ...flags], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
	const bin = join(folder, 'node_modules/.bin');
	const rivals = { npm: ['npm'], pnpm: [join(bin, 'pnpm')], bun: [join(bin, 'bun')] };
	for (const [name, command] of Object.entries(rivals)) {
		process.stdout.write(`${name} ${execFileSync(command[0] ?? name, ['--version'], { cwd: folder, encoding: 'utf8' })}`);
	}

	return rivals;
}
