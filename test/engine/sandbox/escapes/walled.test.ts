import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

import { bubblewrapArguments } from '../../../../source/engine/sandbox/bubblewrap.ts';
import { nodeLibraries } from '../../../../source/engine/sandbox/outer-wall.ts';
import { canMakeNamespaces, fakeBubblewrap } from '../../../helpers/fake-bubblewrap.ts';
import { folderOf } from '../plugin-run.ts';

const DOCUMENT = new URL('../../../../docs/sandbox.md', import.meta.url);

/** What a host could do that was taken over altogether: `work` runs in node without its permission model, inside of the namespaces. */
type Attempt = { readonly name: string; readonly work: string; readonly gives: readonly string[] };

const connecting = (to: string): string =>
	`new Promise((done, fail) => net.connect(${to}).once('connect', () => done('in')).once('error', fail))`;

const IN_NAMESPACES: readonly Attempt[] = [
	{ name: 'Reading a file of the user', work: `fs.readFileSync(secret, 'utf8')`, gives: ['ENOENT'] },
	{
		name: 'Listing the folder of a bound file',
		work: `fs.readdirSync(folder).filter((name) => name !== 'program.cjs').length`,
		gives: ['0'],
	},
	{ name: 'Reading the passwords file', work: `fs.readFileSync('/etc/passwd', 'utf8')`, gives: ['ENOENT'] },
	{ name: "Reading the core's memory and variables in /proc", work: `fs.readFileSync('/proc/' + core + '/environ')`, gives: ['ENOENT'] },
	{ name: 'A signal to the core', work: `process.kill(core, 0)`, gives: ['ESRCH'] },
	{ name: 'Another priority for the core', work: `os.setPriority(core, 19)`, gives: ['ERR_SYSTEM_ERROR'] },
	{ name: 'A port of this machine', work: connecting(`port, '127.0.0.1'`), gives: ['ECONNREFUSED', 'ENETUNREACH'] },
	{ name: 'An address of the internet', work: connecting(`443, '192.0.2.1'`), gives: ['ENETUNREACH'] },
	{ name: 'A socket without a file', work: connecting(`{ path: abstract }`), gives: ['ECONNREFUSED'] },
	{ name: 'A shell', work: `child.execFileSync('/bin/sh', ['-c', 'id'])`, gives: ['ENOENT'] },
	{ name: 'Variables of whoever started plugward', work: `Object.keys(process.env).includes('CANARY')`, gives: ['false'] },
];

/** Given to bubblewrap as words; whether it keeps them is its own affair. */
const BY_ARGUMENTS: readonly { readonly name: string; readonly words: readonly string[] }[] = [
	{ name: 'Rights of root inside of the namespaces', words: ['--cap-drop', 'ALL'] },
	{ name: 'Changing a bound file', words: ['--ro-bind', '/host.cjs', '/host.cjs'] },
	{ name: 'New files at /', words: ['--remount-ro', '/'] },
	{ name: 'A user with other namespaces', words: ['--unshare-all'] },
	{ name: 'Living on without the core', words: ['--die-with-parent'] },
	{ name: 'Variables that bubblewrap was given', words: ['--clearenv'] },
];

test.skipIf(!canMakeNamespaces())(
	'a host that was taken over altogether finds nothing of the machine inside of the namespaces',
	async () => {
		const canary = randomUUID();
		const abstract = `\0plugward-${canary}`;
		await using folder = await folderOf({ 'secret.txt': canary, 'program.cjs': PROGRAM });
		await using bubblewrap = await fakeBubblewrap('walling');
		let reached = 0;
		const servers = [createServer(() => (reached += 1)), createServer(() => (reached += 1))] as const;
		await Promise.all([listen(servers[0], { port: 0, host: '127.0.0.1' }), listen(servers[1], { path: abstract })]);
		try {
			const program = join(folder.path, 'program.cjs');
			const given = {
				secret: join(folder.path, 'secret.txt'),
				folder: folder.path,
				core: process.pid,
				port: (servers[0].address() as AddressInfo).port,
				abstract,
				works: IN_NAMESPACES.map(({ work }) => work),
			};
			const words = bubblewrapArguments({
				program: process.execPath,
				arguments: [program, JSON.stringify(given)],
				files: [program, ...nodeLibraries()],
			});
			const { stdout } = await promisify(execFile)(join(bubblewrap.folder, 'bwrap'), words, { env: {}, cwd: '/' });
			expect(stdout).not.toContain(canary);
			const gave = JSON.parse(stdout) as readonly string[];
			for (const [index, { name, gives }] of IN_NAMESPACES.entries()) {
				expect(gives, name).toContain(gave[index]);
			}

			expect(reached).toBe(0);
		} finally {
			servers.forEach((server) => server.close());
		}
	},
	30_000,
);

test('what cannot be tried without bubblewrap itself is asked of it', () => {
	const words = bubblewrapArguments({ program: '/node', arguments: [], files: ['/host.cjs'] }).join(' ');
	for (const { name, words: wanted } of BY_ARGUMENTS) {
		expect(words, name).toContain(wanted.join(' '));
	}
});

test('docs/sandbox.md lists exactly these', async () => {
	const rows = (await readFile(DOCUMENT, 'utf8')).split('\n').filter((line) => /^\| (?:namespaces|arguments) \|/.test(line));
	expect(rows).toEqual([
		...IN_NAMESPACES.map(({ name, gives }) => `| namespaces | ${name} | \`${gives.join('` or `')}\` |`),
		...BY_ARGUMENTS.map(
			({ name, words }) =>
				`| arguments | ${name} | \`${words
					.filter((word) => !word.startsWith('/'))
					.join(' ')
					.slice(2)}\` |`,
		),
	]);
});

const PROGRAM = `
const fs = require('node:fs'), net = require('node:net'), os = require('node:os'), child = require('node:child_process');
const { secret, folder, core, port, abstract, works } = JSON.parse(process.argv[2]);
(async () => {
	const gave = [];
	for (const work of works) {
		try { gave.push(String(await eval(work))); } catch (error) { gave.push(error.code ?? error.message); }
	}
	process.stdout.write(JSON.stringify(gave));
})();
`;

function listen(server: Server, where: { readonly port: number; readonly host: string } | { readonly path: string }): Promise<void> {
	return new Promise((resolve) => {
		server.listen(where, resolve);
	});
}
