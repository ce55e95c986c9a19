import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

const REGISTRY = 'http://127.0.0.1:9/';
let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'plugward-policy-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function put(name: string, json: unknown, mode = 0o600): Promise<string> {
	const path = join(folder, name);
	await mkdir(join(path, '..'), { recursive: true });
	await writeFile(path, typeof json === 'string' ? json : JSON.stringify(json));
	await chmod(path, mode);
	return path;
}

/** An engine whose administrator, user and project policies lie in the temporary folder. */
async function open() {
	const temporary = await openTemporaryEngine(REGISTRY);
	onTestFinished(() => temporary[Symbol.asyncDispose]());
	const reopen = () =>
		temporary.reopen({
			cwd: folder,
			environment: { PLUGWARD_SYSTEM_CONFIG: join(folder, 'etc'), NPM_CONFIG_USERCONFIG: join(temporary.folder, 'npmrc') },
		});
	const userPolicy = (json: unknown) => writeFile(join(temporary.home, 'trust-policy.json'), JSON.stringify(json));
	return { ...temporary, reopen, userPolicy };
}

describe('the policy files', () => {
	test('are layered, and a check tells whose word each rule is', async () => {
		const { reopen, userPolicy, call, home } = await open();
		const system = await put('etc/trust-policy.json', { version: 1, minimumAgeHours: 100 }, 0o644);
		const project = await put('plugward-policy.json', { version: 1, requireProvenance: ['@acme/*'] });
		await userPolicy({ version: 1, minimumAgeHours: 24, minimumLevel: 'known' });
		const report = await (await reopen()).trust.checkPolicy(call);
		expect(report.files).toEqual([
			{ source: 'organisation', path: system, isPresent: true, signedBy: null },
			{ source: 'user', path: join(home, 'trust-policy.json'), isPresent: true, signedBy: null },
			{ source: 'project', path: project, isPresent: true, signedBy: null },
		]);
		const rule = (key: string) => report.rules.find((one) => one.key === key);
		expect(rule('minimumAgeHours')).toMatchObject({ value: 100, setBy: 'organisation', lockedBy: 'organisation' });
		expect(rule('minimumLevel')).toMatchObject({ value: 'known', setBy: 'user', text: 'A plugin below known is asked about.' });
		expect(rule('requireProvenance')).toMatchObject({ value: ['@acme/*'], setBy: 'project' });
		expect(rule('roots')).toMatchObject({ setBy: 'default', lockedBy: null });
		expect(report.refused).toEqual(['The user policy cannot loosen minimumAgeHours, which the organisation policy states.']);
	});

	test('warn in every command when one of them wants more than it may', async () => {
		const { reopen, call, events } = await open();
		await put('plugward-policy.json', { version: 1, minimumAgeHours: 0 });
		const engine = await reopen();
		await engine.list(call);
		expect(events).toContainEqual(
			expect.objectContaining({ type: 'notice', severity: 'warning', text: expect.stringContaining('minimumAgeHours') as string }),
		);
	});

	test.runIf(process.platform !== 'win32')("are refused when others may write the administrator's", async () => {
		const { reopen } = await open();
		await put('etc/trust-policy.json', { version: 1 }, 0o666);
		await expect(reopen()).rejects.toMatchObject({ code: 'settings-invalid', hint: expect.stringContaining('chmod 644') as string });
	});

	test('are never ignored when they cannot be read', async () => {
		const { reopen } = await open();
		await put('plugward-policy.json', '{');
		await expect(reopen()).rejects.toMatchObject({ code: 'settings-invalid', message: expect.stringContaining('not JSON') as string });
	});
});

describe('a signed policy of the organisation', () => {
	async function signed(json: unknown) {
		const opened = await open();
		const source = await put('policy.json', json);
		const { key, bundle } = await (await opened.reopen()).trust.signPolicy(source, opened.call);
		const file = await put('signed.json', bundle);
		return { ...opened, key, file, bundle };
	}

	test('holds when the key is the one the user was told', async () => {
		const { userPolicy, reopen, key, file, call } = await signed({ version: 1, minimumLevel: 'known' });
		await userPolicy({ version: 1, minimumLevel: 'unknown', organisation: { file, key } });
		const report = await (await reopen()).trust.checkPolicy(call);
		expect(report.files[0]).toEqual({ source: 'organisation', path: file, isPresent: true, signedBy: key });
		expect(report.rules.find((rule) => rule.key === 'minimumLevel')).toMatchObject({ value: 'known', lockedBy: 'organisation' });
	});

	test('names what is core; the same list in a policy of the user makes nothing core, and is told', async () => {
		const core = { '@acme/plug': { repository: 'https://github.com/acme/plug' } };
		const { userPolicy, reopen, key, file, call } = await signed({ version: 1, core });
		await userPolicy({ version: 1, organisation: { file, key } });
		const rule = async () => (await (await reopen()).trust.checkPolicy(call)).rules.find((one) => one.key === 'core');
		expect(await rule()).toMatchObject({
			setBy: 'organisation',
			lockedBy: 'organisation',
			text: 'Core, when built as stated: @acme/plug.',
		});
		await userPolicy({ version: 1, core });
		expect(await rule()).toMatchObject({ setBy: 'default', text: 'Nothing is core.' });
	});

	test('is refused when another signed it, when a byte of it changed, and when it is gone', async () => {
		const { userPolicy, reopen, key, file } = await signed({ version: 1 });
		await userPolicy({ version: 1, organisation: { file, key: `ed25519:${'A'.repeat(43)}` } });
		await expect(reopen()).rejects.toMatchObject({ code: 'settings-invalid', message: expect.stringContaining('is signed by') as string });

		await userPolicy({ version: 1, organisation: { file, key } });
		const text = await readFile(file, 'utf8');
		await writeFile(file, text.replace(/"payload":"..../, '"payload":"eyJW'));
		await expect(reopen()).rejects.toMatchObject({
			code: 'settings-invalid',
			message: expect.stringContaining('cannot be believed') as string,
		});

		await rm(file);
		await expect(reopen()).rejects.toMatchObject({ code: 'settings-invalid', message: expect.stringContaining('is not there') as string });
	});

	test('cannot be made of what is no policy', async () => {
		const { reopen, call } = await open();
		const engine = await reopen();
		await expect(engine.trust.signPolicy(await put('bad.json', { version: 1, minimumLevl: 'known' }), call)).rejects.toMatchObject({
			code: 'settings-invalid',
		});
		await expect(engine.trust.signPolicy('missing.json', call)).rejects.toMatchObject({ code: 'settings-invalid' });
	});
});

test('a pin of the project refuses another builder before anything is installed', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('plug', '1.0.0', {});
	await using temporary = await openTemporaryEngine(registry.url, { cwd: folder });
	await put('plugward-policy.json', { version: 1, minimumAgeHours: 0, pins: { plug: { repositoryId: '1' } } });
	const engine = await temporary.reopen();
	await expect(engine.planInstall(['plug'], temporary.call)).rejects.toMatchObject({ code: 'policy-refused' });
});
