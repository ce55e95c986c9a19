import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { PseudoTerminal } from '../helpers/pseudo-terminal.ts';
import { openAppMachine, preload } from './app-machine.ts';
import type { AppMachine } from './app-machine.ts';

let app: AppMachine;

beforeAll(async () => {
	app = await openAppMachine();
}, 60_000);

afterAll(async () => {
	await app[Symbol.asyncDispose]();
});

/** A busy machine is slower than what is usual. */
const POLL = { timeout: 15_000 };

/** Runs the app, then says whether the terminal has the settings that it had before; a watchdog takes a moment. */
const thenCompare = (command: string): string =>
	`before=$(stty -g); ${command}; echo "left with $?"; for try in 1 2 3 4 5 6 7 8 9 10; do [ "$(stty -g)" = "$before" ] && break; sleep 0.2; done; [ "$(stty -g)" = "$before" ] && echo 'settings as before'; sleep 0.3; echo over`;

/** Modes that must be off at the end of whatever switched them on. */
const MODES = ['?1049', '?2004', '?1000', '?1002', '?1006', '?2026'] as const;

function expectRestored(terminal: PseudoTerminal): void {
	expect(terminal.text()).toContain('settings as before');
	expect(terminal.isAlternateScreen()).toBe(false);
	expect(terminal.isCursorHidden()).toBe(false);
	const received = terminal.received();
	for (const mode of MODES) {
		const [on, off] = [received.lastIndexOf(`\u001B[${mode}h`), received.lastIndexOf(`\u001B[${mode}l`)];
		expect({ mode, isOff: on <= off }).toEqual({ mode, isOff: true });
	}
}

describe('the terminal is as before', () => {
	it.each([
		['q', 'q', /left with 0/, []],
		['q with the mouse on', 'q', /left with 0/, ['--mouse']],
		['Ctrl-C, twice', '\u0003\u0003', /left with 130/, []],
	] as const)('after %s', async (_, keys, says, words) => {
		await using terminal = app.open({ shell: thenCompare, words });
		await terminal.until('q quit');
		terminal.send(keys);
		await terminal.until(says);
		await terminal.until('over');
		expectRestored(terminal);
	});

	it.each([
		['an exception', "setTimeout(() => { throw new Error('a defect for the test'); }, 1200);"],
		['a rejection that nobody handles', "setTimeout(() => { Promise.reject(new Error('a defect for the test')); }, 1200);"],
	])('after %s, which is told on the normal screen with the name of its log', async (name, script) => {
		const { file, environment } = preload(app.machine, name.replaceAll(' ', '-'));
		await writeFile(file, `if (process.argv[1]?.endsWith('plugward.cjs')) { ${script} }`);
		const logs = path.join(app.machine.folder, 'state/plugward');
		const before = await readdir(logs).catch((): string[] => []);
		await using terminal = app.open({ environment, columns: 200, shell: thenCompare });
		await terminal.until('q quit');
		await terminal.until('over');
		expectRestored(terminal);
		expect(terminal.text()).toMatch(/error: Something inside plugward went wrong: a defect for the test/);
		const written = (await readdir(logs)).filter((log) => !before.includes(log));
		expect(written).toHaveLength(1);
		expect(terminal.text()).toContain(path.join(logs, written[0] ?? ''));
		expect(await readFile(path.join(logs, written[0] ?? ''), 'utf8')).toMatch(/plugward [\d.]+, node v26[^]*a defect for the test\n +at /);
	});

	it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'])('after %s', async (signal) => {
		// The shell in between has no terminal signals of its own, so the app alone is ended.
		const shell = (command: string): string => thenCompare(`(trap '' HUP; ${command} & echo $! > pid; wait $!)`);
		await using terminal = app.open({ shell: (command) => shell(`${command} <&3`).replace('(trap', '(exec 3<&0; trap') });
		await terminal.until('q quit');
		process.kill(Number(await readFile(path.join(app.machine.project, 'pid'), 'utf8')), signal);
		await terminal.until('over');
		expectRestored(terminal);
	});

	it.each([
		['SIGKILL', "setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1500);", []],
		['SIGKILL with the mouse on', "setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1500);", ['--mouse']],
		['an abort', 'setTimeout(() => process.abort(), 1500);', []],
		['the end of the memory', 'setTimeout(() => { const kept = []; for (;;) kept.push(new Array(1e5).fill({})); }, 1500);', []],
	] as const)(
		'after %s, by its watchdog, which says so',
		async (name, script, words) => {
			const { file, environment } = preload(app.machine, name.replaceAll(' ', '-'));
			await writeFile(file, `if (process.argv[1]?.endsWith('plugward.cjs')) { ${script} }`);
			const limited = { NODE_OPTIONS: `${environment['NODE_OPTIONS']} --max-old-space-size=100` };
			await using terminal = app.open({
				environment: limited,
				rows: 60,
				words,
				shell: (command) => thenCompare(`ulimit -c 0; ${command} 2>/dev/null`),
			});
			await terminal.until('q quit');
			await terminal.until('over');
			expectRestored(terminal);
			await terminal.until('plugward ended without warning');
		},
		30_000,
	);
});

/** Once a key is taken that was pressed after the app asked the terminal about itself, the answers are with the app, too. */
async function untilAnswersAreTaken(terminal: PseudoTerminal): Promise<void> {
	await expect.poll(() => terminal.received(), POLL).toContain('\u001B[c');
	terminal.send('j');
	await terminal.until('2 of 2');
}

