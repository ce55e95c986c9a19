import { chmod, copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { parsePermission, type Permission } from '../../../source/engine/permission.ts';
import { pinProgram } from '../../../source/engine/sandbox/index.ts';
import { failureOf, folderOf, observed, pluginCode, run, type RunOptions } from './plugin-run.ts';

/** A program of our own: it tells what it was given, and does as it is told. */
const PROBE = `#!/bin/sh
case "$1" in
	tell) printf '%s\\n' "$@"; env | sort; pwd; cat;;
	fail) echo bad >&2; exit 3;;
	wait) echo started; sleep 600;;
	leave) sleep 600 & echo $!;;
	much) yes "0123456789" | head -c 6000000;;
	bytes) printf '\\303'; sleep 0.05; printf '\\274';;
esac
`;

let place: Awaited<ReturnType<typeof folderOf>>;

beforeAll(async () => {
	place = await folderOf({ 'bin/probe': PROBE, 'project/a.txt': 'a' });
	await chmod(join(place.path, 'bin/probe'), 0o755);
});

afterAll(() => place[Symbol.asyncDispose]());

async function grant(text: string): Promise<Permission> {
	const permission = parsePermission(text);
	if (permission.type !== 'run') {
		throw new Error('it is no program');
	}

	return { ...permission, pin: await pinProgram(permission, { searchPath: join(place.path, 'bin'), allowsInterpreters: false }) };
}

async function exec(body: string, granted: readonly string[], more: RunOptions = {}) {
	const grants = await Promise.all(granted.map(grant));
	return run(pluginCode(body), { project: join(place.path, 'project'), grants, ...more });
}

test('a granted program runs in the project with a clean environment, its arguments as they are and the input given', async () => {
	const seen = observed();
	const body = 'return (await context.exec("probe", ["tell", "a b", "$HOME;*"], { input: "from the plugin" })).stdout.split("\\n");';
	const { output } = await exec(body, ['run:probe tell * *'], { observe: seen, environment: { SECRET: 'x' } });
	expect(output).toEqual([
		'tell',
		'a b',
		'$HOME;*',
		'LANG=C.UTF-8',
		'PATH=/usr/local/bin:/usr/bin:/bin',
		`PWD=${join(place.path, 'project')}`,
		join(place.path, 'project'),
		'from the plugin',
	]);
	expect(seen.audit.map(({ event }) => event)).toEqual([
		'plugin-started',
		'permission-used',
		'command-started',
		'command-ended',
		'plugin-ended',
	]);
	expect(seen.audit[2]).toMatchObject({
		program: join(place.path, 'bin/probe'),
		args: ['tell', 'a b', '$HOME;*'],
		sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
	});
	expect(seen.audit[3]).toMatchObject({ outcome: 'exited', exitCode: 0 });
});

test('a program that fails is a result; output comes as it is written, letters whole', async () => {
	const body = `
		const parts = [];
		const { exitCode, stderr } = await context.exec('probe', ['fail']);
		const bytes = await context.exec('probe', ['bytes'], { onOutput: (stream, text) => parts.push(text) });
		return [exitCode, stderr, bytes.stdout, parts.join('|')];`;
	expect((await exec(body, ['run:probe *'])).output).toEqual([3, 'bad\n', 'ü', 'ü']);
});

test.each([
	['other arguments', 'context.exec("probe", ["fail"])', 'not-granted'],
	['more arguments', 'context.exec("probe", ["tell", "x", "y"])', 'not-granted'],
	['an option where a wildcard is', 'context.exec("probe", ["tell", "--evil"])', 'not-granted'],
	['another program', 'context.exec("ls", ["tell", "x"])', 'not-granted'],
	['the same program by its path', `context.exec("/bin/probe", ["tell", "x"])`, 'not-granted'],
])('%s are denied, and nothing is started', async (_, call, rule) => {
	const seen = observed();
	const { output } = await exec(`try { await ${call}; } catch (error) { return error.code; }`, ['run:probe tell *'], { observe: seen });
	expect(output).toBe('ERR_PERMISSION_DENIED');
	expect(seen.audit.filter(({ event }) => event === 'permission-denied')).toMatchObject([{ rule }]);
	expect(seen.audit.map(({ event }) => event)).not.toContain('command-started');
});

test('another file under the name that was granted is refused, also when it comes by a rename', async () => {
	const grants = [await grant('run:probe fail')];
	const original = join(place.path, 'bin/probe');
	await copyFile(original, join(place.path, 'kept'));
	await writeFile(join(place.path, 'other'), `${PROBE}\n# more\n`, { mode: 0o755 });
	await rename(join(place.path, 'other'), original);
	const seen = observed();
	const body = 'try { await context.exec("probe", ["fail"]); } catch (error) { return error.message; }';
	const { output } = await run(pluginCode(body), { project: join(place.path, 'project'), grants, observe: seen });
	expect(output).toContain('is not the file that was granted');
	expect(seen.audit.find(({ event }) => event === 'permission-denied')).toMatchObject({ rule: 'program-changed' });
	await rename(join(place.path, 'kept'), original);
});

test('a grant that was made without a file, by hand or before, opens nothing', async () => {
	const body = 'try { await context.exec("probe", ["fail"]); } catch (error) { return error.message; }';
	const { output } = await run(pluginCode(body), { allow: ['run:probe fail'], project: join(place.path, 'project') });
	expect(output).toContain('does not say which file it is');
});

test('interpreters cannot be granted, whatever they are called', async () => {
	const search = { searchPath: '/usr/local/bin:/usr/bin:/bin', allowsInterpreters: false };
	for (const program of ['sh', 'bash', 'env', '/bin/sh']) {
		expect((await failureOf(pinProgram({ program }, search))).code).toBe('policy-refused');
	}

	expect((await failureOf(pinProgram({ program: 'no-such-program' }, search))).code).toBe('usage');
	expect((await failureOf(pinProgram({ program: 'probe' }, { ...search, searchPath: 'bin:./bin' }))).code).toBe('usage');
	expect((await pinProgram({ program: 'sh' }, { ...search, allowsInterpreters: true })).sha256).toMatch(/^[0-9a-f]{64}$/);
});

test('a program that outlives its time is killed with what it has started', async () => {
	const body = `
		const left = await context.exec('probe', ['leave']);
		const waited = await context.exec('probe', ['wait'], { timeoutMilliseconds: 300 });
		return [left.stdout.trim(), waited.outcome, waited.exitCode, waited.stdout];`;
	const { output } = await exec(body, ['run:probe *']);
	expect(output).toEqual([expect.stringMatching(/^\d+$/), 'timeout', null, 'started\n']);
	expect(await isGone(Number((output as readonly string[])[0]))).toBe(true);
});

test('a program ends with the task that started it', async () => {
	const seen = observed();
	const body = `
		let pid = '';
		void context.exec('probe', ['wait'], { onOutput: () => { pid = 'started'; } });
		while (pid === '') await new Promise((resolve) => setTimeout(resolve, 10));
		return pid;`;
	await exec(body, ['run:probe wait'], { observe: seen });
	expect(seen.audit.find(({ event }) => event === 'command-ended')).toMatchObject({ outcome: 'stopped', exitCode: null });
});

test('output beyond what a plugin may hold is dropped, and said to be', async () => {
	const body = 'const r = await context.exec("probe", ["much"]); return [r.stdout.length, r.isTruncated, r.exitCode];';
	expect((await exec(body, ['run:probe much'])).output).toEqual([4 * 1024 * 1024, true, 0]);
});

test('at most four programs run at once', async () => {
	const body = `
		const runs = Array.from({ length: 5 }, () => context.exec('probe', ['wait'], { timeoutMilliseconds: 400 }));
		return (await Promise.allSettled(runs)).map(({ value, reason }) => value?.outcome ?? reason.code).sort();`;
	expect((await exec(body, ['run:probe wait'])).output).toEqual(['ERR_TOO_MANY', 'timeout', 'timeout', 'timeout', 'timeout']);
});

async function isGone(pid: number): Promise<boolean> {
	for (let round = 0; round < 100; round += 1) {
		// A killed process stays as a zombie until somebody reaps it.
		const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => 'gone');
		if (status === 'gone' || / Z /.test(status)) {
			return true;
		}

		await new Promise((resolve) => {
			setTimeout(resolve, 20);
		});
	}

	return false;
}
