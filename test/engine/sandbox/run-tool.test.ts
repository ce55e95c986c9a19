import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import type { AuditEvent } from '../../../source/engine/sandbox/index.ts';
import { failureOf, folderOf } from './plugin-run.ts';
import { stdoutOf, tool } from './tool-run.ts';

test('a tool gets its arguments, writes to both streams and ends with its own exit code', async () => {
	const ran = await tool(
		{ 'cli.js': "#!/usr/bin/env node\nconsole.log(process.argv.slice(2).join('+')); console.error('oh'); process.exitCode = 3;" },
		{ arguments: ['a', '--flag'] },
	);
	expect(ran).toMatchObject({ exitCode: 3, stdout: 'a+--flag\n', stderr: 'oh\n' });
});

test.each([
	[
		'process.exit ends it at once, also inside of try',
		"try { process.exit(4); } catch { console.log('caught'); } console.log('after');",
		4,
		'',
	],
	['handlers of exit run once and see the code', "process.on('exit', (code) => console.log(code)); process.exit(2);", 2, '2\n'],
	[
		'a timer keeps it alive, one without a reference does not',
		"setTimeout(() => console.log('a'), 5); setInterval(() => {}, 5000).unref();",
		0,
		'a\n',
	],
	['beforeExit may start more', "process.once('beforeExit', () => setTimeout(() => console.log('more'), 1));", 0, 'more\n'],
	[
		'top-level await is waited for',
		"import { setTimeout } from 'node:timers/promises'; await setTimeout(2); console.log('done');",
		0,
		'done\n',
	],
	['a promise that nothing can settle any more is exit 13', 'await new Promise(() => {}); export {};', 13, ''],
])('%s', async (_, code, exitCode, stdout) => {
	expect(await tool({ 'cli.js': code })).toMatchObject({ exitCode, stdout });
});

test('what nobody catches is told on standard error with the place in the own files of the package', async () => {
	const ran = await tool({
		'cli.js': "const { fail } = require('./lib/fail.js');\n\nfail();",
		'lib/fail.js': "exports.fail = function fail() {\n\tthrow new TypeError('broken');\n};",
	});
	expect(ran.exitCode).toBe(1);
	expect(ran.stderr).toMatch(/^TypeError: broken\n\s+at .*fail \(lib\/fail\.js:2:8\)\n\s+at .*cli\.js:3:1/);
	expect(ran.stderr).not.toMatch(/plugin\.js|isolated-vm|tmp/);
});

test('standard input is read as a stream, by lines, and whole', async () => {
	const input = 'one\ntwo';
	expect(
		await stdoutOf("process.stdin.setEncoding('utf8').on('data', (text) => process.stdout.write(text.toUpperCase()));", { input }),
	).toBe('ONE\nTWO');
	expect(
		await stdoutOf("require('readline').createInterface({ input: process.stdin }).on('line', (line) => console.log(line + '!'));", {
			input,
		}),
	).toBe('one!\ntwo!\n');
	expect(await stdoutOf("console.log(require('fs').readFileSync(0, 'utf8').length);", { input })).toBe('7\n');
});

test('a tool that does not care for input ends although nobody closes it', async () => {
	expect(await stdoutOf("console.log('no input');", { input: 'never read' })).toBe('no input\n');
});

test('output that nobody reads any more ends the tool', async () => {
	let writes = 0;
	const ran = await tool({ 'cli.js': "for (;;) console.log('y');" }, { onWrite: () => (writes += 1) < 3 });
	expect(ran.exitCode).toBe(141);
	expect(writes).toBe(3);
});

test('files are there only where they were granted, and what a package brought itself always is', async () => {
	await using project = await folderOf({ 'in/a.txt': 'alpha', 'secret.txt': 'no' });
	const code = `
		const fs = require('fs');
		const path = require('path');
		console.log(fs.readFileSync('in/a.txt', 'utf8'), fs.existsSync('secret.txt'), fs.readFileSync(path.join(__dirname, 'own.txt'), 'utf8'));
		fs.mkdirSync('out/deep', { recursive: true });
		fs.writeFileSync('out/deep/b.txt', 'beta');
		fs.appendFileSync('out/deep/b.txt', '!');
		console.log(fs.readdirSync('in'), fs.statSync('in').isDirectory());
		for (const write of [() => fs.writeFileSync('secret.txt', ''), () => fs.writeFileSync(path.join(__dirname, 'own.txt'), ''), () => fs.readFileSync('secret.txt')]) {
			try { write(); } catch (error) { console.log(error.code); }
		}`;
	const ran = await tool(
		{ 'cli.js': code, 'own.txt': 'mine' },
		{ project: project.path, allow: ['fs.read:$project/in/**', 'fs.write:$project/out/**'] },
	);
	expect(ran.stderr).toBe('');
	expect(ran.stdout).toBe("alpha false mine\n[ 'a.txt' ] true\nEACCES\nEROFS\nENOENT\n");
	expect(await readFile(join(project.path, 'out/deep/b.txt'), 'utf8')).toBe('beta!');
	expect(ran.denied.map(({ permission }) => permission)).toContain('fs.write:$project/secret.txt');
});

