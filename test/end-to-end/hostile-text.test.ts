import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';
import { servePlugin } from './plugin-packages.ts';

// Clears the screen, sets the title, writes the clipboard, hides text, turns it around, and hides in one-byte controls.
const HOSTILE = [
	'\u001B[2J',
	'\u001B]0;owned\u0007',
	'\u001B]52;c;b3duZWQ=\u0007',
	'\u001B]8;;https://evil.example\u001B\\',
	'\u009B31m',
	'\r',
	'\u0008\u0008',
	'\u007F',
	'\u202Egnp.exe',
	'\u2066\u2069',
	'\u200B\u200F\uFEFF',
].join('x');
// Everything that steers a terminal or hides text; line feeds are ours.
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/u;

let registry: FakeRegistry;
let machine: Machine;

beforeAll(async () => {
	registry = await startFakeRegistry({ search: true });
	servePlugin(registry, ['mean', '1.0.0'], {
		tasks: ['say', 'throw', 'leak'],
		permissions: [
			{ type: 'fs', path: '$project/notes/**', access: 'read', reason: `to read ${HOSTILE}` },
			{ type: 'net', host: 'api.example.com', reason: HOSTILE },
		],
		execute: `
			const hostile = ${JSON.stringify(HOSTILE)};
			if (task === 'throw') { throw new Error('failed ' + hostile); }
			if (task === 'leak') { await context.fs.readFile('$project/notes/' + hostile + '.md'); }
			context.log.info('log ' + hostile);
			context.log.error('error ' + hostile);
			return { text: 'output ' + hostile, ['key' + hostile]: hostile, rows: [{ a: hostile, ['b' + hostile]: 1 }], deep: [[hostile]] };`,
		manifest: {
			description: `A plugin ${HOSTILE} of its own`,
			license: `MIT ${HOSTILE}`,
			keywords: ['fine', HOSTILE],
			homepage: `https://example.com/${HOSTILE}`,
			repository: { type: 'git', url: `git+https://example.com/${HOSTILE}.git` },
			deprecated: `Use another one ${HOSTILE}`,
			_npmUser: { name: `someone ${HOSTILE}` },
			readme: `# mean ${HOSTILE}\n\nText ${HOSTILE}`,
		},
	});
	registry.setTag('mean', `tag${HOSTILE}`, '1.0.0');
	registry.serveRaw('/broken', {
		body: JSON.stringify({ name: 'broken', error: HOSTILE, versions: HOSTILE, 'dist-tags': { latest: HOSTILE } }),
	});
	registry.serveRaw('/refused', { status: 403, body: JSON.stringify({ error: `no ${HOSTILE}` }) });
	machine = await openMachine(registry.url);
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

/** For a reader and for a program, which gets the same escaped JSON from `--events` as from `--json`; the exit code must be the same in each. */
async function expectClean(parameters: readonly string[], exitCode: number): Promise<void> {
	for (const mode of [[], ['--events', '--verbose']]) {
		const result = await machine.plugward([...parameters, ...mode]);
		expect({ mode, exitCode: result.exitCode }).toEqual({ mode, exitCode });
		for (const text of [result.stdout, result.stderr]) {
			expect(UNSAFE.exec(text)?.[0], JSON.stringify(text)).toBeUndefined();
		}
	}
}

test('nothing that a registry says of a package steers the terminal', async () => {
	const hit = {
		name: `mean${HOSTILE}`,
		version: `1.0.0${HOSTILE}`,
		description: HOSTILE,
		keywords: [HOSTILE],
		publisher: { username: HOSTILE },
	};
	await expectClean(['search', 'mean'], 0);
	registry.serveRaw('/-/v1/search', { body: JSON.stringify({ objects: [{ package: hit }], total: 1 }) });
	await expectClean(['search', 'anything'], 0);
	await expectClean(['info', 'mean', '--readme', '--versions'], 0);
	await expectClean(['resolve', 'mean'], 0);
	await expectClean(['install', 'mean', '--dry-run'], 0);
});

test('what was taken out is marked, and said in words', async () => {
	const info = await machine.plugward(['info', 'mean']);
	expect(info.stdout).toContain('A plugin \uFFFD');
	expect(info.stdout.replaceAll(/\s+/g, ' ')).toContain(
		'! Its description, keywords, tags, publisher, licence, addresses and notice of deprecation held characters that steer a terminal',
	);
	const plan = await machine.plugward(['install', 'mean', '--dry-run']);
	expect(plan.stderr.replaceAll(/\s+/g, ' ')).toContain(
		'mean@1.0.0: Its notice of deprecation and reasons for permissions held characters that steer a terminal',
	);
	expect((await machine.json(['info', 'mean'])).envelope.data).toMatchObject({
		doubts: [expect.stringContaining('\uFFFD marks each place')],
	});
});

test('a name in letters that pass for others is no name, and the sentence spells them', async () => {
	const { exitCode, stderr } = await machine.plugward(['install', 'm\u0435an']);
	expect(exitCode).toBe(2);
	expect(stderr).toContain('"m<U+0435>an" only looks like "mean"');
	const whole = await machine.plugward(['info', '\u0430\u0441\u0435']);
	expect(whole.stderr).toContain('"<U+0430><U+0441><U+0435>" only looks like "ace"');
});

test('nor does anything of what is installed', async () => {
	await expectClean(['install', 'mean', '--yes'], 0);
	await expectClean(['list'], 0);
	await expectClean(['history'], 0);
	await expectClean(['verify'], 0);
	await expectClean(['update', '--dry-run'], 0);
});

test('nor what a plugin returns, logs, throws and is denied; in JSON the values are still whole', async () => {
	await expectClean(['run', 'mean', 'say'], 0);
	await expectClean(['run', 'mean', 'throw'], 1);
	await expectClean(['run', 'mean', 'leak'], 126);
	expect((await machine.json(['run', 'mean', 'say'])).envelope.data).toMatchObject({
		output: { text: `output ${HOSTILE}`, deep: [[HOSTILE]] },
	});
});

test('nor an error that quotes a registry or the command line', async () => {
	await expectClean(['info', 'broken'], 7);
	await expectClean(['info', 'refused'], 4);
	await expectClean(['info', `mean@${HOSTILE}`], 2);
	await expectClean([`lis${HOSTILE}`], 2);
	await expectClean(['list', `--${HOSTILE}`], 2);
	await expectClean(['run', 'mean', `say${HOSTILE}`], 127);
	await expectClean(['remove', HOSTILE, '--yes'], 3);
});
