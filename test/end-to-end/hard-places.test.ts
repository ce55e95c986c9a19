import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../helpers/fake-registry.ts';
import { builtFile, cleanEnvironment, type Machine, openMachine, startProgram } from './command.ts';
import { filesIn, installedState } from './home-state.ts';

/** Whether a process may have a mount namespace of its own here, so that real file systems can be made small or read-only. */
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=64k none /mnt']).status === 0;
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A shell of its own where `plugward` is the built command; its mounts end with it. */
function inNamespace(machine: Machine, script: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
	const plugward = `plugward() { ${quote(process.execPath)} ${quote(builtFile('plugward.cjs'))} "$@"; }`;
	const program = `require('node:child_process').spawn('unshare', ['-rm', 'sh', '-c', ${JSON.stringify(`${plugward}\n${script}`)}], { stdio: 'inherit' });`;
	return startProgram(['-e', program], { cwd: machine.project, environment: cleanEnvironment(machine.folder) }).ended;
}

const large = { 'data.bin': Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 2_654_435_761) >>> 24)) };

test.skipIf(!canMount)('a full disk is said so and nothing has changed; after making room the same command works', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('small', '1.0.0');
	registry.serve('large', '1.0.0', {}, large);
	await using machine = await openMachine(registry.url);
	await mkdir(machine.home, { mode: 0o700 });
	const home = quote(machine.home);
	const { stdout, stderr } = await inNamespace(
		machine,
		`mount -t tmpfs -o size=2m,mode=700 none ${home}
plugward install small --yes --quiet >&2; echo "small $?"
plugward install large --yes >&2; echo "large $?"
plugward list; plugward verify >&2; echo "verify $?"
ls ${home}/store/staging
mount -o remount,size=64m ${home}
plugward install large --yes --quiet >&2; echo "again $?"`,
	);
	expect(stdout).toContain('small 0\nlarge 8\n');
	expect(stderr).toMatch(/error: The disk is full \(ENOSPC\): could not unpack large@1\.0\.0\./);
	expect(stderr).toContain('plugward gc');
	expect(stdout).toMatch(/generation 1\.\nverify 0\nagain 0/);
});

test.skipIf(!existsSync('/dev/full'))('a result that cannot be written to its end is told in a sentence and by the exit code', async () => {
	await using machine = await openMachine('http://127.0.0.1:9/');
	const to = (words: readonly string[], streams: 'stdout' | 'stderr') => {
		using full = openFull();
		return spawnSync(process.execPath, [builtFile('plugward.cjs'), ...words], {
			cwd: machine.project,
			env: cleanEnvironment(machine.folder),
			encoding: 'utf8',
			stdio: streams === 'stdout' ? ['ignore', full.descriptor, 'pipe'] : ['ignore', 'pipe', full.descriptor],
		});
	};
	for (const words of [['list'], ['list', '--json'], ['list', '--events'], ['help']]) {
		const { status, stderr } = to(words, 'stdout');
		expect({ words, status, stderr }).toEqual({
			words,
			status: 8,
			stderr:
				'error: The result cannot be written to standard output (ENOSPC).\n' +
				'hint: What was done stays done; look at it again with: plugward list, plugward history\n',
		});
	}

	expect(to(['no-such-command'], 'stderr')).toMatchObject({ status: 2, stdout: '' });
});

function openFull(): Disposable & { readonly descriptor: number } {
	const descriptor = openSync('/dev/full', 'w');
	return { descriptor, [Symbol.dispose]: () => closeSync(descriptor) };
}

test.skipIf(!canMount)('a home that is mounted read-only can be read and verified, and a change says why not', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	await using machine = await openMachine(registry.url);
	await machine.plugward(['install', 'one', '--yes']);
	const home = quote(machine.home);
	const { stdout, stderr } = await inNamespace(
		machine,
		`mount --bind ${home} ${home} && mount -o remount,bind,ro ${home}
plugward list; echo "list $?"
plugward verify; echo "verify $?"
plugward history >&2; echo "history $?"
plugward remove one --yes >&2; echo "remove $?"
plugward export --archive ${quote(path.join(machine.folder, 'h.tar'))} >&2; echo "export $?"
plugward doctor | grep home-disk`,
	);
	expect(stdout).toContain('list 0');
	expect(stdout).toContain('verify 0');
	expect(stdout).toContain('history 0');
	expect(stdout).toContain('remove 8');
	expect(stdout).toContain('export 0');
	expect(stderr).toMatch(/error: The home cannot be written \(EROFS\)/);
	expect(stdout).toMatch(/fail home-disk: The home cannot be written \(EROFS\)/);
});

