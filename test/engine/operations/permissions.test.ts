import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Decision, Plan } from '../../../source/engine/index.ts';
import { startFakeRegistry, type FakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

type Asked = { readonly type: string; readonly reason: string } & Readonly<Record<string, unknown>>;

function servePlugin(registry: FakeRegistry, version: string, permissions: readonly Asked[]): void {
	const task = { description: 'Says hello.', input: { type: 'object' }, output: {} };
	registry.serve(
		'helper',
		version,
		{ type: 'module', plugward: { apiVersion: 1, main: './plugin.js', tasks: { greet: task }, permissions } },
		{
			'plugin.js':
				"import { definePlugin } from 'plugward/sdk';\nexport default definePlugin({ async execute({ task, input }, context) { return { task, input, name: await context.env.get('NAME') }; } });\n",
		},
	);
}

const NAME: Asked = { type: 'env', name: 'NAME', reason: 'to greet you' };
const TOKEN: Asked = { type: 'env', name: 'TOKEN', reason: 'to sign in' };

function accept(plan: Plan, permission: string): readonly Decision[] {
	return plan.requirements
		.filter((requirement) => requirement.type === 'permission' && requirement.permissionId === permission)
		.map(({ id }) => ({ requirementId: id, answer: 'accept' }));
}

test('a permission nobody decided on is denied, and a call that needs it is refused at run time', async () => {
	await using registry = await startFakeRegistry();
	servePlugin(registry, '1.0.0', [NAME]);
	await using temporary = await openTemporaryEngine(registry.url, {});
	const { engine, call } = temporary;
	const plan = await engine.planInstall(['helper'], call);
	expect(plan.requirements).toMatchObject([{ type: 'permission', plugin: 'helper', permissionId: 'env:NAME', novelty: 'new' }]);
	expect(await engine.applyPlan(plan, { ...call, decisions: [] })).toMatchObject({
		granted: [],
		denied: [{ plugin: 'helper', permission: 'env:NAME' }],
	});
	await expect(engine.runTask({ target: 'helper', task: 'greet', input: {}, allow: [] }, call)).rejects.toMatchObject({
		code: 'plugin-denied',
	});
});

test('a granted permission works, is kept by an update that asks no more, and a new one is asked for', async () => {
	await using registry = await startFakeRegistry();
	servePlugin(registry, '1.0.0', [NAME]);
	await using temporary = await openTemporaryEngine(registry.url);
	const { call } = temporary;
	const engine = await temporary.reopen({
		environment: { ...process.env, NAME: 'Ada', NPM_CONFIG_USERCONFIG: `${temporary.folder}/npmrc` },
	});
	const plan = await engine.planInstall(['helper@^1.0.0'], call);
	await engine.applyPlan(plan, { ...call, decisions: accept(plan, 'env:NAME') });
	const result = await engine.runTask({ target: 'helper', task: 'greet', input: { a: 1 }, allow: [] }, call);
	expect(result).toMatchObject({ output: { task: 'greet', input: { a: 1 }, name: 'Ada' }, denied: [], level: 'unknown' });

	servePlugin(registry, '1.1.0', [NAME, TOKEN]);
	const later = await temporary.reopen();
	const update = await later.planInstall(['helper@1.1.0'], call);
	expect(
		update.requirements.map((requirement) => (requirement.type === 'permission' ? [requirement.permissionId, requirement.novelty] : [])),
	).toEqual([
		['env:NAME', 'carried-over'],
		['env:TOKEN', 'new'],
	]);
	expect(await later.applyPlan(update, { ...call, decisions: [] })).toMatchObject({
		granted: [{ permission: 'env:NAME' }],
		denied: [{ permission: 'env:TOKEN' }],
	});
});

test('naming an installed plugin again asks for what was denied before', async () => {
	await using registry = await startFakeRegistry();
	servePlugin(registry, '1.0.0', [NAME]);
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	await install(['helper']);
	const again = await engine.planInstall(['helper'], call);
	expect(again.changes).toEqual([]);
	expect(await engine.applyPlan(again, { ...call, decisions: accept(again, 'env:NAME') })).toMatchObject({
		unchanged: false,
		toGeneration: 2,
		granted: [{ permission: 'env:NAME' }],
	});
});

test('a grant that ends keeps its end when it is accepted again, and once it has ended it is asked for anew', async () => {
	await using registry = await startFakeRegistry();
	servePlugin(registry, '1.0.0', [NAME]);
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call } = temporary;
	const grantUntil = async (expires: string) => {
		const plan = await engine.planInstall(['helper@^1.0.0'], call);
		await engine.applyPlan(plan, { ...call, decisions: accept(plan, 'env:NAME').map((decision) => ({ ...decision, expires })) });
	};
	await grantUntil('2999-01-01T00:00:00.000Z');
	const [held] = (await engine.list(call)).plugins[0]?.grants ?? [];
	const again = await engine.planInstall(['helper@^1.0.0'], call);
	expect(again.requirements).toMatchObject([{ novelty: 'carried-over' }]);
	expect(await engine.applyPlan(again, { ...call, decisions: accept(again, 'env:NAME') })).toMatchObject({ unchanged: true });
	expect((await engine.list(call)).plugins[0]?.grants).toEqual([held]);

	await grantUntil('2020-01-01T00:00:00.000Z');
	servePlugin(registry, '1.1.0', [NAME]);
	const later = await temporary.reopen();
	const update = await later.planInstall(['helper@1.1.0'], call);
	expect(update.requirements).toMatchObject([{ permissionId: 'env:NAME', novelty: 'new' }]);
	expect(await later.applyPlan(update, { ...call, decisions: [] })).toMatchObject({ granted: [], denied: [{ permission: 'env:NAME' }] });
});

