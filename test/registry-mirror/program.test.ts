import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
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

test('a wrong flag is refused before anything starts', async () => {
	const child = spawn(process.execPath, [PROGRAM, '--folder', '/nowhere', '--prot', '1'], { stdio: 'ignore' });
	const [code] = (await once(child, 'exit')) as [number];
	expect(code).not.toBe(0);
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
