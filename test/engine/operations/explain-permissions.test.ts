import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Decision, Engine, Plan } from '../../../source/engine/index.ts';
import { declarationLines } from '../../../source/engine/operations/permissions/declaration-lines.ts';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';

const READ = { type: 'fs', path: '$project/texts/**', access: 'read', reason: 'to read texts' };
const TOKEN = { type: 'env', name: 'TOKEN', reason: 'to sign in' };

function serve(registry: FakeRegistry, name: string, version: string, permissions: readonly object[]): void {
	const tasks = { go: { description: '', input: {}, output: {} } };
	registry.serve(
		name,
		version,
		{ type: 'module', plugward: { apiVersion: 1, main: './plugin.js', tasks, permissions } },
		{
			'plugin.js':
				"import { definePlugin } from 'plugward/sdk';\nexport default definePlugin({ execute: ({ input }, context) => context.env.get(input) });\n",
		},
	);
}

function acceptAll(plan: Plan, expires?: string): readonly Decision[] {
	return plan.requirements.map(({ id }) => ({ requirementId: id, answer: 'accept', ...(expires === undefined ? {} : { expires }) }));
}

let registry: FakeRegistry;

beforeAll(async () => {
	registry = await startFakeRegistry();
	serve(registry, 'reader', '1.0.0', [READ, TOKEN]);
});

afterAll(async () => {
	await registry.close();
});

async function installed(options: { readonly grants: boolean; readonly expires?: string }): Promise<TemporaryEngine> {
	const temporary = await openTemporaryEngine(registry.url);
	const { engine, call } = temporary;
	const plan = await engine.planInstall(['reader@1.0.0'], call);
	await engine.applyPlan(plan, { ...call, decisions: options.grants ? acceptAll(plan, options.expires) : [] });
	return temporary;
}

async function answerOf(engine: Engine, permission: string, { call }: TemporaryEngine, target = 'reader') {
	const { answers } = await engine.explainPermissions({ target, permission }, call);
	return answers[0];
}

