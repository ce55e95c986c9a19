import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';
import { servePlugin } from '../../end-to-end/plugin-packages.ts';

const HOUR = 3_600_000;

const NAME = { type: 'env', name: 'NAME', reason: 'to greet you' };
const FILE = { type: 'fs', path: '$project/x', access: 'read', reason: 'to read it' };

type Opened = TemporaryEngine & { readonly registry: FakeRegistry; readonly setPolicy: (policy: object, file?: string) => Promise<void> };

async function open(): Promise<Opened> {
	const registry = await startFakeRegistry();
	onTestFinished(() => registry[Symbol.asyncDispose]());
	const temporary = await openTemporaryEngine(registry.url);
	onTestFinished(() => temporary[Symbol.asyncDispose]());
	return {
		...temporary,
		registry,
		setPolicy: (policy, file = join(temporary.home, 'trust-policy.json')) => writeFile(file, JSON.stringify({ version: 1, ...policy })),
	};
}

const hoursAgo = (hours: number): string => new Date(Date.now() - hours * HOUR).toISOString();

test('a permission that the policy allows at this level is granted without a question, and says by whom', async () => {
	const { engine, call, registry, setPolicy, reopen } = await open();
	servePlugin(registry, ['helper', '1.0.0'], { execute: 'return 1', permissions: [NAME, FILE] });
	await engine.list(call);
	await setPolicy({ permissionCeilings: { unknown: { env: 'allow' } } });
	const strict = await reopen();
	const plan = await strict.planInstall(['helper'], call);
	expect(plan.requirements).toMatchObject([{ permissionId: 'env:NAME', byPolicy: true }, { permissionId: 'fs.read:$project/x' }]);
	expect(plan.requirements[1]).not.toHaveProperty('byPolicy');
	const applied = await strict.applyPlan(plan, { ...call, decisions: [] });
	expect(applied).toMatchObject({
		granted: [{ plugin: 'helper', permission: 'env:NAME' }],
		denied: [{ plugin: 'helper', permission: 'fs.read:$project/x' }],
	});
	expect((await strict.list(call)).plugins[0]?.grants).toMatchObject([{ permission: 'env:NAME', reason: 'allowed by policy' }]);
});

test('what the policy allows can still be denied', async () => {
	const { engine, call, registry, setPolicy, reopen } = await open();
	servePlugin(registry, ['helper', '1.0.0'], { execute: 'return 1', permissions: [NAME] });
	await engine.list(call);
	await setPolicy({ permissionCeilings: { unknown: { env: 'allow' } } });
	const strict = await reopen();
	const plan = await strict.planInstall(['helper'], call);
	const decisions = plan.requirements.map(({ id }) => ({ requirementId: id, answer: 'deny' as const }));
	expect(await strict.applyPlan(plan, { ...call, decisions })).toMatchObject({ granted: [] });
});

test('a policy that comes with a project allows nothing', async () => {
	const { registry, setPolicy, reopen, project, call } = await open();
	servePlugin(registry, ['helper', '1.0.0'], { execute: 'return 1', permissions: [NAME] });
	await setPolicy({ permissionCeilings: { unknown: { env: 'allow' } } }, join(project, 'plugward-policy.json'));
	const plan = await (await reopen()).planInstall(['helper'], call);
	expect(plan.requirements).toMatchObject([{ permissionId: 'env:NAME' }]);
	expect(plan.requirements[0]).not.toHaveProperty('byPolicy');
});