describe('job control of a real bash', () => {
	const bash = ['bash', '--norc', '--noprofile', '-i'] as const;

	it('stops the app with Ctrl-Z and brings it back with fg', async () => {
		await using terminal = app.open({ program: bash });
		await terminal.until('ready$');
		terminal.send(`${app.commandLine}\n`);
		await terminal.until('q quit');
		terminal.send('j');
		await terminal.until('2 of 2');
		terminal.send('\u001A');
		await terminal.until(/Stopped[^]*ready\$/);
		expect(terminal.isAlternateScreen()).toBe(false);
		expect(terminal.isCursorHidden()).toBe(false);
		terminal.send('echo this line is $((40+2))\n');
		await terminal.until('this line is 42');
		terminal.send('fg\n');
		await terminal.until('2 of 2');
		expect(terminal.isAlternateScreen()).toBe(true);
		terminal.send('kq');
		await terminal.until(/this line is 42[^]*ready\$ $|ready\$\s*$/);
		await expect.poll(() => terminal.isAlternateScreen(), POLL).toBe(false);
		terminal.send('exit 7\n');
		expect(await terminal.exited).toBe(7);
	});

	it.each(['SIGTSTP', 'SIGSTOP'])('comes back whole when somebody else stopped it, and takes keys again (%s)', async (signal) => {
		await using terminal = app.open({ program: bash });
		await terminal.until('ready$');
		terminal.send(`${app.commandLine}\n`);
		await terminal.until('q quit');
		await untilAnswersAreTaken(terminal);
		const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(terminal.pid)]);
		const pid = Number(stdout.trim().split('\n')[0]);
		process.kill(pid, signal);
		await expect.poll(() => terminal.received(), POLL).toContain('Stopped');
		if (signal === 'SIGTSTP') {
			await terminal.until(/Stopped[^]*ready\$/);
			expect(terminal.isAlternateScreen()).toBe(false);
		}

		terminal.send('fg\n');
		await terminal.until(/2 plugins[^]*q quit/);
		await expect.poll(() => terminal.received().split('\u001B[?1049h').length, POLL).toBeGreaterThan(2);
		terminal.send('k');
		await terminal.until('1 of 2');
		terminal.send('q');
		await terminal.until(/ready\$\s*$/);
		terminal.send('stty -a | grep -o -e "-icanon" -e "icanon"\n');
		await terminal.until(/^icanon/m);
	});

	it('leaves a shell that edits its lines after the app was killed', async () => {
		await using terminal = app.open({ program: bash });
		await terminal.until('ready$');
		terminal.send(`${app.commandLine}\n`);
		await terminal.until('q quit');
		await untilAnswersAreTaken(terminal);
		const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(terminal.pid)]);
		process.kill(Number(stdout.trim().split('\n')[0]), 'SIGKILL');
		// Bash may say so while the screen of the app still stands.
		await expect.poll(() => terminal.received(), POLL).toContain('Killed');
		await expect.poll(() => terminal.isAlternateScreen(), POLL).toBe(false);
		terminal.send('echo typed $((40+2))\n');
		await terminal.until('typed 42');
	});
});

describe('a terminal that changes or goes away', () => {
	it('ends two hundred changes of its size with a whole screen', async () => {
		await using terminal = app.open({ columns: 120, rows: 40 });
		await terminal.until('q quit');
		for (let step = 0; step < 200; step += 1) {
			terminal.resize(45 + ((step * 37) % 140), 11 + ((step * 13) % 40));
			if (step % 20 === 0) {
				await new Promise((resolve) => {
					setTimeout(resolve, 10);
				});
			}
		}

		terminal.resize(100, 30);
		await terminal.until(/gen(?:eration)? 1[^]*╰─+╯╰─+╯[^]*q quit/);
		expect(terminal.rows().at(-1)).toBe('');
		expect(terminal.rows().filter((row) => row.includes('[1 Inst'))).toHaveLength(1);
		terminal.send('j');
		await terminal.until('2 of 2');
	});

	it('ends when its terminal is gone, also where nobody tells it by a signal', async () => {
		const pidFile = path.join(app.machine.project, 'gone-pid');
		const terminal = app.open({ shell: (command) => `trap '' HUP; echo $$ > gone-pid; exec ${command}` });
		await terminal.until('q quit');
		const pid = Number(await readFile(pidFile, 'utf8'));
		terminal.hangUp();
		await expect.poll(() => isAlive(pid), { timeout: 8000 }).toBe(false);
	});
});

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

const hasTmux = await promisify(execFile)('tmux', ['-V']).then(
	() => true,
	() => false,
);

describe.skipIf(!hasTmux)(`in tmux${hasTmux ? '' : ', which is not installed here'}`, () => {
	it('opens, takes keys that arrive together, and leaves the pane as it was', async () => {
		const socket = path.join(app.machine.folder, 'tmux');
		const tmux = async (...words: readonly string[]): Promise<string> =>
			(
				await promisify(execFile)('tmux', ['-S', socket, '-f', '/dev/null', ...words], {
					env: { ...app.environment },
					cwd: app.machine.project,
				})
			).stdout;
		const pane = (): Promise<string> => tmux('capture-pane', '-p');
		await tmux('new-session', '-d', '-x', '100', '-y', '30', 'bash', '--norc', '--noprofile', '-i');
		try {
			await expect.poll(pane, { timeout: 5000 }).toContain('ready$');
			await tmux('send-keys', app.commandLine, 'Enter');
			await expect.poll(pane, { timeout: 8000 }).toContain('1 of 2');
			await tmux('send-keys', 'j', 'k', 'j');
			await expect.poll(pane, { timeout: 5000 }).toContain('2 of 2');
			await tmux('send-keys', 'q');
			await expect.poll(pane, { timeout: 5000 }).toMatch(/ready\$\s*$/);
			expect(await pane()).not.toContain('2 of 2');
		} finally {
			await tmux('kill-server');
		}
	}, 30_000);
});
