import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../registry-mirror/main.ts', import.meta.url));

test.each(['SIGINT', 'SIGTERM'] as const)(
	'the program prints its address, keeps its token off the screen and ends cleanly on %s',
	async (signal) => {
		await using folder = await temporaryFolder();
		const child = spawn(process.execPath, [PROGRAM, '--folder', folder.path, '--port', '0', '--log'], {
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
		const url = await firstLine(child, stdout);
		expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/u);

		const file = path.join(folder.path, 'token');
		const token = (await readFile(file, 'utf8')).trim();
		expect((await stat(file)).mode & 0o077).toBe(0);
		expect((await fetch(`${url}-/ping`)).status).toBe(401);
		expect((await fetch(`${url}-/ping`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);

		child.kill(signal);
		expect(await once(child, 'exit')).toEqual([0, null]);
		expect(stdout.text + stderr.text).not.toContain(token);
		expect(stderr.text).toContain('GET /-/ping 200');
		expect(await readdir(folder.path)).not.toContain('mirror.pid');
	},
);

test('the token outlives the program, and a second program on the same folder does not replace it', async () => {
	await using folder = await temporaryFolder();
	const file = path.join(folder.path, 'token');
	const first = spawn(process.execPath, [PROGRAM, '--folder', folder.path, '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
	await firstLine(first, collect(first.stdout));
	const token = await readFile(file, 'utf8');
	const second = spawn(process.execPath, [PROGRAM, '--folder', folder.path, '--port', '0'], { stdio: 'ignore' });
	expect((await once(second, 'exit'))[0]).not.toBe(0);
	expect(await readFile(file, 'utf8')).toBe(token);

	first.kill('SIGTERM');
	await once(first, 'exit');
	const third = spawn(process.execPath, [PROGRAM, '--folder', folder.path, '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
	await firstLine(third, collect(third.stdout));
	expect(await readFile(file, 'utf8')).toBe(token);
	third.kill('SIGTERM');
	await once(third, 'exit');
});

test.each([
	['--prot', '1', 2, /--prot/],
	['--port', '99999', 2, /^plugward-mirror: --port takes a whole number from 0 to 65535\.\n$/],
	['--port', 'http', 2, /^plugward-mirror: --port takes a whole number/],
	['--open', 'extra', 2, /^plugward-mirror: "extra" belongs to no option\. See: plugward-mirror --help\n$/],
	['--upstream', 'nowhere', 2, /The upstream must be an http or https URL .*\n$/],
	['--folder', fileURLToPath(import.meta.url), 1, /^plugward-mirror: E[A-Z]+: [^\n]*\n$/],
])('%s %s is refused in one sentence before anything is served', async (flag, value, exitCode, says) => {
	await using folder = await temporaryFolder();
	const words = flag === '--folder' ? [flag, value] : ['--folder', folder.path, flag, value];
	const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
	const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
	expect((await once(child, 'close'))[0]).toBe(exitCode);
	expect(stderr.text).toMatch(says);
	expect(stdout.text).toBe('');
});

test('a port that is taken is told with what to do about it', async () => {
	await using folder = await temporaryFolder();
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? String(address.port) : '';
	const child = spawn(process.execPath, [PROGRAM, '--folder', folder.path, '--port', port], { stdio: ['ignore', 'ignore', 'pipe'] });
	const stderr = collect(child.stderr);
	expect((await once(child, 'close'))[0]).toBe(1);
	server.close();
	expect(stderr.text).toContain(`plugward-mirror: Port ${port} is in use already; choose another with --port, or 0 for any free one.\n`);
});

async function temporaryFolder() {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'plugward-mirror-'));
	return {
		path: folder,
		async [Symbol.asyncDispose]() {
			await rm(folder, { recursive: true, force: true });
		},
	};
}

function collect(stream: NodeJS.ReadableStream): { text: string } {
	const collected = { text: '' };
	stream.on('data', (chunk: Buffer) => {
		collected.text += chunk.toString();
	});
	return collected;
}

async function firstLine(child: ChildProcess, stdout: { readonly text: string }): Promise<string> {
	while (!stdout.text.includes('\n')) {
		await Promise.race([
			once(child.stdout ?? child, 'data'),
			once(child, 'exit').then(() => Promise.reject(new Error('The program ended.'))),
		]);
	}

	return stdout.text.slice(0, stdout.text.indexOf('\n'));
}