test('a limit on the size of files is said so and nothing has changed', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('small', '1.0.0');
	registry.serve('large', '1.0.0', {}, large);
	await using machine = await openMachine(registry.url);
	await machine.plugward(['install', 'small', '--yes']);
	const before = await installedState(machine.home);
	const command = [process.execPath, builtFile('plugward.cjs'), 'install', 'large', '--yes'].map(quote).join(' ');
	// The signal would end the process; who sets such a limit and ignores the signal gets the error, as services do.
	const script = `trap '' XFSZ; ulimit -f 1000; exec ${command}`;
	const program = `require('node:child_process').spawn('bash', ['-c', ${JSON.stringify(script)}], { stdio: 'inherit' }).on('exit', (code) => (process.exitCode = code));`;
	const { exitCode, stderr } = await startProgram(['-e', program], { cwd: machine.project, environment: cleanEnvironment(machine.folder) })
		.ended;
	expect(stderr).toMatch(/error: A file is larger than the limit of this process allows \(EFBIG\)/);
	expect(exitCode).toBe(8);
	expect(await installedState(machine.home)).toEqual(before);
	expect(await filesIn(machine.home, 'store/staging')).toEqual([]);
	expect((await machine.plugward(['install', 'large', '--yes'])).exitCode).toBe(0);
});

const MEMORY = '/dev/shm';

test.skipIf(!existsSync(MEMORY) || process.platform !== 'linux')(
	'temporary files and the home may lie on different file systems',
	async () => {
		await using registry = await startFakeRegistry();
		registry.serve('one', '1.0.0', {}, large);
		await using machine = await openMachine(registry.url);
		const memory = await mkdtemp(path.join(MEMORY, 'plugward-'));
		try {
			const device = (folder: string): string => execFileSync('stat', ['-c', '%d', folder], { encoding: 'utf8' });
			expect(device(memory)).not.toBe(device(machine.folder));
			for (const [home, temporary] of [
				[path.join(memory, 'home'), machine.folder],
				[machine.home, memory],
			] as const) {
				const environment = { PLUGWARD_HOME: home, TMPDIR: temporary };
				expect((await machine.plugward(['install', 'one', '--yes'], { environment })).exitCode).toBe(0);
				expect((await machine.plugward(['verify'], { environment })).exitCode).toBe(0);
				const target = path.join(temporary, 'node_modules');
				const tree = await machine.json(['export', '--node-modules', target], { environment });
				expect(tree.envelope.data).toMatchObject({ linkedFiles: 0, folders: 1 });
				expect(await readdir(target)).toContain('one');
				await rm(target, { recursive: true });
			}
		} finally {
			await rm(memory, { recursive: true, force: true });
		}
	},
);

test('names of 255 bytes work, for files of a package and for the home; longer ones are refused by name', async () => {
	await using registry = await startFakeRegistry();
	const longest = `${'n'.repeat(252)}.js`;
	registry.serve('long', '1.0.0', {}, { [longest]: 'module.exports = 1;' });
	registry.serve('longer', '1.0.0', {}, { [`n${longest}`]: 'module.exports = 1;' });
	await using machine = await openMachine(registry.url);
	const home = path.join(machine.folder, 'h'.repeat(255));
	const call = { environment: { PLUGWARD_HOME: home } };
	expect((await machine.plugward(['install', 'long', '--yes'], call)).exitCode).toBe(0);
	expect((await machine.plugward(['verify'], call)).exitCode).toBe(0);
	const refused = await machine.plugward(['install', 'longer', '--yes'], call);
	expect(refused.exitCode).toBe(5);
	expect(refused.stderr).toContain('more than 255 bytes');
	const tooLong = await machine.plugward(['list'], { environment: { PLUGWARD_HOME: `${home}h` } });
	expect(tooLong.exitCode).toBe(8);
	expect(tooLong.stderr).toMatch(/longer than this file system allows \(ENAMETOOLONG\)/);
});

test('the doctor says how far the clock is behind the registry', async () => {
	await using registry = await startFakeRegistry();
	registry.serveRaw('/-/ping', { body: '{}', headers: { date: new Date(Date.now() + 7_200_000).toUTCString() } });
	await using machine = await openMachine(registry.url);
	const { stdout } = await machine.plugward(['doctor']);
	expect(stdout).toMatch(/warn clock: The clock is 7\d\d\d s behind the registry's\./);
});
