import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { HostSet } from './families.ts';
import { violationsOfNpm, violationsOfPnpm } from './violations.ts';

export type RivalAnswer =
	| { readonly type: 'solved'; readonly packages: number; readonly violations: readonly string[] }
	| { readonly type: 'refused'; readonly why: string };

export type RivalRun = { readonly folder: string; readonly registry: string };

/** pnpm as the registry serves it today, in a folder of its own; npm is the one on the PATH. */
export async function installPnpm(folder: string): Promise<string> {
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'package.json'), '{"private":true,"allowScripts":{"pnpm":true}}');
	const { code, output } = await run('npm', ['install', 'pnpm', '--no-audit', '--no-fund'], { cwd: folder, registry: null });
	if (code !== 0) {
		throw new Error(`npm could not install pnpm:\n${output}`);
	}

	return join(folder, 'node_modules', '.bin', 'pnpm');
}

/** What npm would install, from the lock it writes. */
export async function askNpm(set: HostSet, { folder, registry }: RivalRun): Promise<RivalAnswer> {
	const project = await projectFor(set, join(folder, 'npm'));
	const { code, output } = await run(
		'npm',
		['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', `--registry=${registry}`, `--cache=${folder}/cache`],
		{ cwd: project, registry },
	);
	return code === 0
		? violationsOfNpm(JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')))
		: { type: 'refused', why: /code (\w+)/u.exec(output)?.[1] ?? output.trim().slice(-200) };
}

/** What pnpm would install, from the lock it writes; without the age that it waits for by default. */
export async function askPnpm(set: HostSet, { folder, registry, pnpm }: RivalRun & { readonly pnpm: string }): Promise<RivalAnswer> {
	const project = await projectFor(set, join(folder, 'pnpm'));
	await writeFile(
		join(project, 'pnpm-workspace.yaml'),
		`minimumReleaseAge: 0\nstoreDir: ${folder}/pnpm-store\ncacheDir: ${folder}/pnpm-cache\n`,
	);
	const { code, output } = await run(pnpm, ['install', '--lockfile-only', '--ignore-scripts', `--registry=${registry}`], {
		cwd: project,
		registry,
	});
	return code === 0
		? violationsOfPnpm(parse(await readFile(join(project, 'pnpm-lock.yaml'), 'utf8')))
		: { type: 'refused', why: /ERR_PNPM_\w+/u.exec(output)?.[0] ?? output.trim().slice(-200) };
}

async function projectFor(set: HostSet, folder: string): Promise<string> {
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'set', version: '1.0.0', private: true, dependencies: set.roots }));
	return folder;
}

async function run(
	command: string,
	parameters: readonly string[],
	{ cwd, registry }: { readonly cwd: string; readonly registry: string | null },
): Promise<{ readonly code: number; readonly output: string }> {
	const environment = registry === null ? {} : { npm_config_registry: registry };
	return await new Promise((resolve) => {
		execFile(
			command,
			parameters,
			{ cwd, env: { ...process.env, ...environment }, timeout: 120_000, maxBuffer: 32_000_000 },
			(error, stdout, stderr) => {
				resolve({ code: error === null ? 0 : 1, output: `${stdout}\n${stderr}` });
			},
		);
	});
}
