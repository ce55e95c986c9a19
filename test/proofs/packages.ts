import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEngine, type Engine, EngineError } from '../../source/engine/index.ts';
import { isSameJson, nameOf, pluginFiles, readList, type SmokeRow } from './packages/smoke.ts';

/*
 * Pure npm packages from a fixed list: each is bundled and called in the sandbox with no permission, and must answer as it does in
 * node. Packages come from the registry that npm's configuration names. Ends with 1 when fewer than 95 of 100 pass.
 * `--record FILE` makes the list anew from rows without versions and answers, by asking node.
 */
const { values } = parseArgs({ options: { only: { type: 'string', default: '' }, record: { type: 'string', default: '' } } });
const rows = (values.record === '' ? await readList() : (JSON.parse(await readFile(values.record, 'utf8')) as readonly SmokeRow[])).filter(
	(row) => row.package.includes(values.only),
);
const folder = await mkdtemp(join(tmpdir(), 'plugward-packages-'));
const call = { signal: new AbortController().signal, onEvent: () => undefined };
try {
	await using engine = await createEngine({
		home: join(folder, 'home'),
		registry: null,
		offline: false,
		cwd: folder,
		environment: process.env,
		waitMilliseconds: 1000,
		command: 'proof:packages',
	});
	const versions = await installAll(engine);
	await engine.exportNodeModules(join(folder, 'node_modules'), call);
	process.exitCode = values.record === '' ? await compare(engine) : await record(versions);
} finally {
	await rm(folder, { recursive: true, force: true });
}

async function installAll(engine: Engine): Promise<ReadonlyMap<string, string>> {
	const plan = await engine.planInstall(
		rows.map((row) => row.package),
		call,
	);
	const decisions = plan.requirements.map(({ id, type }) => ({
		requirementId: id,
		answer: type === 'permission' ? ('deny' as const) : ('accept' as const),
	}));
	await engine.applyPlan(plan, { ...call, decisions });
	const { plugins } = await engine.list(call);
	return new Map(plugins.map(({ name, version }) => [name, version]));
}

async function compare(engine: Engine): Promise<number> {
	const failures: string[] = [];
	for (const [index, row] of rows.entries()) {
		const problem = await smoke(engine, row, index);
		if (problem !== null) {
			failures.push(row.package);
			process.stdout.write(`${row.package}: ${problem.slice(0, 300)}\n`);
		}
	}

	const passed = rows.length - failures.length;
	process.stdout.write(`${passed} of ${rows.length} packages pass (${((100 * passed) / rows.length).toFixed(1)} %).\n`);
	return passed >= rows.length * 0.95 ? 0 : 1;
}

/** Null when the package answers as it should. */
async function smoke(engine: Engine, row: SmokeRow, index: number): Promise<string | null> {
	const plugin = join(folder, `row-${index}`);
	await mkdir(plugin);
	for (const [name, text] of Object.entries(pluginFiles(row))) {
		await writeFile(join(plugin, name), text);
	}

	try {
		const { output } = await engine.runTask({ target: plugin, task: 'go', input: null, allow: [] }, call);
		return isSameJson(output, row.expected) ? null : `expected ${JSON.stringify(row.expected)}, got ${JSON.stringify(output)}`;
	} catch (error) {
		return error instanceof EngineError ? `${error.code}: ${error.message}` : String(error);
	}
}

async function record(versions: ReadonlyMap<string, string>): Promise<number> {
	const recorded: SmokeRow[] = [];
	for (const row of rows) {
		const name = nameOf(row);
		const code = `import * as ns from ${JSON.stringify(name)}; const m = ns.default ?? ns; process.stdout.write(JSON.stringify(await (${row.expression})));`;
		try {
			// With no right but to read the packages: they are only known by their names.
			const flags = ['--permission', `--allow-fs-read=${folder}`, '--no-warnings', '--input-type=module', '--eval', code];
			const text = execFileSync(process.execPath, flags, { cwd: folder, encoding: 'utf8', env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
			recorded.push({ ...row, package: `${name}@${versions.get(name) ?? ''}`, expected: JSON.parse(text) as unknown });
		} catch (error) {
			process.stdout.write(`${name}: node itself fails: ${error instanceof Error ? error.message.slice(0, 400) : ''}\n`);
		}
	}

	const lines = recorded.map((row) => JSON.stringify(row)).join(',\n');
	await writeFile(join(import.meta.dirname, 'packages/list.json'), `[\n${lines}\n]\n`);
	return 0;
}
