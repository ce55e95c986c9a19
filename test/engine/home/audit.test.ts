import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AUDIT_START, verifyAuditLog } from '../../../source/engine/audit-chain.ts';
import { openHome } from '../../../source/engine/home/index.ts';
import { install, sample, signal, temporaryFolder, waiting } from './temporary-home.ts';

const CHILD = new URL('mutex-child.ts', import.meta.url).pathname;

async function freshHome() {
	const folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const home = await openHome({ path, waitMilliseconds: 1000 });
	const log = async () => readFile(home.layout.audit, 'utf8');
	const events = async () =>
		(await log())
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
	return { path, home, log, events, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

test('each operation leaves one line, and each line continues the one before it', async () => {
	await using scene = await freshHome();
	await install(scene.home, [sample('one')]);
	await scene.home.withMutex(() => scene.home.switchTo(0, { signal, command: 'rollback 0' }), waiting);
	await scene.home.appendAudit({ event: 'denied' });
	scene.home.appendAuditSync({ event: 'denied-again' });
	expect((await scene.events()).map(({ event, seq }) => [seq, event])).toEqual([
		[1, 'generation-committed'],
		[2, 'generation-switched'],
		[3, 'denied'],
		[4, 'denied-again'],
	]);
	expect(verifyAuditLog(await scene.log())).toMatchObject({ events: 4, brokenAt: null });
});

test('a line that was not written to its end is taken out, and that is on record', async () => {
	await using scene = await freshHome();
	await install(scene.home, [sample('one')]);
	await appendFile(scene.home.layout.audit, '{"torn');
	await scene.home.appendAudit({ event: 'denied' });
	expect((await scene.events()).map(({ event, bytes, sha256 }) => [event, bytes, sha256])).toEqual([
		['generation-committed', undefined, undefined],
		['audit-torn-line-removed', 6, createHash('sha256').update('{"torn').digest('hex')],
		['denied', undefined, undefined],
	]);
	expect(verifyAuditLog(await scene.log()).brokenAt).toBeNull();
});

test('recovery takes the torn line out as well, and says so', async () => {
	await using scene = await freshHome();
	await install(scene.home, [sample('one')]);
	await truncate(scene.home.layout.audit, (await scene.log()).length - 9);
	expect((await scene.home.recover()).actions).toEqual(['Took a line out of the audit log that was not written to its end.']);
	expect((await scene.events()).map(({ event }) => event)).toEqual(['audit-torn-line-removed']);
	expect(verifyAuditLog(await scene.log())).toMatchObject({ events: 1, brokenAt: null });
	expect((await scene.home.recover()).actions).toEqual([]);
});

test('a line that somebody changed or took out breaks the chain there, whatever is added later', async () => {
	await using scene = await freshHome();
	for (const event of ['a', 'b', 'c']) {
		await scene.home.appendAudit({ event });
	}

	const lines = (await scene.log()).split('\n');
	await writeFile(scene.home.layout.audit, [lines[0], lines[1]?.replace('"b"', '"x"'), lines[2], ''].join('\n'));
	expect(verifyAuditLog(await scene.log()).brokenAt).toBe(3);
	await writeFile(scene.home.layout.audit, [lines[0], lines[2], ''].join('\n'));
	expect(verifyAuditLog(await scene.log()).brokenAt).toBe(2);
	await writeFile(scene.home.layout.audit, [lines[0], lines[1], 'not ours', ''].join('\n'));
	await scene.home.appendAudit({ event: 'd' });
	expect(verifyAuditLog(await scene.log())).toMatchObject({ events: 2, brokenAt: 3 });
	expect(await scene.events().catch(() => 'not all JSON')).toBe('not all JSON');
	const added = JSON.parse((await scene.log()).trimEnd().split('\n').at(-1) ?? '') as object;
	expect(added).toMatchObject({ seq: 3, prev: createHash('sha256').update('not ours').digest('hex') });
});

test('lines longer than what is read at once are continued', async () => {
	await using scene = await freshHome();
	for (const length of [10, 70_000, 200_000, 10]) {
		await scene.home.appendAudit({ event: 'long', text: 'x'.repeat(length) });
	}

	await appendFile(scene.home.layout.audit, 'y'.repeat(150_000));
	await scene.home.appendAudit({ event: 'last' });
	expect(verifyAuditLog(await scene.log())).toMatchObject({ events: 6, brokenAt: null });
});

test('three processes that write at once make one chain', { timeout: 60_000 }, async () => {
	await using scene = await freshHome();
	const children = ['a', 'b', 'c'].map((name) =>
		fork(CHILD, ['audit', scene.path, name], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
	);
	for (let round = 0; round < 20; round += 1) {
		scene.home.appendAuditSync({ event: 'parent', round });
		await scene.home.appendAudit({ event: 'parent', round });
	}

	expect(await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number))).toEqual([0, 0, 0]);
	expect(verifyAuditLog(await scene.log())).toMatchObject({ events: 40 + 3 * 100, brokenAt: null });
});

test('a process killed while it writes leaves a chain that goes on', { timeout: 60_000 }, async () => {
	await using scene = await freshHome();
	for (let round = 0; round < 5; round += 1) {
		const child = fork(CHILD, ['audit', scene.path, `r${round}`, 'forever'], {
			execArgv: [],
			stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
		});
		await once(child, 'message');
		child.kill('SIGKILL');
		await once(child, 'exit');
		await scene.home.appendAudit({ event: 'after', round });
	}

	const { events, end, brokenAt } = verifyAuditLog(await scene.log(), AUDIT_START);
	expect(brokenAt).toBeNull();
	expect(end.seq).toBe(events);
	expect((await scene.events()).filter(({ event }) => event === 'after')).toHaveLength(5);
});

test('the line of an interrupted operation is found however much was written since', async () => {
	await using scene = await freshHome();
	await install(scene.home, [sample('one')]);
	const operation = (await scene.events())[0]?.['operation'] as string;
	await scene.home.appendAudit({ event: 'noise', text: 'x'.repeat(100_000) });
	const intent = { format: 1, operation, type: 'commit', from: 0, to: 1, command: 'install one', user: 'x', startedAt: '', artefacts: [] };
	await writeFile(join(scene.home.layout.journal, `${operation}.json`), JSON.stringify(intent));
	expect((await scene.home.recover()).actions).toHaveLength(1);
	expect((await scene.events()).filter(({ event }) => event === 'generation-committed')).toHaveLength(1);
});
