import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine, type RunningCommand } from './command.ts';
import { filesIn, installedState } from './home-state.ts';
import { servePlugin } from './plugin-packages.ts';

let registry: FakeRegistry;
let machine: Machine;

beforeEach(async () => {
	registry = await startFakeRegistry();
	registry.serve('first', '1.0.0');
	servePlugin(registry, ['second', '1.0.0'], { execute: 'return 2;', manifest: { dependencies: { shared: '*' } } });
	registry.serve('shared', '1.0.0', {}, { 'index.js': 'module.exports = 1;\n' });
	registry.serve('third', '1.0.0');
	machine = await openMachine(registry.url);
});

afterEach(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

/** Resolves once a line of `--events` says so; fails when the command ends before. */
async function lineOf(running: RunningCommand, words: string): Promise<void> {
	while (!running.output.stdout.includes(words)) {
		if (running.child.exitCode !== null) {
			throw new Error(`it ended without ${words}: ${running.output.stdout}${running.output.stderr}`);
		}

		await Promise.race([once(running.child.stdout ?? running.child, 'data'), running.ended]);
	}
}

async function installed(): Promise<{ readonly generation: unknown; readonly names: readonly string[] }> {
	const { exitCode, envelope } = await machine.json(['list']);
	expect(exitCode).toBe(0);
	const { generation, plugins } = envelope.data as { readonly generation: number; readonly plugins: readonly { readonly name: string }[] };
	return { generation, names: plugins.map(({ name }) => name) };
}

test('whoever reads while others install sees one whole generation after the other', async () => {
	const writing = (async () => {
		for (const name of ['first', 'second', 'third']) {
			expect(await machine.plugward(['install', name, '--yes'])).toMatchObject({ exitCode: 0 });
		}

		return 'done' as const;
	})();
	const whole = [[], ['first'], ['first', 'second'], ['first', 'second', 'third']];
	let isOver = false;
	while (!isOver) {
		const { generation, names } = await installed();
		expect(names).toEqual(whole[Number(generation)]);
		isOver = (await Promise.race([writing, Promise.resolve('going on')])) === 'done';
	}

	expect(await installed()).toEqual({ generation: 3, names: ['first', 'second', 'third'] });
});

test('an install killed while it fetches leaves the generation before, and the next one succeeds', async () => {
	expect((await machine.plugward(['install', 'first', '--yes'])).exitCode).toBe(0);
	const before = await installedState(machine.home);
	registry.fault({ path: '/shared/-/shared-1.0.0.tgz', kind: 'hang', times: 1 });
	const running = machine.start(['install', 'second', '--yes']);
	await expect.poll(() => registry.requestsTo('/shared/-/shared-1.0.0.tgz').length, { timeout: 10_000, interval: 20 }).toBe(1);
	running.child.kill('SIGKILL');
	expect((await running.ended).exitCode).toBeNull();
	expect(await installedState(machine.home)).toEqual(before);
	expect(await installed()).toEqual({ generation: 1, names: ['first'] });

	expect((await machine.plugward(['install', 'second', '--yes'])).exitCode).toBe(0);
	expect(await installed()).toEqual({ generation: 2, names: ['first', 'second'] });
	expect((await machine.plugward(['verify'])).exitCode).toBe(0);
	expect(await filesIn(machine.home, 'store/staging')).toEqual([]);
});

test.each(['"event":"fetch-progress"', '"step":"bundle"', '"step":"switch"', '"event":"result"'])(
	'an install killed at %s leaves the old or the new generation whole, and the next command goes on from there',
	async (moment) => {
		expect((await machine.plugward(['install', 'first', '--yes'])).exitCode).toBe(0);
		const before = await installedState(machine.home);
		const running = machine.start(['install', 'second', '--yes', '--events']);
		await lineOf(running, moment);
		running.child.kill('SIGKILL');
		await running.ended;

		const { generation, names } = await installed();
		expect([
			{ generation: 1, names: ['first'] },
			{ generation: 2, names: ['first', 'second'] },
		]).toContainEqual({ generation, names });
		// What was there before is there still, to the byte; only `current` may have moved on.
		const { current: _, ...generations } = before;
		expect(await installedState(machine.home)).toMatchObject(generations);

		expect((await machine.plugward(['install', 'second', 'third', '--yes'])).exitCode).toBe(0);
		expect((await installed()).names).toEqual(['first', 'second', 'third']);
		expect((await machine.plugward(['verify'])).exitCode).toBe(0);
		expect((await machine.json(['run', 'second', 'go'])).envelope.data).toMatchObject({ output: 2 });
		expect(await filesIn(machine.home, 'store/staging')).toEqual([]);
		expect(await filesIn(machine.home, 'state/journal')).toEqual([]);
	},
);

test('of two installs at once each lands or says that the other came first; none is half there', async () => {
	const results = await Promise.all(['first', 'second'].map((name) => machine.json(['install', name, '--yes'])));
	const landed = results.filter(({ exitCode }) => exitCode === 0).length;
	expect(landed).toBeGreaterThan(0);
	for (const { exitCode, envelope } of results) {
		expect({ exitCode, code: envelope.error?.code ?? null }).toEqual(
			exitCode === 0 ? { exitCode: 0, code: null } : { exitCode: 8, code: 'plan-stale' },
		);
	}

	expect(await installed()).toMatchObject({ generation: landed, names: { length: landed } });
	expect((await machine.plugward(['verify'])).exitCode).toBe(0);
});

test('a rollback in another process is what the next command sees', async () => {
	expect((await machine.plugward(['install', 'first', '--yes'])).exitCode).toBe(0);
	expect((await machine.plugward(['install', 'second', '--yes'])).exitCode).toBe(0);
	await registry.close();
	expect((await machine.plugward(['rollback', '--yes'])).exitCode).toBe(0);
	expect(await installed()).toEqual({ generation: 1, names: ['first'] });
	expect((await machine.json(['run', 'second', 'go'])).envelope).toMatchObject({ ok: false, error: { code: 'not-installed' } });
});