const ADVISORY = {
	id: 'GHSA-test',
	affected: [
		{ package: { ecosystem: 'npm', name: 'leaky' }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.0.1' }] }] },
	],
};

async function withLeaky(): Promise<
	Opened & { readonly unsigned: string; readonly advisories: { readonly source: string; readonly key: string } }
> {
	const opened = await open();
	const { registry, install, folder } = opened;
	registry.serve('leaky', '1.0.0');
	await install(['leaky']);
	for (const version of ['1.0.1', '1.0.2']) {
		registry.serve('leaky', version);
		registry.setTime('leaky', version, hoursAgo(5));
	}

	const unsigned = join(folder, 'osv.json');
	await writeFile(unsigned, JSON.stringify([ADVISORY]));
	const { folder: source, key } = await opened.engine.trust.signAdvisories({ from: unsigned, to: join(folder, 'signed') }, opened.call);
	return { ...opened, unsigned, advisories: { source, key } };
}

test('the first version that fixes what is installed is not waited for, and the plan says why', async () => {
	const { setPolicy, reopen, advisories, call } = await withLeaky();
	await setPolicy({ advisories });
	const engine = await reopen();
	const plan = await engine.planUpdate(['leaky'], { ...call, toLatest: false });
	expect(plan.changes).toMatchObject([{ name: 'leaky', from: '1.0.0', to: '1.0.1' }]);
	expect(plan.requirements).toEqual([]);
	expect(plan.notices.map(({ text }) => text).join(' ')).toContain('fixes GHSA-test in leaky@1.0.0');
	expect((await engine.applyPlan(plan, { ...call, decisions: [] })).changes).toHaveLength(1);
});

test('without advisories, or with unsigned ones, or with those that a project names, a young version is waited for as ever', async () => {
	const { setPolicy, reopen, advisories, unsigned, call, project } = await withLeaky();
	const update = async () => (await (await reopen()).planUpdate(['leaky'], { ...call, toLatest: false })).changes;
	expect(await update()).toEqual([]);
	await setPolicy({ advisories: unsigned });
	expect(await update()).toEqual([]);
	await setPolicy({});
	await setPolicy({ advisories }, join(project, 'plugward-policy.json'));
	expect(await update()).toEqual([]);
});

test('a licence that the policy does not name is told in the plan, and stops nothing', async () => {
	const { registry, setPolicy, reopen, call, engine } = await open();
	registry.serve('free', '1.0.0', { license: 'MIT' });
	registry.serve('copyleft', '1.0.0', { license: 'GPL-3.0-only' });
	await engine.list(call);
	await setPolicy({ allowedLicences: ['MIT'] });
	const plan = await (await reopen()).planInstall(['free', 'copyleft'], call);
	expect(plan.notices).toContainEqual({
		severity: 'warning',
		text: 'Your policy does not name the licence of copyleft@1.0.0 (GPL-3.0-only).',
	});
	expect(plan.requirements).toEqual([]);
});

test('that packages are unproven is said once for the plan', async () => {
	const { registry, engine, call } = await open();
	for (const name of ['one', 'two', 'three']) {
		registry.serve(name, '1.0.0');
	}

	const plan = await engine.planInstall(['one', 'two', 'three'], call);
	expect(plan.notices.filter(({ text }) => text.startsWith('Nothing proves'))).toMatchObject([
		{ text: expect.stringContaining('3 of the 3 new packages') as string },
	]);
	expect(plan.packages.map(({ verdict }) => verdict.decision)).toEqual(['warn', 'warn', 'warn']);
});

test('an exception needs a rule, a reason and an end, frees one package, and goes again', async () => {
	const { registry, engine, call } = await open();
	registry.serve('young', '1.0.0');
	registry.setTime('young', '1.0.0', hoursAgo(2));
	const exception = { package: 'young', rule: 'minimum-age', reason: 'ours', expires: new Date(Date.now() + 24 * HOUR).toISOString() };
	for (const spoilt of [{ rule: 'evidence-invalid' }, { reason: ' ' }, { expires: hoursAgo(1) }]) {
		await expect(engine.trust.addException({ ...exception, ...spoilt }, call)).rejects.toMatchObject({ code: 'usage' });
	}

	const asked = async () =>
		(await engine.planInstall(['young@1.0.0'], { ...call, acceptYoung: ['young'] })).requirements.map(({ type }) => type);
	expect(await asked()).toEqual(['young-version']);
	await engine.trust.addException(exception, call);
	expect(await asked()).toEqual([]);
	expect((await engine.trust.checkPolicy(call)).exceptions).toMatchObject([{ package: 'young', rule: 'minimum-age', isExpired: false }]);
	await engine.trust.removeException(exception, call);
	expect(await asked()).toEqual(['young-version']);
	await expect(engine.trust.removeException(exception, call)).rejects.toMatchObject({ code: 'usage' });
});
