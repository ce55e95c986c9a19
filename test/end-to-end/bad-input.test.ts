import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Call, type Failure, type Machine, openMachine } from './command.ts';
import { filesIn, installedState } from './home-state.ts';
import { servePlugin } from './plugin-packages.ts';

const HOUR = 3_600_000;
const OTHER_INTEGRITY = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;

let registry: FakeRegistry;
let machine: Machine;

beforeAll(async () => {
	registry = await startFakeRegistry({ search: true });
	registry.serve('settled', '1.0.0', {}, { 'index.js': 'module.exports = 1;\n' });
	registry.serve('ranged', '1.0.0');
	registry.serve('ranged', '1.4.0');
	servePlugin(registry, ['worker', '1.0.0'], {
		tasks: ['work', 'leak', 'spin', 'fail'],
		permissions: [{ type: 'net', host: 'api.example.com', reason: 'to ask' }],
		limits: { wallMilliseconds: 1500, cpuMilliseconds: 300 },
		execute: `
			if (task === 'spin') { for (;;) {} }
			if (task === 'leak') { return await (await context.fetch('https://api.example.com/')).text(); }
			if (task === 'fail') { throw new Error('the plugin gave up'); }
			return { worked: true };`,
	});
	machine = await openMachine(registry.url);
	expect(await machine.plugward(['install', 'settled', 'worker', '--yes'])).toMatchObject({
		exitCode: 0,
		stderr: expect.stringMatching(/^warning: Nothing proves who built or published 2 of the 2 new packages\./) as string,
	});
});

