import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { burst, pressQuickly, pressSlowly } from './keys.ts';
import { packageNames } from './names.ts';
import type { BenchPlace } from './place.ts';
import { proportionalMegabytes } from './proportional-memory.ts';
import { openSession, type Started } from './session.ts';
import type { Measure } from './table.ts';

type Rival = { readonly program: string; readonly started: Started; /** Stands on the first screen with data. */ readonly shows: RegExp };

const run = promisify(execFile);
const DOWN = '\u001B[B';
const UP = '\u001B[A';
/** All of them have an update, and all fit on one page. */
const LISTED = 20;

/** What else lists packages with updates and takes keys: fetched from the registry of npm into a folder of their own. */
export async function measureRivals(
	place: BenchPlace,
	{ folder, rounds }: { readonly folder: string; readonly rounds: number },
): Promise<readonly Measure[]> {
	const rivals = await prepareRivals(place, folder);
	const measures: Measure[] = [];
	for (const rival of rivals) {
		measures.push(...(await measureRival(rival, Math.min(rounds, 5))));
	}

	return measures;
}

async function prepareRivals({ registry, plugward }: BenchPlace, folder: string): Promise<readonly Rival[]> {
	const [tools, project] = [join(folder, 'tools'), join(folder, 'project')];
	await mkdir(tools, { recursive: true });
	await mkdir(project, { recursive: true });
	await writeFile(join(tools, 'package.json'), '{"name":"rivals","version":"1.0.0","private":true}');
	await run('npm', ['install', '@yarnpkg/cli-dist', 'npm-check-updates', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: tools });
	const dependencies = Object.fromEntries(packageNames(LISTED).map((name) => [name, '1.0.0']));
	await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'project', version: '1.0.0', private: true, dependencies }));
	const { environment } = plugward();
	const yarn = [process.execPath, join(tools, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')];
	const yarnEnvironment = {
		...environment,
		YARN_NPM_REGISTRY_SERVER: registry.replace(/\/$/, ''),
		YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
		YARN_ENABLE_TELEMETRY: '0',
		YARN_NPM_MINIMAL_AGE_GATE: '0',
		YARN_NODE_LINKER: 'node-modules',
	};
	await run(yarn[0] ?? '', [...yarn.slice(1), 'install'], {
		cwd: project,
		env: { ...yarnEnvironment, YARN_ENABLE_IMMUTABLE_INSTALLS: '0' },
	});
	return [
		{
			program: 'yarn upgrade-interactive',
			started: { command: [...yarn, 'upgrade-interactive'], cwd: project, environment: yarnEnvironment },
			shows: /archive-\w+-00003.*\n/,
		},
		{
			program: 'npm-check-updates -i',
			started: {
				command: [process.execPath, join(tools, 'node_modules/npm-check-updates/build/cli.js'), '-i', '--registry', registry],
				cwd: project,
				environment,
			},
			shows: /archive-\w+-00003.*1\.1\.0/,
		},
	];
}

async function measureRival({ program, started, shows }: Rival, rounds: number): Promise<readonly Measure[]> {
	const starts: number[] = [];
	for (let round = 0; round < rounds; round += 1) {
		await using session = openSession(started);
		starts.push((await session.until(shows)) - session.startedAt);
	}

	await using session = openSession(started);
	await session.until(shows);
	await session.quiet(300);
	const memory = proportionalMegabytes(session.pid);
	const keys = [...Array<string>(8).fill(DOWN), ...Array<string>(8).fill(UP)];
	const settled = await pressSlowly(session, keys);
	const quick = await pressQuickly(
		session,
		Array.from({ length: 120 }, (_, index) => keys[index % keys.length] ?? ''),
	);
	const many = await burst(session, DOWN.repeat(100), null);
	return [
		{ what: 'first data frame', program, unit: 'ms', values: starts },
		{ what: 'key to first byte, p50', program, unit: 'ms', values: quick.latencies },
		{ what: 'key to first byte, p99', program, unit: 'ms', values: quick.latencies, take: 0.99 },
		{ what: 'bytes a key in a page', program, unit: 'B', values: [settled.bytesPerKey] },
		{ what: '100 keys in one write, all drawn', program, unit: 'ms', values: [many.milliseconds] },
		{ what: 'memory (PSS) at start', program, unit: 'MB', values: [memory] },
	];
}
