import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { PseudoTerminal } from '../helpers/pseudo-terminal.ts';
import { openAppMachine } from './app-machine.ts';
import type { AppMachine } from './app-machine.ts';
import { servePlugin } from './plugin-packages.ts';

let app: AppMachine;
let reader: string;

/** Says what it was given and how the terminal is, keeps a copy, and waits for a line. */
const READER = `#!/bin/sh
printf 'words: %s, %s\\n' "$1" "$2"
stty -a | grep -o -e '-icanon' -e 'icanon' | sed 's/^/terminal: /'
stat -c 'rights: %a' "$3"
cp "$3" copied
basename "$3" | sed 's/^/name: /'
printf 'a line, please: '
read answer
echo "it was $answer"
`;

beforeAll(async () => {
	app = await openAppMachine();
	servePlugin(app.registry, ['table', '1.1.0'], { execute: 'return [1];', tasks: ['draw'] });
	reader = path.join(app.machine.folder, 'my reader');
	await writeFile(reader, READER);
	await chmod(reader, 0o755);
}, 60_000);

afterAll(async () => {
	await app[Symbol.asyncDispose]();
});

it('stops together with a pager that is stopped, and goes on with it', async () => {
	await using terminal = app.open({
		columns: 120,
		rows: 40,
		environment: { PAGER: `'${reader}' a b` },
		program: ['bash', '--norc', '--noprofile', '-i'],
	});
	await terminal.until('ready$');
	terminal.send(`${app.commandLine}\n`);
	await showDifference(terminal);
	terminal.send('P');
	await terminal.until('a line, please:');
	terminal.send('\u001A');
	await terminal.until(/Stopped[^]*ready\$/);
	terminal.send('echo typed $((40+2))\n');
	await terminal.until('typed 42');
	terminal.send('fg\n');
	await terminal.until(/typed 42[^]*plugward\.cjs/);
	terminal.send('go on\n');
	await terminal.until('n next place');
	terminal.send('q');
	await terminal.until(/ready\$\s*$/);
	expect(terminal.isAlternateScreen()).toBe(false);
});

async function openDifference(environment: Readonly<Record<string, string>>): Promise<PseudoTerminal> {
	const terminal = app.open({ columns: 120, rows: 40, environment });
	await showDifference(terminal);
	return terminal;
}

async function showDifference(terminal: PseudoTerminal): Promise<void> {
	await terminal.until('q quit');
	terminal.send('3');
	await terminal.until('Enter review');
	terminal.send('\r');
	await terminal.until(/1\.0\.0 -> 1\.1\.0/);
	terminal.send('\t\t');
	await terminal.until('Enter open file');
	terminal.send('j\r');
	await terminal.until('2 + export default');
}

it('gives the terminal to the pager as the shell would, and takes it back whole', async () => {
	await using terminal = await openDifference({ PAGER: `'${reader}' -S "two words"` });
	const before = terminal.text();
	const copies = async (): Promise<readonly string[]> => (await readdir(tmpdir())).filter((name) => name.startsWith('plugward-read-'));
	const known = await copies();
	terminal.send('P');
	await terminal.until(/words: -S, two words\n(?:terminal: icanon|.*)\n[^]*a line, please:/);
	expect(terminal.text()).toContain('terminal: icanon');
	expect(terminal.text()).toContain('rights: 400');
	expect(terminal.text()).toContain('name: plugin.js.diff');
	expect(terminal.isAlternateScreen()).toBe(false);
	expect(terminal.isCursorHidden()).toBe(false);
	// What is typed now is the pager's own.
	terminal.send('jq?\n');
	await terminal.until('n next place');
	expect(terminal.isAlternateScreen()).toBe(true);
	expect(terminal.text()).toBe(before);
	const copied = await readFile(path.join(app.machine.project, 'copied'), 'utf8');
	expect(copied).toMatch(/^--- table@1\.0\.0\/plugin\.js\n\+\+\+ table@1\.1\.0\/plugin\.js\n@@ -1,\d+ \+1,\d+ @@\n/);
	expect(copied).toMatch(/\n-export default .*\n\+export default /);
	expect((await copies()).filter((name) => !known.includes(name))).toEqual([]);
	terminal.send('q');
	expect(await terminal.exited).toBe(0);
});

it('outlives a Ctrl-C that ends the editor, and says so', async () => {
	await using terminal = await openDifference({ VISUAL: `'${reader}' a b` });
	terminal.send('E');
	await terminal.until('a line, please:');
	terminal.send('\u0003');
	await terminal.until(/my reader was ended by SIGINT|my reader ended with 130/);
	expect(terminal.text()).toContain('n next place');
	terminal.send('q');
	expect(await terminal.exited).toBe(0);
});

it.each([
	['none is named', {}, 'No pager is named: set $PAGER'],
	['it is not here', { PAGER: '/nowhere/less -R' }, '/nowhere/less could not be started: ENOENT.'],
])('says in a sentence why there is no pager when %s', async (_, environment, sentence) => {
	await using terminal = await openDifference(environment);
	terminal.send('P');
	await terminal.until(sentence);
	terminal.send('p');
	await terminal.until('n next place');
	terminal.send('q');
	expect(await terminal.exited).toBe(0);
});