test('a permission that the policy denies at the level of the plugin is neither asked for nor granted for a run', async () => {
	await using registry = await startFakeRegistry();
	servePlugin(registry, '1.0.0', [NAME]);
	await using temporary = await openTemporaryEngine(registry.url);
	const { call } = temporary;
	const policy = { version: 1, permissionCeilings: { unknown: { env: 'deny' }, known: {}, trusted: {}, verified: {}, core: {} } };
	await writeFile(join(temporary.home, 'trust-policy.json'), JSON.stringify(policy));
	const engine = await temporary.reopen({
		environment: { HOME: temporary.folder, NPM_CONFIG_USERCONFIG: `${temporary.folder}/npmrc`, NAME: 'Ada' },
	});
	const plan = await engine.planInstall(['helper'], call);
	expect(plan.requirements).toEqual([]);
	await engine.applyPlan(plan, { ...call, decisions: [] });
	const allow = [{ type: 'env', name: 'NAME', reason: '' }] as const;
	await expect(engine.runTask({ target: 'helper', task: 'greet', input: {}, allow }, call)).rejects.toMatchObject({
		code: 'plugin-denied',
	});
});

test('a plugin that imports a file its archive does not hold is refused before it becomes current', async () => {
	await using registry = await startFakeRegistry();
	const task = { description: 'Says hello.', input: {}, output: {} };
	registry.serve(
		'torn',
		'1.0.0',
		{ type: 'module', plugward: { apiVersion: 1, main: './plugin.js', tasks: { greet: task }, permissions: [] } },
		{ 'plugin.js': "import { hello } from './hello.js';\nexport default { execute: () => hello };\n" },
	);
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call } = temporary;
	const plan = await engine.planInstall(['torn'], call);
	const refused = engine.applyPlan(plan, { ...call, decisions: [] });
	await expect(refused).rejects.toMatchObject({ code: 'bundle-failed', message: expect.stringContaining('./hello.js') });
	expect(await engine.history(call)).toEqual([]);
});
