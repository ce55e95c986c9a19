import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How each rival is started. */
export type Rivals = { readonly npm: readonly string[]; readonly pnpm: readonly string[]; readonly bun: readonly string[] };

/** As the registry serves them today, installed into a folder of their own; npm runs on the node that runs this. */
export async function installRivals(folder: string): Promise<Rivals> {
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'package.json'), '{"name":"rivals","version":"1.0.0","private":true}');
	const flags = ['--no-audit', '--no-fund', '--loglevel=error'];
	// By tag: without one npm takes the newest that fits the node it runs on itself.
	execFileSync('npm', ['install', 'npm@latest', 'pnpm@latest', 'bun@latest', ...flags], {
		cwd: folder,
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	const bin = join(folder, 'node_modules/.bin');
	const rivals = {
		npm: [process.execPath, join(folder, 'node_modules/npm/bin/npm-cli.js')],
		pnpm: [join(bin, 'pnpm')],
		bun: [join(bin, 'bun')],
	};
	for (const [name, command] of Object.entries(rivals)) {
		process.stdout.write(
			`${name} ${execFileSync(command[0] ?? name, [...command.slice(1), '--version'], { cwd: folder, encoding: 'utf8' })}`,
		);
	}

	return rivals;
}
