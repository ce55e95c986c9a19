import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

import { createFileBroker } from '../../../source/engine/sandbox/broker/files.ts';
import { createKeeping } from '../../../source/engine/sandbox/broker/keeping.ts';
import { DEFAULT_QUOTAS } from '../../../source/engine/sandbox/broker/quotas.ts';
import { folderOf, gateOf, pluginCode, run } from './plugin-run.ts';

const { signal } = new AbortController();
const ROUNDS = process.env['PLUGWARD_THOROUGH'] === '1' ? 1500 : 150;

/** Puts a link to `target` in the place of `path` and takes it away again, as fast as it can, until it is stopped. */
const SWAPPER = `
const fs = require('node:fs');
const { workerData: { path, target, isFolder }, parentPort } = require('node:worker_threads');
let isOver = false;
parentPort.once('message', () => { isOver = true; });
const quietly = (work) => { try { work(); } catch (error) { if (!['ENOENT', 'EEXIST', 'ENOTEMPTY', 'EISDIR', 'ENOTDIR', 'EPERM'].includes(error.code)) throw error; } };
const turn = () => {
	for (let round = 0; round < 50; round++) {
		quietly(() => fs.renameSync(path, path + '.aside'));
		quietly(() => fs.symlinkSync(target, path));
		quietly(() => fs.unlinkSync(path));
		quietly(() => fs.renameSync(path + '.aside', path));
	}
	if (isOver) {
		parentPort.postMessage('over');
		parentPort.close();
	} else {
		setImmediate(turn);
	}
};
turn();
`;

function swapping(path: string, target: string) {
	const worker = new Worker(SWAPPER, { eval: true, workerData: { path, target } });
	return {
		[Symbol.asyncDispose]: async () => {
			const over = new Promise((resolve) => void worker.once('exit', resolve));
			// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin.
			worker.postMessage('stop');
			await over;
		},
	};
}

async function site() {
	return folderOf({
		'project/work/inner/a.txt': 'inside',
		'outside/inner/a.txt': 'SECRET',
		'outside/inner/only-here.txt': 'SECRET',
	});
}

const brokerOf = (path: string) =>
	createFileBroker({
		gate: gateOf(['fs.read:$project/work/**', 'fs.write:$project/work/**']),
		roots: { project: join(path, 'project'), data: null },
		forbiddenPaths: [],
		keeping: createKeeping({ storage: null, folder: null, quotas: DEFAULT_QUOTAS }),
		writtenBytes: DEFAULT_QUOTAS.writtenBytes,
	});

/** What lies outside, and what is in it. */
async function outside(path: string): Promise<unknown> {
	const names = (await readdir(join(path, 'outside'), { recursive: true })).toSorted();
	return [names, await readFile(join(path, 'outside/inner/a.txt'), 'utf8')];
}

test.each([
	['the folder itself', 'project/work', 'outside'],
	['a folder on the way', 'project/work/inner', 'outside/inner'],
	['the file', 'project/work/inner/a.txt', 'outside/inner/a.txt'],
])(
	'while %s is swapped for a link all the time, nothing outside is read or written',
	async (_, path, target) => {
		await using place = await site();
		const broker = brokerOf(place.path);
		const before = await outside(place.path);
		const answers = new Map<string, number>();
		const count = (answer: string): void => void answers.set(answer, (answers.get(answer) ?? 0) + 1);
		{
			await using _swapper = swapping(join(place.path, path), join(place.path, target));
			for (let round = 0; round < ROUNDS || (!answers.has('read inside') && round < 20 * ROUNDS); round += 1) {
				const read = await broker.readFile('$project/work/inner/a.txt', signal);
				count(read.type === 'done' ? `read ${String(read.value)}` : read.type);
				const listed = await broker.list('$project/work/inner', signal);
				count(`listed ${JSON.stringify(listed.type === 'done' ? listed.value : listed.type).includes('only-here')}`);
				const looked = await broker.stat('$project/work/inner/only-here.txt', signal);
				count(`looked ${looked.type}`);
				await broker.writeFile('$project/work/inner/a.txt', 'inside', signal);
				await broker.writeFile(`$project/work/inner/new-${round % 7}.txt`, 'written', signal);
				await broker.makeFolder(`$project/work/inner/made-${round % 5}`, signal, false);
				await broker.remove('$project/work/inner/only-here.txt', signal, false);
			}
		}

		expect(await outside(place.path)).toEqual(before);
		expect(answers.get('read SECRET')).toBeUndefined();
		expect(answers.get('listed true')).toBeUndefined();
		expect(answers.get('looked done')).toBeUndefined();
		// It was a race: sometimes the folder was there and sometimes it was not.
		expect(answers.get('read inside')).toBeGreaterThan(0);
		expect((answers.get('denied') ?? 0) + (answers.get('failed') ?? 0)).toBeGreaterThan(0);
	},
	60_000,
);

test('a plugin that reads and writes through such a folder gets nothing from outside either', async () => {
	await using place = await site();
	const before = await outside(place.path);
	let output: unknown = null;
	{
		await using _swapper = swapping(join(place.path, 'project/work'), join(place.path, 'outside'));
		({ output } = await run(
			pluginCode(`const seen = {};
			for (let round = 0; round < 100 || (seen.inside === undefined && round < 2000); round += 1) {
				await context.fs.writeFile('work/inner/a.txt', 'inside').catch(() => null);
				for (const path of ['work/inner/a.txt', 'work/inner/only-here.txt']) {
					const text = await context.fs.readFile(path).catch((error) => error.code);
					seen[text] = (seen[text] ?? 0) + 1;
				}
				await context.fs.writeFile('work/inner/b' + (round % 3) + '.txt', 'written').catch(() => null);
			}
			return Object.keys(seen);`),
			{ project: join(place.path, 'project'), allow: ['fs.read:$project/work/**', 'fs.write:$project/work/**'] },
		));
	}

	expect(output).toContain('inside');
	expect(output).not.toContain('SECRET');
	expect(await outside(place.path)).toEqual(before);
}, 60_000);
