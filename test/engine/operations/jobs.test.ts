import { spawnSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Job } from '../../../source/engine/index.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

const job = (id: string, more: Partial<Job> = {}): Job => ({
	id,
	title: 'Apply: update a',
	command: 'update a --yes',
	status: 'running',
	startedAt: `2026-11-20T10:00:${id.padStart(2, '0')}.000Z`,
	endedAt: null,
	pid: process.pid,
	sentences: [],
	isSeen: false,
	...more,
});

test('jobs are kept newest first, replaced by name, and one whose process died is lost', async () => {
	await using temporary = await openTemporaryEngine('http://127.0.0.1:1/');
	const { engine, call } = temporary;
	const { pid } = spawnSync('true');
	await engine.jobs.record(job('1'), call);
	await engine.jobs.record(job('2', { pid }), call);
	await engine.jobs.record(job('1', { status: 'done', endedAt: '2026-11-20T10:01:00.000Z', sentences: ['Done.'] }), call);
	expect((await engine.jobs.list(call)).map(({ id, status }) => [id, status])).toEqual([
		['2', 'lost'],
		['1', 'done'],
	]);
	const later = await temporary.reopen();
	expect(await later.jobs.clear(call)).toBe(2);
	expect(await later.jobs.list(call)).toEqual([]);
});

test('only the newest fifty stay, what cannot be read is left out, and what runs is not forgotten', async () => {
	await using temporary = await openTemporaryEngine('http://127.0.0.1:1/');
	const { engine, call, home } = temporary;
	for (let number = 1; number <= 52; number += 1) {
		await engine.jobs.record(job(String(number), { status: 'done', startedAt: new Date(number * 1000).toISOString() }), call);
	}

	expect(await readdir(join(home, 'state/jobs'))).toHaveLength(50);
	await writeFile(join(home, 'state/jobs/bad.json'), '{');
	await engine.jobs.record(job('99'), call);
	expect(await engine.jobs.clear(call)).toBe(49);
	expect((await engine.jobs.list(call)).map(({ id }) => id)).toEqual(['99']);
	expect((await engine.doctor({ ...call, fix: false })).checks.filter(({ id, state }) => id === 'home' && state === 'fail')).toEqual([]);
});
