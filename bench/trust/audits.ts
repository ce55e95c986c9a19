import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { serve } from '../install/mirror.ts';
import { measureCommand, type Measured } from '../measure-command.ts';
import type { Row } from '../report.ts';

/** Where the bench works and what it compares. */
export type AuditSetting = {
	readonly folder: string;
	readonly npm: readonly string[];
	/** The built command. */
	readonly plugward: string;
	readonly rounds: number;
	readonly packages: number;
};

type Client = { readonly set: string; readonly tool: string; readonly run: () => Promise<Measured> };

const PRELOAD = join(import.meta.dirname, 'send-tuf-elsewhere.cjs');
const TRAP = join(import.meta.dirname, '..', '..', 'test', 'helpers', 'refuse-sockets.cjs');
const TUF_FOLDER = '_tuf/tuf-repo-cdn.sigstore.dev';

/** Audits the same installed packages with npm and plugward, interleaved, each in a process of its own. Round 0 is not counted. */
export async function measureAudits({ folder, npm, plugward, rounds, packages }: AuditSetting): Promise<readonly Row[]> {
	const data = join(folder, 'registry');
	await mkdir(data);
	using registry = await serve([join(import.meta.dirname, 'attested-registry.ts'), data, String(packages)]);
	const url = registry.registry;
	const names = JSON.parse(await readFile(join(data, 'names.json'), 'utf8')) as readonly string[];
	const tree = await installTree({ folder, npm, url, names });
	const home = join(folder, 'home');
	const policy = { version: 1, roots: [{ id: 'bench', file: join(data, 'trusted_root.json'), scopes: ['@bench/*'] }] };
	const newHome = async (place: string): Promise<string> => {
		await mkdir(place, { mode: 0o700 });
		await writeFile(join(place, 'trust-policy.json'), JSON.stringify(policy));
		return place;
	};
	const environment = { PATH: process.env['PATH'], HOME: folder, CI: 'true', npm_config_registry: url };
	const own = (home: string, ...words: readonly string[]) => [process.execPath, plugward, ...words, '--home', home];
	const install = (home: string) => own(home, 'install', ...names, '--yes');
	await measureCommand(install(await newHome(home)), { cwd: folder, environment });
	const collect = await bundleCollector(folder);
	let homes = 0;

	const npmCache = join(folder, 'npm-warm');
	const audit = (cache: string) =>
		measureCommand([...npm, 'audit', 'signatures', '--cache', cache], {
			cwd: tree,
			environment: { ...environment, BENCH_TUF: url, NODE_OPTIONS: `--require ${PRELOAD}` },
		});
	await believeBench(npmCache, data);
	const clients: readonly Client[] = [
		{
			set: 'audit, nothing kept',
			tool: 'npm',
			run: () => untilRead(async () => audit(await believeBench(await mkdtemp(join(folder, 'npm-cold-')), data))),
		},
		{
			set: 'audit, nothing kept',
			tool: 'plugward',
			run: () => measureCommand([process.execPath, collect, url, data, tree], { cwd: folder, environment }),
		},
		{ set: 'audit, again', tool: 'npm', run: () => audit(npmCache) },
		{
			set: 'audit, again',
			tool: 'plugward',
			run: () =>
				measureCommand(own(home, 'trust', 'audit', '--offline'), {
					cwd: folder,
					environment: { ...environment, NODE_OPTIONS: `--require ${TRAP}` },
				}),
		},
		{
			set: 'audit, again, files too',
			tool: 'plugward verify',
			run: () =>
				measureCommand(own(home, 'verify', '--offline'), {
					cwd: folder,
					environment: { ...environment, NODE_OPTIONS: `--require ${TRAP}` },
				}),
		},
		{
			set: 'fetch, prove, install',
			tool: 'plugward',
			run: async () => {
				homes += 1;
				return measureCommand(install(await newHome(join(folder, `home-${homes}`))), { cwd: folder, environment });
			},
		},
	];
	const runs = new Map<Client, Measured[]>(clients.map((client) => [client, []]));
	for (let round = 0; round <= rounds; round += 1) {
		for (const client of clients) {
			const measured = await client.run();
			runs.get(client)?.push(...(round === 0 ? [] : [measured]));
		}
	}

	return clients.map((client) => ({ set: client.set, tool: client.tool, runs: runs.get(client) ?? [] }));
}

/**
 * npm checks packages side by side and lets one read the Sigstore root that another is still writing to its empty cache. Its verdict is then
 * about that file and not about the package, and the run has no time: it is taken again, and that is said.
 */
async function untilRead(run: () => Promise<Measured>, attempts = 10): Promise<Measured> {
	try {
		return await run();
	} catch (error) {
		if (attempts === 1 || !(error instanceof Error) || !error.message.includes('invalid attestation')) {
			throw error;
		}

		process.stderr.write('npm read its own half-written Sigstore root; this run is taken again\n');
		return untilRead(run, attempts - 1);
	}
}

async function installTree({
	folder,
	npm,
	url,
	names,
}: {
	readonly folder: string;
	readonly npm: readonly string[];
	readonly url: string;
	readonly names: readonly string[];
}): Promise<string> {
	const tree = join(folder, 'tree');
	await mkdir(tree);
	const dependencies = Object.fromEntries(names.map((name) => [name, '1.2.3']));
	await writeFile(join(tree, 'package.json'), JSON.stringify({ name: 'bench', version: '1.0.0', private: true, dependencies }));
	const environment = { PATH: process.env['PATH'], HOME: folder, CI: 'true', npm_config_registry: url };
	const flags = ['--no-audit', '--no-fund', '--cache', join(folder, 'npm-install')];
	await measureCommand([...npm, 'install', ...flags], { cwd: tree, environment });
	return tree;
}

// npm believes whatever root lies in its cache, which is how it can be made to believe the bench's own Sigstore at all.
async function believeBench(cache: string, data: string): Promise<string> {
	await mkdir(join(cache, TUF_FOLDER, 'targets'), { recursive: true });
	await cp(join(data, 'tuf-root.json'), join(cache, TUF_FOLDER, 'root.json'));
	return cache;
}

/** Bundled like the command is, so that neither pays for loading TypeScript. */
async function bundleCollector(folder: string): Promise<string> {
	const outdir = join(folder, 'collector');
	await build({
		entryPoints: [join(import.meta.dirname, 'collect-evidence.ts')],
		bundle: true,
		splitting: true,
		platform: 'node',
		target: 'node26',
		format: 'esm',
		minifySyntax: true,
		minifyWhitespace: true,
		logLevel: 'error',
		external: ['isolated-vm', 'esbuild', 'openpgp', '@npmcli/run-script'],
		define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
		banner: { js: "import{createRequire as benchCreateRequire}from'node:module';const require=benchCreateRequire(import.meta.url);" },
		outdir,
		outExtension: { '.js': '.mjs' },
	});
	return join(outdir, 'collect-evidence.mjs');
}
