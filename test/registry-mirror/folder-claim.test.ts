import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { startTemporaryMirror } from './temporary-mirror.ts';

const isLinux = process.platform === 'linux';

test.runIf(isLinux)('a folder is taken over from a mirror that was killed and that nobody waited for', async () => {
	// What the shell started ends, and what the shell has become never asks for it.
	const keeper = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
	try {
		const [line] = (await once(keeper.stdout, 'data')) as [Buffer];
		const id = Number(line.toString('utf8').trim());
		const statOf = async () => (await readFile(`/proc/${id}/stat`, 'utf8')).replace(/^.*\) /u, '').split(' ');
		await vi.waitFor(async () => {
			expect((await statOf())[0]).toBe('Z');
		});
		const folder = await mkdtemp(path.join(os.tmpdir(), 'plugward-mirror-'));
		await writeFile(path.join(folder, 'mirror.pid'), `${id} ${(await statOf())[19]}`);
		await using mirror = await startTemporaryMirror({ folder });
		expect((await mirror.get('-/ping')).status).toBe(200);
	} finally {
		keeper.kill('SIGKILL');
	}
});