describe('an installed plugin', () => {
	test('what is granted is allowed, and so is what lies within it', async () => {
		await using scene = await installed({ grants: true });
		const answer = await answerOf(scene.engine, 'fs.read:$project/texts/a.txt', scene);
		expect(answer).toMatchObject({
			isGranted: true,
			reason: 'granted',
			declared: { permission: 'fs.read:$project/texts/**', why: 'to read texts', line: expect.any(Number) },
			declaration: null,
			commands: { always: null, once: null },
		});
	});

	test('what is asked for and not granted names the flag, with the permission that would be granted', async () => {
		await using scene = await installed({ grants: false });
		expect(await answerOf(scene.engine, 'fs.read:$project/texts/a.txt', scene)).toMatchObject({
			isGranted: false,
			reason: 'not-granted',
			commands: {
				always: "plugward install reader --allow 'reader=fs.read:$project/texts/**'",
				once: "plugward run reader --allow 'fs.read:$project/texts/**'",
			},
		});
	});

	test('what is not asked for gives the line for package.json, and only one run can have it', async () => {
		await using scene = await installed({ grants: true });
		const answer = await answerOf(scene.engine, 'net:example.com', scene);
		expect(answer).toMatchObject({
			reason: 'not-declared',
			declared: null,
			commands: { always: null, once: "plugward run reader --allow 'net:example.com:443'" },
		});
		expect(JSON.parse(answer?.declaration ?? '')).toMatchObject({ type: 'net', host: 'example.com', port: 443 });
	});

	test('homes, credentials and missing roots are never granted', async () => {
		await using scene = await installed({ grants: true });
		for (const path of [join(scene.home, 'current'), '/anywhere/.npmrc', '$project/.npmrc']) {
			expect(await answerOf(scene.engine, `fs.read:${path}`, scene)).toMatchObject({
				reason: 'never-grantable',
				declaration: null,
				commands: { always: null, once: null },
			});
		}
	});

	test('the ceiling of the policy wins over what was granted', async () => {
		await using scene = await installed({ grants: true });
		const policy = { version: 1, permissionCeilings: { unknown: { env: 'deny' } } };
		await writeFile(join(scene.home, 'trust-policy.json'), JSON.stringify(policy), { mode: 0o600 });
		const engine = await scene.reopen();
		expect(await answerOf(engine, 'env:TOKEN', scene)).toMatchObject({ reason: 'ceiling', commands: { once: null } });
		expect(await answerOf(engine, 'fs.read:$project/texts/a', scene)).toMatchObject({ reason: 'granted' });
	});

	test('a grant that is over, or revoked, is told as that', async () => {
		await using over = await installed({ grants: true, expires: '2020-01-01T00:00:00Z' });
		expect(await answerOf(over.engine, 'env:TOKEN', over)).toMatchObject({ reason: 'expired' });
		await using revoked = await installed({ grants: true });
		const entry = { type: 'grant', plugin: 'reader', permission: 'env:TOKEN', revokedAt: '2999-01-01T00:00:00Z', reason: null };
		await writeFile(join(revoked.home, 'revocations.json'), JSON.stringify({ format: 1, revocations: [entry] }), { mode: 0o600 });
		expect(await answerOf(revoked.engine, 'env:TOKEN', revoked)).toMatchObject({ reason: 'revoked' });
	});

	test('a grant to an earlier version that did not carry over is told as that', async () => {
		const name = 'mover';
		serve(registry, name, '1.0.0', [TOKEN]);
		await using scene = await openTemporaryEngine(registry.url);
		const first = await scene.engine.planInstall([`${name}@1.0.0`], scene.call);
		await scene.engine.applyPlan(first, { ...scene.call, decisions: acceptAll(first) });
		serve(registry, name, '1.1.0', [TOKEN]);
		const engine = await scene.reopen();
		const second = await engine.planInstall([`${name}@1.1.0`], scene.call);
		const deny = second.requirements.map(({ id }) => ({ requirementId: id, answer: 'deny' as const }));
		await engine.applyPlan(second, { ...scene.call, decisions: deny });
		expect(await answerOf(engine, 'env:TOKEN', scene, name)).toMatchObject({
			reason: 'other-version',
			text: 'It was granted to mover 1.0.0 in generation 1, and that did not carry over to 1.1.0.',
		});
	});

	test('without a permission it tells all that is asked for, and what was denied before', async () => {
		await using scene = await installed({ grants: false });
		const run = scene.engine.runTask({ target: 'reader', task: 'go', input: 'OTHER', allow: [] }, scene.call);
		await expect(run).rejects.toMatchObject({
			code: 'plugin-denied',
			hint: expect.stringMatching(/--allow 'reader=env:OTHER'; ask why: plugward permissions explain reader$/),
		});
		const { answers } = await scene.engine.explainPermissions({ target: 'reader', permission: null }, scene.call);
		expect(answers.map(({ permission, reason }) => [permission, reason])).toEqual([
			['fs.read:$project/texts/**', 'not-granted'],
			['env:TOKEN', 'not-granted'],
			['env:OTHER', 'not-declared'],
		]);
	});

	test('grants that no run has used are told', async () => {
		await using scene = await installed({ grants: true });
		const ask = () => scene.engine.explainPermissions({ target: 'reader', permission: null, use: true }, scene.call);
		expect((await ask()).use).toMatchObject({ runs: 0, since: null, used: [], unused: [{}, {}] });
		await scene.engine.runTask({ target: 'reader', task: 'go', input: 'TOKEN', allow: [] }, scene.call);
		expect((await ask()).use).toMatchObject({ runs: 1, used: ['env:TOKEN'], unused: [{ permission: 'fs.read:$project/texts/**' }] });
	});

	test('what is not installed, or is no permission, is refused', async () => {
		await using scene = await installed({ grants: false });
		await expect(answerOf(scene.engine, 'env:A', scene, 'nobody')).rejects.toMatchObject({ code: 'not-installed' });
		await expect(answerOf(scene.engine, 'everything', scene)).rejects.toMatchObject({ code: 'usage' });
	});
});

test('a folder says on which line it asks', async () => {
	await using scene = await openTemporaryEngine(registry.url);
	const folder = join(scene.project, 'mine');
	await mkdir(folder);
	const packageJson = {
		name: '@a/mine',
		version: '2.0.0',
		plugward: { apiVersion: 1, main: './p.js', tasks: {}, permissions: [READ, TOKEN] },
	};
	const text = JSON.stringify(packageJson, null, '\t');
	await writeFile(join(folder, 'package.json'), text);
	const report = await scene.engine.explainPermissions({ target: './mine', permission: null }, scene.call);
	expect(report).toMatchObject({ plugin: '@a/mine', version: '2.0.0', level: 'unknown', generation: null });
	const lines = text.split('\n');
	expect(report.answers.map(({ declared }) => lines[declared?.line ?? 0]?.trim())).toEqual(['"type": "fs",', '"type": "env",']);
	expect(report.answers[1]).toMatchObject({
		reason: 'not-granted',
		commands: { always: null, once: "plugward run ./mine --allow 'env:TOKEN'" },
	});
	expect(await readFile(join(folder, 'package.json'), 'utf8')).toBe(text);
	await expect(scene.engine.explainPermissions({ target: './gone', permission: null }, scene.call)).rejects.toMatchObject({
		code: 'usage',
	});
});

test('lines are found past strings that look like structure', () => {
	const text =
		'{"a":"{[\\"plugward\\": {",\n"b":["permissions", {"x":1}],\n"plugward":{"tasks":{"permissions":[{}]},\n"permissions":[\n{"type":"env"},\n\n{"type":"fs","nested":[{}]}]}}';
	expect(declarationLines(text)).toEqual([5, 7]);
	expect(declarationLines('{"name":"plugward"}')).toEqual([]);
});