test('without a grant the tool does not learn where it runs, and of the environment only what was granted', async () => {
	await using project = await folderOf({});
	const code = 'console.log(process.cwd(), process.env.NAME, process.env.SECRET, process.env.TERM);';
	const environment = { NAME: 'n', SECRET: 's', TERM: 'dumb' };
	expect(await stdoutOf(code, { project: project.path, environment, allow: ['env:NAME'] })).toBe('/project n undefined dumb\n');
	expect(await stdoutOf(code, { project: project.path, allow: ['fs.read:$project/**'] })).toContain(`${project.path} `);
});

test('a terminal shows through with its width, and a pipe as none', async () => {
	const code = 'console.log(process.stdout.isTTY, process.stdout.columns, process.stdout.hasColors?.());';
	expect(await stdoutOf(code, { terminal: { isTTY: true, columns: 123, colourDepth: 8 } })).toBe('true 123 true\n');
	expect(await stdoutOf(code)).toBe('undefined undefined false\n');
});

test('files of the package are required and imported by computed paths, and nothing outside of it', async () => {
	const ran = await tool({
		'cli.js': `const name = ['r', 'un'].join('');
			console.log(require('./commands/' + name).word, require(\`./\${name}.json\`).n);
			import('./commands/' + name + '.mjs').then((module) => console.log(module.default));
			try { require('/etc/' + name); } catch (error) { console.log(error.code); }`,
		'commands/run.js': "exports.word = require('../word.js');",
		'commands/run.mjs': "import word from '../word.js'; export default 'imported ' + word;",
		'word.js': "module.exports = 'hello';",
		'run.json': '{"n":7}',
	});
	expect(ran.stderr).toBe('');
	expect(ran.stdout).toBe('hello 7\nMODULE_NOT_FOUND\nimported hello\n');
});

test('the program knows that it is the program', async () => {
	const code = "if (require.main === module) console.log('main'); console.log(require('./other.js'));";
	expect((await tool({ 'cli.js': code, 'other.js': 'module.exports = require.main === module;' })).stdout).toBe('main\nfalse\n');
});

test('what the sandbox does not have throws in words when it is used, and is named', async () => {
	const ran = await tool({ 'cli.js': "require('child_process').execSync('ls');" });
	expect(ran).toMatchObject({ exitCode: 1, needs: ['child_process'] });
	expect(ran.stderr).toContain('needs the Node module "child_process"');
});

test('a tool that does not end is stopped by its limit and by its user', async () => {
	const limits = { wallMilliseconds: 20_000, cpuMilliseconds: 300, memoryBytes: 64 * 1024 * 1024 };
	expect((await failureOf(tool({ 'cli.js': 'for (;;);' }, { limits }))).code).toBe('plugin-limit');
	const controller = new AbortController();
	const audit: AuditEvent[] = [];
	const running = tool(
		{ 'cli.js': "console.log('up'); setInterval(() => {}, 1000);" },
		{ signal: controller.signal, audit, onWrite: () => (controller.abort(), true) },
	);
	expect((await failureOf(running)).code).toBe('cancelled');
	expect(audit.at(-1)).toMatchObject({ event: 'plugin-ended', outcome: 'cancelled' });
});

test('what is written in one turn is out before the program ends, piece by piece or corked', async () => {
	const ran = await tool({
		'cli.js': `process.stderr.write('one '); process.stderr.write('two '); process.stderr.write('three');
			process.stdout.cork(); process.stdout.write('a'); process.stdout.write('b'); process.stdout.uncork(); process.exit(3);`,
	});
	expect([ran.exitCode, ran.stderr, ran.stdout]).toEqual([3, 'one two three', 'ab']);
});

test('a listener of exit may call exit', async () => {
	const ran = await tool({ 'cli.js': `process.on('exit', () => process.exit(4)); setTimeout(() => {}, 1);` });
	expect([ran.exitCode, ran.stderr]).toEqual([4, '']);
});

test('the old way to standard input', async () => {
	const code = `const input = process.openStdin(); let text = ''; input.on('data', (part) => (text += part)); input.on('end', () => console.log(text.toUpperCase()));`;
	expect(await stdoutOf(code, { input: 'words' })).toBe('WORDS\n');
});

test('a stream to a file that nobody ends is written when the program is over; the folder it stands in is there', async () => {
	await using folder = await folderOf({ 'here.txt': '' });
	const code = `const fs = require('fs'); fs.mkdirSync('.', { recursive: true }); fs.createWriteStream('out.txt').write('text');`;
	const allow = ['fs.read:$project/**', 'fs.write:$project/**'];
	expect(await stdoutOf(code, { allow, project: folder.path })).toBe('');
	expect(await readFile(join(folder.path, 'out.txt'), 'utf8')).toBe('text');
});
