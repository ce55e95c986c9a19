import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';
import { installedState } from './home-state.ts';

/** Where the same operations are tried: alone, in a profile beside another, and with a content store of several homes. */
const PLACES = [
	{ place: 'a home of its own', flags: (): readonly string[] => [] },
	{ place: 'a profile', flags: (): readonly string[] => ['--profile', 'work'] },
	{ place: 'a shared store', flags: (machine: Machine): readonly string[] => ['--store', path.join(machine.folder, 'store')] },
] as const;

/** What cannot be done in a home at generation 4, where `debug` (which brings `part`) came in 2 and left in 4, and `tool` came in 3. */
const IMPOSSIBLE: readonly (readonly [words: readonly string[], exitCode: number, code: string, says: RegExp])[] = [
	[['history', '99'], 3, 'generation-not-found', /no generation 99/],
	[['history', 'x'], 2, 'usage', /"x" is not the number/],
	[['diff', '1', '99'], 3, 'generation-not-found', /no generation 99/],
	[['diff'], 2, 'usage', /argument is missing/],
	[['switch', '99', '--yes'], 3, 'generation-not-found', /no generation 99/],
	[['rollback', '99', '--yes'], 3, 'generation-not-found', /no generation 99/],
	[['undo', '99', '--yes'], 3, 'generation-not-found', /no generation 99/],
	[['undo', '0', '--yes'], 2, 'usage', /"0" is not the number/],
	[['redo', '--yes'], 3, 'generation-not-found', /Nothing was taken back/],
	[['keep', '99'], 3, 'generation-not-found', /no generation 99/],
	[['gc', '--keep', 'x'], 2, 'usage', /--keep expects a whole number/],
	[['gc', '--older-than', '-1'], 2, 'usage', /--older-than/],
	[['pin', 'debug', '--yes'], 3, 'not-installed', /debug is not installed/],
	[['unpin', 'debug', '--yes'], 3, 'not-installed', /debug is not installed/],
	[['hold', 'part', '--yes'], 3, 'not-installed', /part is not installed/],
	[['unhold', 'debug', '--yes'], 3, 'not-installed', /debug is not installed/],
	[['enable', 'debug', '--yes'], 3, 'not-installed', /debug is not installed/],
	[['disable', 'debug', '--yes'], 3, 'not-installed', /debug is not installed/],
	[['remove', 'debug', '--yes'], 3, 'not-installed', /debug is not installed/],
];

describe.each(PLACES)('in $place, offline,', ({ flags }) => {
	let registry: FakeRegistry;
	let machine: Machine;
	let words: readonly string[];
	const plugward = async (parameters: readonly string[]) => machine.json([...parameters, ...words]);
	const done = async (parameters: readonly string[]) => {
		const result = await plugward([...parameters, '--yes', '--offline']);
		expect({ parameters, exitCode: result.exitCode, error: result.envelope.error ?? null }).toEqual({
			parameters,
			exitCode: 0,
			error: null,
		});
		return result.envelope.data ?? {};
	};
	const names = async () => {
		const { data } = (await plugward(['list', '--offline'])).envelope;
		return ((data?.['plugins'] ?? []) as readonly { readonly name: string }[]).map(({ name }) => name);
	};

	beforeAll(async () => {
		registry = await startFakeRegistry();
		registry.serve('base', '1.0.0');
		registry.serve('part', '1.0.0');
		registry.serve('debug', '1.0.0', { dependencies: { part: '*' } });
		registry.serve('tool', '1.0.0');
		machine = await openMachine(registry.url);
		words = flags(machine);
		if (words.includes('--profile')) {
			expect((await machine.plugward(['profile', 'new', 'work'])).exitCode).toBe(0);
		}

		for (const parameters of [
			['install', 'base'],
			['install', 'debug'],
			['install', 'tool'],
			['remove', 'debug'],
		]) {
			expect((await plugward([...parameters, '--yes'])).exitCode).toBe(0);
		}

		await registry.close();
	}, 60_000);
	afterAll(async () => machine[Symbol.asyncDispose]());

	test.each(IMPOSSIBLE)('%j is refused in a sentence and changes nothing', async (parameters, exitCode, code, says) => {
		const before = await installedState(machine.home);
		const { exitCode: got, envelope } = await plugward([...parameters, '--offline']);
		expect({ got, code: envelope.error?.code }).toEqual({ got: exitCode, code });
		expect(envelope.error?.message).toMatch(says);
		expect(envelope.error?.hint, 'and says what to type').toMatch(/plugward|For example|Installed: /);
		expect(await installedState(machine.home)).toEqual(before);
	});

	test('every operation on generations does what it says', async () => {
		expect(await names()).toEqual(['base', 'tool']);
		const history = ((await plugward(['history', '--offline'])).envelope.data?.['generations'] ?? []) as readonly {
			readonly number: number;
		}[];
		expect(history.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
		expect((await plugward(['diff', '3', '4', '--offline'])).envelope.data?.['changes']).toMatchObject([
			{ type: 'remove', name: 'debug' },
			{ type: 'remove', name: 'part' },
		]);
		await done(['undo', '3']);
		expect(await names(), 'only that change').toEqual(['base']);
		await done(['redo']);
		expect(await names()).toEqual(['base', 'tool']);
		await done(['rollback', '2']);
		expect(await names()).toEqual(['base', 'debug']);
		await done(['rollback']);
		expect(await names()).toEqual(['base']);
		await done(['switch', '4']);
		for (const mark of ['pin', 'unpin', 'hold', 'unhold', 'disable', 'enable']) {
			await done([mark, 'tool']);
		}

		await done(['remove', 'tool']);
		expect(await names()).toEqual(['base']);
		expect((await plugward(['keep', '2', '--offline'])).exitCode).toBe(0);
		expect((await plugward(['gc', '--keep', '1', '--offline'])).envelope.data?.['keptGenerations']).toContain(2);
		await done(['switch', '2']);
		expect(await names(), 'what a kept generation needs is there').toEqual(['base', 'debug']);
		const verified = await plugward(['verify', '--offline']);
		expect(verified.envelope.data?.['findings']).toEqual([]);
	}, 60_000);
});
