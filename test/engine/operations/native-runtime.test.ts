import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Engine, EngineError, Plan } from '../../../source/engine/index.ts';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { type LocalSigstore, startLocalSigstore } from '../../helpers/local-sigstore.ts';
import { serveAttested } from '../../helpers/serve-attested.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';

const NAME = '@acme/native';
const REPOSITORY = 'https://github.com/acme/native';
const CODE = `import fs from 'node:fs';
import process from 'node:process';
const attempt = (work) => { try { return work(); } catch (error) { return error.code; } };
export default { execute: async () => [process.release.name, attempt(() => fs.readFileSync('note.txt', 'utf8')), attempt(() => fs.readFileSync('other.txt', 'utf8'))] };
`;
const PLUGWARD = {
	apiVersion: 1,
	main: './plugin.js',
	runtime: 'native',
	tasks: { go: {} },
	permissions: [{ type: 'fs', path: '$project/note.txt', access: 'read', reason: 'To read it' }],
};

let sigstore: LocalSigstore;

beforeAll(async () => {
	sigstore = await startLocalSigstore();
});

afterAll(async () => {
	await sigstore[Symbol.asyncDispose]();
});

/** A home on a machine whose administrator names core packages built by these repositories. */
async function open(core: Readonly<Record<string, string>>): Promise<TemporaryEngine & { readonly registry: FakeRegistry }> {
	const registry = await startFakeRegistry();
	onTestFinished(() => registry[Symbol.asyncDispose]());
	await serveAttested(
		{ registry, sigstore },
		{
			name: NAME,
			version: '1.0.0',
			repository: 'acme/native',
			manifest: { type: 'module', license: 'MIT', plugward: PLUGWARD },
			files: { 'plugin.js': CODE },
		},
	);
	const temporary = await openTemporaryEngine(registry.url);
	onTestFinished(() => temporary[Symbol.asyncDispose]());
	const system = join(temporary.folder, 'system');
	await mkdir(system, { mode: 0o755 });
	const rootFile = join(temporary.folder, 'trusted_root.json');
	await writeFile(rootFile, JSON.stringify(sigstore.trustedRoot()));
	const policy = {
		version: 1,
		core: Object.fromEntries(Object.entries(core).map(([name, repository]) => [name, { repository }])),
		roots: [{ id: 'acme', file: rootFile, scopes: ['@acme/*'] }],
	};
	await writeFile(join(system, 'trust-policy.json'), JSON.stringify(policy), { mode: 0o644 });
	const environment = {
		HOME: temporary.folder,
		NPM_CONFIG_USERCONFIG: join(temporary.folder, 'npmrc'),
		NPM_CONFIG_GLOBALCONFIG: join(temporary.folder, 'no-global-npmrc'),
		PLUGWARD_SYSTEM_CONFIG: system,
	};
	await writeFile(join(temporary.project, 'note.txt'), 'noted');
	await writeFile(join(temporary.project, 'other.txt'), 'not for it');
	return { ...temporary, registry, engine: await temporary.reopen({ environment }) };
}

async function install(engine: Engine, { call }: TemporaryEngine): Promise<Plan> {
	const plan = await engine.planInstall([NAME], call);
	const decisions = plan.requirements.map(({ id }) => ({ requirementId: id, answer: 'accept' as const }));
	await engine.applyPlan(plan, { ...call, decisions });
	return plan;
}

const warnings = ({ notices }: Plan): string => notices.map(({ text }) => text).join('\n');

test('a plugin of level core that asks for it runs outside of the isolate, and that is said wherever it is shown', async () => {
	const temporary = await open({ [NAME]: REPOSITORY });
	const { engine, call, home } = temporary;
	const plan = await install(engine, temporary);
	expect(warnings(plan)).toContain(`${NAME}@1.0.0 runs outside of the isolate`);
	expect(plan.packages.find(({ name }) => name === NAME)).toMatchObject({ runtime: 'native', verdict: { level: 'core' } });
	expect(plan.requirements).toMatchObject([{ type: 'permission', runtime: 'native' }]);
	expect((await engine.list(call)).plugins).toMatchObject([{ name: NAME, level: 'core', runtime: 'native' }]);
	expect(await engine.info(NAME, call)).toMatchObject({ runtime: 'native' });
	const result = await engine.runTask({ target: NAME, task: 'go', input: {}, allow: [] }, call);
	expect(result).toMatchObject({ runtime: 'native', output: ['node', 'noted', 'ERR_ACCESS_DENIED'] });
	const log = (await readFile(join(home, 'state/audit.jsonl'), 'utf8')).trim().split('\n');
	expect(log.filter((line) => line.includes('"plugin-started"')).map((line) => JSON.parse(line) as object)).toMatchObject([
		{ plugin: NAME, runtime: 'native' },
	]);
});

test('one that stays does so in a process of its own, and loses a file that is taken away while it runs', async () => {
	const temporary = await open({ [NAME]: REPOSITORY });
	const { engine, call } = temporary;
	await install(engine, temporary);
	const started = await engine.runtime.start({ target: NAME, allow: [] }, call);
	expect(started).toMatchObject({ runtime: 'native', isShared: false, level: 'core' });
	const answer = async () => (await engine.runtime.call({ plugin: NAME, task: 'go', input: {} }, call)).output;
	expect(await answer()).toEqual(['node', 'noted', 'ERR_ACCESS_DENIED']);
	const permission = { type: 'fs', path: '$project/note.txt', access: 'read', reason: '' } as const;
	expect(await engine.runtime.revoke({ plugin: NAME, permission }, call)).toMatchObject({ grants: [], runtime: 'native' });
	expect(await answer()).toEqual(['node', 'ERR_ACCESS_DENIED', 'ERR_ACCESS_DENIED']);
});

test('at every other level it is refused in a sentence: in the plan, at install, and from a folder', async () => {
	for (const core of [{}, { [NAME]: 'https://github.com/acme/other' }]) {
		const temporary = await open(core);
		const { engine, call } = temporary;
		const sentence = `${NAME}@1.0.0 wants to run outside of the isolate ("runtime": "native"), which only a plugin of level core may; it is known.`;
		expect(warnings(await engine.planInstall([NAME], call))).toContain(sentence);
		const refusal = await install(engine, temporary).catch((error: EngineError) => error);
		expect(refusal).toMatchObject({ code: 'policy-refused', message: sentence });
		expect((await engine.list(call)).plugins).toEqual([]);
	}

	const { engine, call, project } = await open({ mine: REPOSITORY });
	await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'mine', version: '1.0.0', type: 'module', plugward: PLUGWARD }));
	await writeFile(join(project, 'plugin.js'), CODE);
	const run = engine.runTask({ target: project, task: 'go', input: {}, allow: [] }, call);
	await expect(run).rejects.toMatchObject({ code: 'policy-refused', message: expect.stringContaining('it is unknown') });
	await expect(engine.runtime.start({ target: project, allow: [] }, call)).rejects.toMatchObject({ code: 'policy-refused' });
});

test('one that is no longer core does not run any more', async () => {
	const temporary = await open({ [NAME]: REPOSITORY });
	const { engine, call, reopen } = temporary;
	await install(engine, temporary);
	const later = await reopen();
	await expect(later.runTask({ target: NAME, task: 'go', input: {}, allow: [] }, call)).rejects.toMatchObject({ code: 'policy-refused' });
});
