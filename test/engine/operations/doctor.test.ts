import { appendFile, chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

test('the doctor finds a sound home and a registry that answers', async () => {
	await using registry = await startFakeRegistry();
	await using temporary = await openTemporaryEngine(registry.url);
	const { checks, fixed } = await temporary.engine.doctor({ ...temporary.call, fix: false });
	const states = Object.fromEntries(checks.map(({ id, state }) => [id, state]));
	expect(states).toMatchObject({ node: 'ok', 'home-permissions': 'ok', 'home-disk': 'ok', generations: 'ok', recovery: 'ok' });
	expect(states).toMatchObject({ registry: 'ok', 'registry-tls': 'ok', 'registry-auth': 'ok', clock: 'ok' });
	expect(checks.find(({ id }) => id === 'registry')?.text).toMatch(/answered \d+ in \d+ ms/);
	expect(fixed).toEqual([]);
});

test('the doctor closes a home that others can look into, when asked to', async () => {
	await using registry = await startFakeRegistry();
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, home } = temporary;
	await chmod(home, 0o755);
	const found = await engine.doctor({ ...call, fix: false });
	expect(found.checks.find(({ id }) => id === 'home-permissions')).toMatchObject({ state: 'warn', fix: 'plugward doctor --fix' });
	expect((await stat(home)).mode & 0o777, 'looking changes nothing').toBe(0o755);
	const { checks, fixed } = await engine.doctor({ ...call, fix: true });
	expect(fixed).toEqual(['Closed the home to other users.']);
	expect(checks.find(({ id }) => id === 'home-permissions')?.state).toBe('ok');
	expect((await stat(home)).mode & 0o777).toBe(0o700);
});

test('a registry that does not answer is a finding, and offline it is not asked', async () => {
	const registry = await startFakeRegistry();
	await using temporary = await openTemporaryEngine(registry.url);
	await registry[Symbol.asyncDispose]();
	const { checks } = await temporary.engine.doctor({ ...temporary.call, fix: false });
	expect(checks.find(({ id }) => id === 'registry')).toMatchObject({ state: 'fail' });
	expect(checks.some(({ id }) => id === 'clock')).toBe(false);
	const offline = await temporary.reopen({ offline: true });
	const quiet = await offline.doctor({ ...temporary.call, fix: false });
	expect(quiet.checks.find(({ id }) => id === 'registry')).toMatchObject({ state: 'ok' });
});

type Damage = {
	readonly what: string;
	readonly damage: (home: string) => Promise<unknown>;
	/** The check that tells of it. */
	readonly id: string;
	readonly says: RegExp;
	/** What is to be typed. */
	readonly fix: string | RegExp;
	/** What `--fix` says it did; null where only a person can. */
	readonly fixed: RegExp | null;
};

const lose = async (home: string, file: string, text: string) => writeFile(join(home, file), text);
const NOTHING_BUT_A_NAME = 'ab'.repeat(64);

const DAMAGES: readonly Damage[] = [
	{
		what: 'folders in staging that nobody works in',
		damage: (home) => mkdir(join(home, 'store/staging/dead/1'), { recursive: true }),
		id: 'recovery',
		says: /^one file or folder belongs to nothing/,
		fix: 'plugward doctor --fix',
		fixed: /^Removed one file or folder that belonged to nothing\.$/,
	},
	{
		what: 'an entry of the store without a receipt',
		damage: (home) => mkdir(join(home, 'store/packages', NOTHING_BUT_A_NAME, 'tree'), { recursive: true }),
		id: 'recovery',
		says: /belongs to nothing/,
		fix: 'plugward doctor --fix',
		fixed: /^Removed one file or folder/,
	},
	{
		what: 'a line of the audit log that was not written to its end',
		damage: (home) => appendFile(join(home, 'state/audit.jsonl'), '{"n":'),
		id: 'recovery',
		says: /last line of the audit log/,
		fix: 'plugward doctor --fix',
		fixed: /^Took a line out of the audit log/,
	},
	{
		what: 'a line of the audit log that was changed',
		damage: async (home) => {
			const path = join(home, 'state/audit.jsonl');
			await writeFile(path, `{}\n${await readFile(path, 'utf8')}`);
		},
		id: 'audit-log',
		says: /^The audit log was changed: line 1 /,
		fix: /plugward audit-log verify/,
		fixed: null,
	},
	{
		what: 'something else in the place of a lock',
		damage: (home) => lose(home, 'state/mutex', 'not a lock'.repeat(100)),
		id: 'locks',
		says: /state\/mutex/,
		fix: 'plugward doctor --fix',
		fixed: /in the place of a lock\. It lies in state\/set-aside\/mutex\.$/,
	},
	{
		what: 'a bundle that this home did not write',
		damage: (home) => lose(home, `bundles/${'ab'.repeat(32)}`, 'globalThis.stolen = true'),
		id: 'bundles',
		says: /^1 of 1 bundles/,
		fix: 'plugward doctor --fix',
		fixed: /^Removed a bundle/,
	},
	{
		what: 'a damaged receipt',
		damage: async (home) => {
			const [entry = ''] = await readdir(join(home, 'store/packages'));
			await lose(home, `store/packages/${entry}/receipt.json`, '{');
		},
		id: 'store',
		says: /receipt\.json of the home is not JSON/,
		fix: /plugward verify --repair/,
		fixed: null,
	},
	{
		what: 'a damaged current',
		damage: (home) => lose(home, 'current', '{'),
		id: 'generations',
		says: /^The file current of the home is not JSON/,
		fix: /plugward rollback 1$/,
		fixed: null,
	},
	{
		what: 'a damaged lock of a generation',
		damage: (home) => lose(home, 'generations/000001/lock.json', '{'),
		id: 'generations',
		says: /generations\/000001\/lock\.json/,
		fix: /plugward rollback/,
		fixed: null,
	},
	{
		what: 'damaged marks of what is kept',
		damage: (home) => lose(home, 'state/kept.json', '{'),
		id: 'records',
		says: /state\/kept\.json/,
		fix: /plugward keep/,
		fixed: null,
	},
	{
		what: 'damaged revocations',
		damage: (home) => lose(home, 'revocations.json', '{'),
		id: 'records',
		says: /revocations\.json/,
		fix: /backup/,
		fixed: null,
	},
];

test.each(DAMAGES)('the doctor tells of $what, and puts right what it can when asked to', async ({ damage, id, says, fix, fixed }) => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	await using temporary = await openTemporaryEngine(registry.url);
	const { call, home, install } = temporary;
	await install(['one']);
	await damage(home);
	const engine = await temporary.reopen();
	const troubles = async (isFixing: boolean) => {
		const report = await engine.doctor({ ...call, fix: isFixing });
		return {
			...report,
			checks: report.checks.filter((check) => check.id !== 'terminal' && !check.id.startsWith('sandbox') && check.state !== 'ok'),
		};
	};
	const before = await readdir(home, { recursive: true });
	const found = await troubles(false);
	expect(found.checks).toEqual([
		expect.objectContaining({ id, text: expect.stringMatching(says), fix: typeof fix === 'string' ? fix : expect.stringMatching(fix) }),
	]);
	expect(await readdir(home, { recursive: true }), 'looking changes nothing').toEqual(before);

	const after = await troubles(true);
	expect(after.fixed).toEqual(fixed === null ? [] : [expect.stringMatching(fixed)]);
	expect(after.checks.map((check) => check.id)).toEqual(fixed === null ? [id] : []);
	if (fixed !== null) {
		await install(['one']);
		expect((await engine.verify([], call)).findings).toEqual([]);
	}
});