afterEach(() => {
	registry.clearFaults();
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

type Refusal = {
	readonly exitCode: number;
	readonly code: string;
	/** Must stand in the sentence: the values that differ, the name that is wrong. */
	readonly says: readonly (string | RegExp)[];
	/** Null when there is nothing that a user could type. */
	readonly hint: string | RegExp | null;
};

/** Runs the command with `--json` and checks everything a failure promises. */
async function expectRefusal(parameters: readonly string[], refusal: Refusal, call?: Call): Promise<Failure> {
	const before = await installedState(machine.home);
	const { exitCode, stderr, envelope } = await machine.json(parameters, call);
	const failure = envelope.error ?? expect.fail(`no error in ${JSON.stringify(envelope)}`);
	expect(envelope).toMatchObject({ schema: 'plugward/v1', command: parameters[0], ok: false });
	expect({ exitCode, code: failure.code }).toEqual({ exitCode: refusal.exitCode, code: refusal.code });
	for (const words of refusal.says) {
		expect(failure.message).toMatch(words);
	}

	// The same for a reader: one sentence or more, then what to type. No stack, no path of the home.
	expect(stderr).toContain(`error: ${failure.message.split('\n')[0]}`);
	if (refusal.hint === null) {
		expect(failure.hint).toBeNull();
	} else {
		expect(failure.hint).toMatch(refusal.hint);
		expect(stderr).toContain(`hint: ${failure.hint?.split('\n')[0]}`);
	}

	expect(stderr).not.toMatch(/^\s+at /m);
	expect(failure.message).not.toContain(machine.home);
	expect(await installedState(machine.home)).toEqual(before);
	expect(await filesIn(machine.home, 'store/staging')).toEqual([]);
	return failure;
}

test('a registry port where nothing listens ends with 7', async () => {
	const gone = await startFakeRegistry();
	const address = new URL(gone.url).host;
	await gone.close();
	const refusal = { exitCode: 7, code: 'registry-unreachable', says: [address], hint: /--offline/ };
	await expectRefusal(['install', 'settled-not', '--yes', '--registry', `http://${address}/`], refusal);
	await expectRefusal(['search', 'anything', '--registry', `http://${address}/`], refusal);
});

test('a packument that is not JSON ends with 7', async () => {
	registry.fault({ path: '/a-portal', kind: 'not-json' });
	await expectRefusal(['install', 'a-portal', '--yes'], {
		exitCode: 7,
		code: 'registry-response-invalid',
		says: ['a-portal', /json/i],
		hint: /./,
	});
});

test('a tarball that ends too early ends with 7', async () => {
	registry.serve('cut-short', '1.0.0', {}, { 'index.js': 'x'.repeat(5000) });
	registry.fault({ path: '/cut-short/-/cut-short-1.0.0.tgz', kind: 'truncate' });
	await expectRefusal(['install', 'cut-short', '--yes'], { exitCode: 7, code: 'tarball-truncated', says: ['cut-short'], hint: /./ });
});

test('a package that no registry has ends with 3', async () => {
	await expectRefusal(['install', 'never-published', '--yes'], {
		exitCode: 3,
		code: 'package-not-found',
		says: ['never-published'],
		hint: /plugward search never-published/,
	});
	await expectRefusal(['info', 'never-published'], { exitCode: 3, code: 'package-not-found', says: ['never-published'], hint: /./ });
});

test('a range that no version is in ends with 6 and names both', async () => {
	await expectRefusal(['install', 'ranged@^2.0.0', '--yes'], {
		exitCode: 6,
		code: 'no-matching-version',
		says: ['ranged', /\^2\.0\.0/, '1.4.0'],
		hint: /plugward info ranged --versions/,
	});
});

test('plugins that exclude each other end with 6 and an explanation in sentences', async () => {
	registry.serve('core', '1.0.0');
	registry.serve('core', '2.0.0');
	registry.serve('left', '1.0.0', { peerDependencies: { core: '^1.0.0' } });
	registry.serve('right', '1.0.0', { peerDependencies: { core: '^2.0.0' } });
	const failure = await expectRefusal(['install', 'left', 'right', '--yes'], {
		exitCode: 6,
		code: 'no-solution',
		says: ['left', 'right', 'core', /\.$/],
		// The line as it would be typed, which was tried.
		hint: /^Override .* plugward install left right --override '.*'$|^Leave out \w+\. plugward install (left|right)$/,
	});
	expect(failure.details).toMatchObject({ kind: 'conflict', isCut: false });
});

test('bytes with another sha512 than the registry names end with 5 and name both', async () => {
	const { integrity } = registry.serve('swapped', '1.0.0');
	registry.setDistribution('swapped', '1.0.0', { integrity: OTHER_INTEGRITY });
	await expectRefusal(['install', 'swapped', '--yes'], {
		exitCode: 5,
		code: 'integrity-mismatch',
		says: ['swapped', OTHER_INTEGRITY, integrity],
		hint: /./,
	});
});

test('a registry that wants a sign-in ends with 4', async () => {
	await using guarded = await startFakeRegistry({ token: 'secret-token' });
	guarded.serve('hidden', '1.0.0');
	await expectRefusal(['install', 'hidden', '--yes', '--registry', guarded.url], {
		exitCode: 4,
		code: 'authentication-required',
		says: [new URL(guarded.url).host],
		hint: /npmrc|login|token/i,
	});
});

test('offline, what was never seen ends with 7', async () => {
	await expectRefusal(['install', 'never-seen', '--yes', '--offline'], {
		exitCode: 7,
		code: 'offline-missing',
		says: ['never-seen'],
		hint: /--offline/,
	});
});

test('a home that another plugward holds longer than --wait ends with 8 and names the holder', async () => {
	registry.serve('patient', '1.0.0');
	const holder = fork(path.join(import.meta.dirname, 'mutex-holder.ts'), [machine.home], {
		execArgv: [],
		stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
	});
	try {
		await once(holder, 'message');
		await expectRefusal(['install', 'patient', '--yes', '--wait', '0.2'], {
			exitCode: 8,
			code: 'home-busy',
			says: [String(holder.pid), 'install something-slow'],
			hint: /--wait/,
		});
	} finally {
		holder.kill('SIGKILL');
		await once(holder, 'exit');
	}
});

test('without a terminal and without --yes nothing is applied, and 9 says what is missing', async () => {
	registry.serve('unasked', '1.0.0');
	await expectRefusal(['install', 'unasked'], { exitCode: 9, code: 'consent-required', says: ['install unasked'], hint: /--yes/ });
	// An answer that nobody typed at a terminal is none.
	await expectRefusal(
		['remove', 'settled'],
		{ exitCode: 9, code: 'consent-required', says: ['remove settled'], hint: /--yes/ },
		{ input: 'y\n' },
	);
});

test('--yes decides no requirement: a young version named exactly ends with 9 until it is accepted by name', async () => {
	registry.serve('newborn', '1.0.0');
	registry.setTime('newborn', '1.0.0', new Date(Date.now() - 2 * HOUR).toISOString());
	const failure = await expectRefusal(['install', 'newborn@1.0.0', '--yes'], {
		exitCode: 9,
		code: 'consent-required',
		says: ['newborn 1.0.0', '2 hours', '3 days'],
		hint: /--accept-young newborn/,
	});
	expect(failure.details).toMatchObject({ undecided: [{ type: 'young-version', package: 'newborn' }] });
	expect((await machine.json(['install', 'newborn@1.0.0', '--yes', '--dry-run', '--accept-young', 'newborn'])).envelope).toMatchObject({
		ok: true,
		data: { requirements: [{ type: 'young-version', answer: 'accept' }] },
	});
});

test.each([
	['SIGINT', 130],
	['SIGTERM', 143],
] as const)('%s during a transfer that hangs ends with %i and leaves nothing behind', async (signal, expected) => {
	const name = `stuck-${signal.toLowerCase()}`;
	registry.serve(name, '1.0.0');
	registry.fault({ path: `/${name}/-/${name}-1.0.0.tgz`, kind: 'hang' });
	const before = await installedState(machine.home);
	const running = machine.start(['install', name, '--yes', '--json']);
	await expect.poll(() => registry.requestsTo(`/${name}/-/${name}-1.0.0.tgz`).length, { timeout: 10_000, interval: 20 }).toBe(1);
	running.child.kill(signal);
	const { exitCode, stdout, stderr } = await running.ended;
	expect({ exitCode, stdout: JSON.parse(stdout) }).toMatchObject({
		exitCode: expected,
		stdout: { ok: false, error: { code: 'cancelled' } },
	});
	expect(stderr).toMatch(/^error: .*cancelled/);
	expect(await installedState(machine.home)).toEqual(before);
	expect(await filesIn(machine.home, 'store/staging')).toEqual([]);
});

test.each([
	{ parameters: ['instal', 'settled'], says: '"instal"', hint: 'plugward install' },
	{ parameters: ['install', 'settled', '--regsitry', 'x'], says: '"--regsitry"', hint: '--registry' },
	{ parameters: ['install'], says: /no plugin/, hint: 'plugward install <plugin' },
	{ parameters: ['info', 'settled', 'more'], says: '"more"', hint: 'plugward info' },
	{ parameters: ['run', 'worker', 'work', '--input', '{oops'], says: /JSON/, hint: '--input' },
	{ parameters: ['install', 'git+https://example.com/x.git', '--yes'], says: 'git+https://example.com/x.git', hint: /./ },
	{ parameters: ['install', 'settled', '--yes', '--allow', 'sudo:all'], says: 'sudo:all', hint: /./ },
	{ parameters: ['list', '--wait', 'long'], says: '--wait', hint: '--wait' },
	{ parameters: ['list', '--json=colour'], says: '"colour"', hint: 'name' },
])('a command line that cannot be meant ends with 2: $parameters', async ({ parameters, says, hint }) => {
	const before = await installedState(machine.home);
	const { exitCode, stderr } = await machine.plugward(parameters);
	expect(exitCode).toBe(2);
	expect(stderr).toMatch(/^error: /);
	expect(stderr).toMatch(says);
	expect(stderr.slice(stderr.indexOf('hint: '))).toMatch(hint);
	expect(await installedState(machine.home)).toEqual(before);
});

test('what is not installed ends with 3, and so does a generation that never was', async () => {
	const refusal = { exitCode: 3, code: 'not-installed', says: ['absentee'], hint: /plugward install absentee|Installed: settled, worker/ };
	await expectRefusal(['remove', 'absentee', '--yes'], refusal);
	await expectRefusal(['run', 'absentee', 'work'], refusal);
	await expectRefusal(['verify', 'absentee'], refusal);
	await expectRefusal(['rollback', '77', '--yes'], { exitCode: 3, code: 'generation-not-found', says: ['77'], hint: /plugward history/ });
});

test('a file changed on disk makes verify end with 5 and name it', async () => {
	await using other = await openMachine(registry.url);
	expect((await other.plugward(['install', 'settled', '--yes'])).exitCode).toBe(0);
	expect((await other.plugward(['verify'])).exitCode).toBe(0);
	const packages = path.join(other.home, 'store/packages');
	const [entry = ''] = await readdir(packages);
	const file = path.join(packages, entry, 'tree/index.js');
	await chmod(path.dirname(file), 0o755);
	await chmod(file, 0o644);
	await appendFile(file, 'process.exit(1);\n');
	const before = await installedState(other.home);
	const { exitCode, stdout, stderr, envelope } = await other.json(['verify']);
	expect(exitCode).toBe(5);
	expect(envelope).toMatchObject({
		ok: false,
		error: { code: 'verification-failed' },
		data: { findings: [{ id: 'settled@1.0.0', problem: 'changed', path: 'index.js' }] },
	});
	expect(stderr).toMatch(/^error: /);
	expect(stderr).toContain('hint: ');
	expect(stdout).not.toContain(other.home);
	expect((await other.plugward(['verify'])).stdout).toMatch(/settled@1\.0\.0.*index\.js/s);
	// Nor does it run, although it was never run before and nothing but the disk knows.
	expect((await other.json(['run', 'settled', 'default'])).envelope).toMatchObject({
		ok: false,
		error: { code: 'verification-failed', message: expect.stringMatching(/settled@1\.0\.0.*index\.js/) },
	});
	expect(await installedState(other.home)).toEqual(before);
});

test('what is gone from the content store is reported, and installing it again brings it back', async () => {
	await using other = await openMachine(registry.url);
	expect((await other.plugward(['install', 'settled', '--yes'])).exitCode).toBe(0);
	const packages = path.join(other.home, 'store/packages');
	const [entry = ''] = await readdir(packages);
	await rm(path.join(packages, entry), { recursive: true });
	const { exitCode, envelope } = await other.json(['verify']);
	expect({ exitCode, data: envelope.data }).toMatchObject({
		exitCode: 5,
		data: { findings: [{ id: 'settled@1.0.0', problem: 'missing' }] },
	});
	expect((await other.plugward(['install', 'settled', '--yes'])).exitCode).toBe(0);
	expect((await other.plugward(['verify'])).exitCode).toBe(0);
});

test('a task that needs what nobody granted ends with 126 and says how to grant it', async () => {
	await expectRefusal(['run', 'worker', 'leak'], {
		exitCode: 126,
		code: 'plugin-denied',
		says: ['worker', '"leak"', 'api.example.com:443'],
		hint: /--allow 'worker=net:api\.example\.com/,
	});
});

test('a task that never ends is stopped with 124', async () => {
	await expectRefusal(['run', 'worker', 'spin'], { exitCode: 124, code: 'plugin-limit', says: ['worker', /300|1500|1\.5/], hint: /./ });
});

test('a task that the plugin does not have ends with 127 and lists those it has', async () => {
	await expectRefusal(['run', 'worker', 'dance'], { exitCode: 127, code: 'task-not-found', says: ['worker', 'dance'], hint: /work/ });
	await expectRefusal(['run', 'settled'], {
		exitCode: 127,
		code: 'task-not-found',
		says: ['settled', /plain package/],
		hint: /plugward run/,
	});
});

test('a task that throws ends with 1 and says what it threw', async () => {
	await expectRefusal(['run', 'worker', 'fail'], {
		exitCode: 1,
		code: 'plugin-failed',
		says: ['worker', 'the plugin gave up'],
		hint: null,
	});
});

test('settings that cannot be read end with 2 instead of being ignored', async () => {
	await writeFile(path.join(machine.home, 'trust-policy.json'), '{ "version": 1,', { mode: 0o600 });
	await expectRefusal(['install', 'ranged', '--yes', '--home', machine.home], {
		exitCode: 2,
		code: 'settings-invalid',
		says: ['trust-policy.json'],
		hint: /./,
	});
});
