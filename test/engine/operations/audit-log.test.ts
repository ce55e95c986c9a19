import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import type { AuditQuery } from '../../../source/engine/audit-log.ts';
import type { Decision, OnEvent, Plan } from '../../../source/engine/index.ts';
import { startFakeRegistry, type FakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';

const ALL: AuditQuery = { plugin: null, events: [], since: null, last: 1000, number: null };
const NOBODY = '0'.repeat(64);

function serve(registry: FakeRegistry, name: string, version = '1.0.0', asked: readonly string[] = ['NAME', 'TOKEN']): void {
	const permissions = asked.map((variable) => ({ type: 'env', name: variable, reason: 'to greet you' }));
	const tasks = { greet: { description: 'Says hello.', input: {}, output: {} } };
	registry.serve(
		name,
		version,
		{ type: 'module', plugward: { apiVersion: 1, main: './plugin.js', tasks, permissions } },
		{
			'plugin.js':
				"import { definePlugin } from 'plugward/sdk';\nexport default definePlugin({ async execute({ input }, context) { for (const name of input) { try { await context.env.get(name); } catch {} } return 1; } });\n",
		},
	);
}

function accept(plan: Plan, ...permissions: readonly string[]): readonly Decision[] {
	return plan.requirements
		.filter((requirement) => requirement.type === 'permission' && permissions.includes(requirement.permissionId))
		.map(({ id }) => ({ requirementId: id, answer: 'accept' }));
}

async function installWith({ engine, call }: TemporaryEngine, spec: string, ...permissions: readonly string[]): Promise<void> {
	const plan = await engine.planInstall([spec], call);
	await engine.applyPlan(plan, { ...call, decisions: accept(plan, ...permissions) });
}

let registry: FakeRegistry;

beforeAll(async () => {
	registry = await startFakeRegistry();
	serve(registry, 'helper');
	serve(registry, 'other', '1.0.0', []);
});

afterAll(async () => {
	await registry.close();
});

const logFile = ({ home }: TemporaryEngine): string => join(home, 'state', 'audit.jsonl');

describe('what is written', () => {
	test('a run leaves its start, each denial once, and its end with time, memory and exit code', async () => {
		await using temporary = await openTemporaryEngine(registry.url);
		const { engine, call } = temporary;
		await installWith(temporary, 'helper', 'env:NAME');
		await engine.runTask({ target: 'helper', task: 'greet', input: ['NAME', 'TOKEN', 'TOKEN'], allow: [] }, call);
		const { records } = await engine.auditLog.show({ ...ALL, plugin: 'helper' }, call);
		expect(records.map(({ event }) => event)).toEqual([
			'permission-granted',
			'plugin-started',
			'permission-used',
			'permission-denied',
			'plugin-ended',
		]);
		expect(records[1]?.details).toMatchObject({ task: 'greet', grants: ['env:NAME'] });
		expect(records[3]).toMatchObject({ version: '1.0.0', details: { permission: 'env:TOKEN', rule: 'not-granted', resource: 'TOKEN' } });
		expect(records[4]?.details).toMatchObject({
			outcome: 'ok',
			exitCode: 0,
			milliseconds: expect.any(Number),
			peakMemoryBytes: expect.any(Number),
		});
	});

	test('a grant for one run is on record before the run', async () => {
		await using temporary = await openTemporaryEngine(registry.url);
		const { engine, call } = temporary;
		await installWith(temporary, 'helper');
		const allow = [{ type: 'env', name: 'HOME', reason: '' }] as const;
		await engine.runTask({ target: 'helper', task: 'greet', input: ['HOME'], allow }, call);
		const { records } = await engine.auditLog.show({ ...ALL, plugin: 'helper' }, call);
		expect(records.map(({ event }) => event)).toEqual(['permission-granted', 'plugin-started', 'permission-used', 'plugin-ended']);
		expect(records[0]?.details).toEqual({ permission: 'env:HOME', scope: 'run' });
	});

	test('grants and what ends them stand before the generation that makes it so', async () => {
		await using temporary = await openTemporaryEngine(registry.url);
		const { engine, call } = temporary;
		serve(registry, 'mover');
		await installWith(temporary, 'mover', 'env:NAME');
		serve(registry, 'mover', '1.1.0');
		const later = await temporary.reopen();
		await later.applyPlan(await later.planInstall(['mover@1.1.0'], call), { ...call, decisions: [] });
		await later.applyPlan(await later.planRemove(['mover'], call), { ...call, decisions: [] });
		await later.applyPlan(await later.planRollback(1, call), { ...call, decisions: [] });
		const { records } = await engine.auditLog.show(ALL, call);
		expect(records.map(({ event, version, details }) => [event, version, details['permission'] ?? details['to']])).toEqual([
			['permission-granted', '1.0.0', 'env:NAME'],
			['generation-committed', null, 1],
			['permission-granted', '1.1.0', 'env:NAME'],
			['generation-committed', null, 2],
			['permission-revoked', '1.1.0', 'env:NAME'],
			['generation-committed', null, 3],
			['permission-granted', '1.0.0', 'env:NAME'],
			['generation-switched', null, 1],
		]);
		expect(records[2]?.details).toMatchObject({ scope: 'home', base: 1, carriedFrom: '1.0.0' });
	});

	test('when the generation is not made, a line takes back what was said of its grants', async () => {
		await using temporary = await openTemporaryEngine(registry.url);
		const { engine, call } = temporary;
		const plan = await engine.planInstall(['helper'], call);
		const interrupt = new AbortController();
		const onEvent: OnEvent = (event) => {
			if (event.type === 'step-started' && event.step === 'switch') {
				interrupt.abort();
			}
		};
		const decisions = accept(plan, 'env:NAME');
		await expect(engine.applyPlan(plan, { signal: interrupt.signal, onEvent, decisions })).rejects.toMatchObject({ code: 'cancelled' });
		const { records } = await engine.auditLog.show(ALL, call);
		expect(records.map(({ event }) => event)).toEqual(['permission-granted', 'generation-abandoned']);
	});
});

describe('showing', () => {
	test('picks by plugin, event, time, number, and how many of the newest', async () => {
		await using temporary = await openTemporaryEngine(registry.url);
		const { engine, call } = temporary;
		await installWith(temporary, 'helper');
		await installWith(temporary, 'other');
		for (const target of ['helper', 'other', 'helper']) {
			await engine.runTask({ target, task: 'greet', input: [], allow: [] }, call);
		}

		const numbers = async (query: Partial<AuditQuery>) =>
			(await engine.auditLog.show({ ...ALL, ...query }, call)).records.map(({ number }) => number);
		expect(await numbers({})).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
		expect(await numbers({ plugin: 'other' })).toEqual([5, 6]);
		expect(await numbers({ events: ['plugin-ended', 'generation-committed'] })).toEqual([1, 2, 4, 6, 8]);
		expect(await numbers({ number: 7 })).toEqual([7]);
		expect(await numbers({ since: '1h' })).toHaveLength(8);
		expect(await numbers({ since: '2999-01-01' })).toEqual([]);
		expect(await engine.auditLog.show({ ...ALL, plugin: 'helper', last: 1 }, call)).toMatchObject({
			total: 8,
			matched: 4,
			records: [{ number: 8 }],
		});
		await expect(numbers({ since: 'yesterday' })).rejects.toMatchObject({ code: 'usage' });
		await expect(numbers({ since: '2026-02-31' })).rejects.toMatchObject({ code: 'usage' });
		await expect(numbers({ events: ['denied'] })).rejects.toMatchObject({ code: 'usage' });
	});

	test('a new home has an empty log', async () => {
		await using temporary = await openTemporaryEngine(registry.url);
		const { engine, call } = temporary;
		expect(await engine.auditLog.show(ALL, call)).toEqual({ total: 0, matched: 0, unreadable: 0, records: [] });
		expect(await engine.auditLog.verify({ file: null, hash: null }, call)).toMatchObject({ lines: 0, broken: null });
	});
});

async function threeLines(): Promise<TemporaryEngine & { readonly lines: readonly string[] }> {
	const temporary = await openTemporaryEngine(registry.url);
	await installWith(temporary, 'other');
	await temporary.engine.runTask({ target: 'other', task: 'greet', input: [], allow: [] }, temporary.call);
	const lines = (await readFile(logFile(temporary), 'utf8')).trimEnd().split('\n');
	return { ...temporary, lines };
}

describe('verifying', () => {
	test.each([
		['edited', ([a = '', b = '', c = '']: readonly string[]) => [a, b.replace('greet', 'great'), c], { line: 3, problem: 'link' }],
		['taken out', ([a = '', , c = '']: readonly string[]) => [a, c], { line: 2, problem: 'number' }],
		['put twice', ([a = '', b = '', c = '']: readonly string[]) => [a, b, b, c], { line: 3, problem: 'number' }],
		['moved', ([a = '', b = '', c = '']: readonly string[]) => [b, a, c], { line: 1, problem: 'number' }],
		['overwritten', ([a = '', , c = '']: readonly string[]) => [a, 'nothing happened', c], { line: 2, problem: 'unreadable' }],
	])('names the first line that is wrong when one was %s', async (_, change, broken) => {
		await using scene = await threeLines();
		await writeFile(logFile(scene), `${change(scene.lines).join('\n')}\n`);
		const report = await scene.engine.auditLog.verify({ file: null, hash: null }, scene.call);
		expect(report.broken).toMatchObject(broken);
		expect(report.lines).toBe(broken.line - 1);
	});

	test('a write that was stopped at the end breaks nothing and is counted', async () => {
		await using scene = await threeLines();
		await appendFile(logFile(scene), '{"torn');
		expect(await scene.engine.auditLog.verify({ file: null, hash: null }, scene.call)).toMatchObject({
			lines: 3,
			tornBytes: 6,
			broken: null,
		});
		expect((await scene.engine.auditLog.show(ALL, scene.call)).total).toBe(3);
	});

	test('lines cut off at the end show to whoever kept a hash', async () => {
		await using scene = await threeLines();
		const { head } = await scene.engine.auditLog.verify({ file: null, hash: null }, scene.call);
		expect((await scene.engine.auditLog.verify({ file: null, hash: head.hash }, scene.call)).holdsHash).toBe(true);
		await writeFile(logFile(scene), `${scene.lines.slice(0, 2).join('\n')}\n`);
		expect(await scene.engine.auditLog.verify({ file: null, hash: head.hash }, scene.call)).toMatchObject({
			broken: null,
			holdsHash: false,
		});
		expect((await scene.engine.auditLog.verify({ file: null, hash: NOBODY }, scene.call)).holdsHash).toBe(false);
		await expect(scene.engine.auditLog.verify({ file: null, hash: 'abc' }, scene.call)).rejects.toMatchObject({ code: 'usage' });
	});
});

describe('exporting', () => {
	test('copies every whole line byte for byte into a file that others cannot read, and the copy verifies by itself', async () => {
		await using scene = await threeLines();
		const whole = await readFile(logFile(scene), 'utf8');
		await appendFile(logFile(scene), '{"torn');
		expect(await scene.engine.auditLog.export(null, scene.call)).toMatchObject({ file: null, lines: 3, text: whole });
		const { file, lines, bytes } = await scene.engine.auditLog.export('copy.jsonl', scene.call);
		expect({ lines, bytes, text: await readFile(file ?? '', 'utf8') }).toEqual({ lines: 3, bytes: whole.length, text: whole });
		expect((await stat(file ?? '')).mode & 0o777).toBe(0o600);
		expect(await scene.engine.auditLog.verify({ file: 'copy.jsonl', hash: null }, scene.call)).toMatchObject({ lines: 3, broken: null });
	});

	test('overwrites nothing and writes nothing into a home', async () => {
		await using scene = await threeLines();
		await mkdir(join(scene.project, 'folder'));
		await writeFile(join(scene.project, 'there'), 'mine');
		for (const file of ['there', 'folder', 'missing/copy.jsonl', logFile(scene), join(scene.home, 'copy.jsonl')]) {
			await expect(scene.engine.auditLog.export(file, scene.call)).rejects.toMatchObject({ code: 'usage' });
		}

		expect(await readFile(join(scene.project, 'there'), 'utf8')).toBe('mine');
	});
});

describe('a log that goes on in new files', () => {
	const rules = { segmentBytes: 2000, segments: 3 };
	const fill = async ({ reopen, home, call }: TemporaryEngine, releases: number) => {
		const engine = await reopen({ auditRules: rules });
		const entry = { plugin: 'x', version: '1.0.0', crashes: 5, at: '2026-11-21T00:00:00.000Z' };
		for (let release = 0; release < releases; release += 1) {
			await writeFile(join(home, 'state', 'quarantine.json'), JSON.stringify({ format: 1, quarantined: [entry] }));
			await engine.runtime.release('x', call);
		}

		return engine;
	};

	test('is one log to whoever reads it, and starts where its oldest file does', async () => {
		await using temporary = await openTemporaryEngine(registry.url);
		const { call, home, folder } = temporary;
		const engine = await fill(temporary, 100);
		const files = (await readdir(join(home, 'state', 'audit'))).toSorted();
		expect(files).toHaveLength(3);
		const check = await engine.auditLog.verify({ file: null, hash: null }, call);
		expect(check).toMatchObject({ broken: null, tornBytes: 0 });
		expect(check.first).toBeGreaterThan(1);
		expect(check.lines).toBe(check.head.number - check.first + 1);
		const page = await engine.auditLog.show(ALL, call);
		expect(page.records.map(({ number }) => number)).toEqual(Array.from({ length: check.lines }, (_, index) => check.first + index));
		const exported = join(folder, 'log.jsonl');
		await engine.auditLog.export(exported, call);
		expect(await engine.auditLog.verify({ file: exported, hash: check.head.hash }, call)).toMatchObject({ broken: null, holdsHash: true });
	});

	test('is broken when a file of it is missing, at its start too', async () => {
		await using temporary = await openTemporaryEngine(registry.url);
		const { call, home } = temporary;
		const engine = await fill(temporary, 40);
		const folder = join(home, 'state', 'audit');
		const [first = '', second = ''] = (await readdir(folder)).toSorted();
		const whole = await readFile(join(folder, second));
		await rm(join(folder, second));
		expect((await engine.auditLog.verify({ file: null, hash: null }, call)).broken).toMatchObject({ problem: 'number' });
		await writeFile(join(folder, second), whole);
		expect((await engine.auditLog.verify({ file: null, hash: null }, call)).broken).toBeNull();
		await rm(join(folder, first));
		expect((await engine.auditLog.verify({ file: null, hash: null }, call)).broken).toMatchObject({ line: 1, problem: 'number' });
	});
});
