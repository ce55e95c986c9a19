import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { EngineError } from '../../source/engine/errors.ts';
import { textWidth } from '../../source/format.ts';
import { runtimeHeader, runtimeRow } from '../../source/screens/documents/runtime-document.ts';
import { nextRuntimeView, runtimeCommandText } from '../../source/runtime-view.ts';
import { type FakeCores, runtimeCore, runtimePlugin, sampleCores } from '../helpers/fake-cores.ts';
import { renderScreen } from '../helpers/render-screen.tsx';

describe('the runtime screen', () => {
	it.each([
		[80, 24],
		[120, 40],
		[200, 60],
	])('shows at %ix%i how each plugin does, and the log of the selected one', async (columns, rows) => {
		await using screen = renderScreen(columns, rows, { section: 'runtime' });
		await screen.until('Runtime: 3 plugins in 2 processes');
		await screen.until(/@acme\/\S* .*\+ ready +0% .* 12 MB +3\.4 /);
		await screen.until(/log-sum.* ! quarantine/);
		await screen.until(/ticker.* 60 MB/);
		await screen.until('11:59:04');
		expect(screen.text()).toContain('? slow answer');
		expect(screen.text()).toContain('! gave up');
		expect(screen.text()).toContain('same as: plugward ps');
		for (const row of screen.rows()) {
			expect(textWidth(row)).toBeLessThanOrEqual(columns);
		}
	});

	it('tells plugins of one scope apart and shows the processor and the memory on 80 columns', async () => {
		const plugins = ['@examples/greedy-notes', '@examples/log-summary'].map((name) => runtimePlugin(name));
		const cores: FakeCores = { ...sampleCores(), cores: [runtimeCore(77, plugins)] };
		await using screen = renderScreen(80, 24, { section: 'runtime', cores });
		await screen.until('> @examples/greedy-notes');
		expect(screen.text()).toMatch(/> @examples\/greedy-notes +\S \+ ready +\d+% █░+ +12 MB /);
		expect(screen.text()).toContain('  @examples/log-summary');
		expect(screen.text()).toMatch(/@examples\/greedy-notes \d\S+ /);
		expect(screen.text()).toMatch(/Memory ██░+ 12 MB of 67 MB, processor ▁+ 0%/);
	});

	it.each(Array.from({ length: 17 }, (_, index) => 60 + index * 10))(
		'has columns that stand under their heads and fit %i cells',
		(width) => {
			const [core] = sampleCores().cores;
			const plugin = runtimePlugin('@examples/log-summary');
			const row = core === undefined ? [] : runtimeRow({ key: 'x', core, plugin }, { now: 0, width });
			const text = row.map((part) => part.text).join('');
			const head = runtimeHeader(width);
			expect(text.trimEnd().length).toBeLessThanOrEqual(width);
			expect(head.length).toBe(text.length);
			expect(text.indexOf('+ ready')).toBe(head.indexOf('STATE'));
			expect(text[head.indexOf('CPU') + 2]).toBe('%');
		},
	);

	it('says how to start something when nothing runs, names a process that does not answer, and tells an error with its way out', async () => {
		const fake = { ...sampleCores(), cores: [] };
		await using empty = renderScreen(80, 24, { section: 'runtime', cores: fake });
		await empty.until('No plugin runs in this home.');
		expect(empty.text()).toContain('plugward start PLUGIN...');
		const halted = { ...sampleCores(), cores: [runtimeCore(77, [], { problem: 'Process 77 does not answer.', command: null })] };
		await using odd = renderScreen(80, 24, { section: 'runtime', cores: halted });
		await odd.until(/process 77 +! Process 77 does not answer\./);
		odd.press('r');
		await odd.until('Not now: no plugin is selected.');
		const failing: FakeCores = {
			...sampleCores(),
			failure: new EngineError('home-unsafe', 'Others may write to the state/run.', { hint: 'Type `chmod 700`.' }),
		};
		await using failed = renderScreen(80, 24, { section: 'runtime', cores: failing });
		await failed.until('Others may write to the state/run.');
		failing.failure = null;
		failed.press('R');
		await failed.until('Runtime: 3 plugins');
		await using small = renderScreen(30, 8, { section: 'runtime' });
		await small.until('Too small: 30x8');
	});

	it('reloads, stops and starts the selected plugin, and tells the command that does the same', async () => {
		const fake = sampleCores();
		await using screen = renderScreen(120, 40, { section: 'runtime', cores: fake });
		await screen.until('Runtime: 3 plugins');
		screen.press('r');
		await screen.until('@acme/notes runs as version 1.3.0. Same as: plugward reload @acme/notes');
		screen.press('s');
		await screen.until('Same as: plugward stop @acme/notes');
		fake.cores[0] = runtimeCore(4000, [runtimePlugin('@acme/notes', { phase: 'stopped', pid: null })]);
		screen.press('R');
		await screen.until('- stopped');
		screen.press('r');
		await screen.until('Not now: it is stopped.');
		screen.press('s');
		await screen.until('Same as: plugward start @acme/notes --join --pid 4000');
		expect(fake.asked).toEqual(['reload @acme/notes', 'stop @acme/notes', 'start @acme/notes in 4000']);
	});

	it('asks before it kills, and leaves without having done it', async () => {
		const fake = sampleCores();
		await using screen = renderScreen(80, 24, { section: 'runtime', cores: fake });
		await screen.until('Runtime: 3 plugins');
		screen.press('x');
		await screen.until('Its process is killed at once');
		expect(screen.text()).toContain('plugward stop @acme/notes --force');
		screen.press('escape');
		await screen.until('Runtime: 3 plugins');
		expect(fake.asked).toEqual([]);
		screen.press('x', 'return');
		await screen.until('@acme/notes was killed.');
		expect(fake.asked).toEqual(['kill @acme/notes']);
	});

	it('takes one of the grants away after it was confirmed', async () => {
		const fake = sampleCores();
		await using screen = renderScreen(80, 24, { section: 'runtime', cores: fake });
		await screen.until('Runtime: 3 plugins');
		screen.press('p');
		await screen.until('net:api.example.com:443');
		screen.press('j', 'return');
		await screen.until('This grant is taken away');
		screen.press('c');
		expect(screen.copied()).toEqual(["plugward permissions revoke @acme/notes 'net:api.example.com:443'"]);
		screen.press('return');
		await screen.until('has lost net:api.example.com:443');
		expect(fake.asked).toEqual(['revoke @acme/notes net:api.example.com:443']);
	});

	it('edits limits in a form, sets only what was changed, and says what is no amount', async () => {
		const fake = sampleCores();
		await using screen = renderScreen(80, 24, { section: 'runtime', cores: fake });
		await screen.until('Runtime: 3 plugins');
		screen.press('e');
		await screen.until('Limits of @acme/notes');
		screen.press('ctrl-u');
		screen.type('much');
		screen.press('return');
		await screen.until('--memory does not understand "much".');
		screen.press('ctrl-u');
		screen.type('128MiB');
		await screen.until('same as: plugward limits @acme/notes --memory 128MiB');
		screen.press('return');
		await screen.until('The limits of @acme/notes hold.');
		expect(fake.asked).toEqual(['limits @acme/notes {"memoryBytes":134217728}']);
	});

	it('filters the log by text and by level, and lets it stand still', async () => {
		const fake = sampleCores();
		await using screen = renderScreen(120, 40, { section: 'runtime', cores: fake });
		await screen.until('listening again');
		screen.press('w');
		await screen.until('Log, warn and worse only');
		expect(screen.text()).not.toContain('listening');
		screen.press('w', 'w', '/');
		screen.type('again');
		screen.press('return');
		await screen.until('Log, with "again"');
		expect(screen.text()).not.toContain('slow answer');
		screen.press('escape', 'f');
		await screen.until('Log, standing still');
		fake.lines.push({ number: 5, at: '2026-11-20T12:00:01.000Z', plugin: '@acme/notes', stream: 'log', text: 'brand new', pid: 4000 });
		screen.press('R');
		await sleep(50);
		expect(screen.text()).not.toContain('brand new');
		screen.press('f', 'R');
		await screen.until('brand new');
	});

	it('shows hostile lines and names as harmless text', async () => {
		const fake = sampleCores();
		fake.cores.splice(
			0,
			2,
			runtimeCore(4000, [runtimePlugin('@acme/notes', { failure: 'bad \u001B]0;title\u0007\u202Eend', phase: 'backing-off' })]),
		);
		fake.lines.splice(0, 4, {
			number: 1,
			at: '2026-11-20T12:00:00.000Z',
			plugin: '@acme/notes',
			stream: 'log',
			text: '\u001B[2J\u009B31mred\nsecond',
			pid: 4000,
		});
		await using screen = renderScreen(120, 40, { section: 'runtime', cores: fake });
		await screen.until('second');
		// oxlint-disable-next-line no-control-regex
		expect(screen.text()).not.toMatch(/[\u0007\u001B\u009B\u202E]/);
	});

	it('asks nothing while another screen is shown, and changes nothing when nothing has changed', async () => {
		const fake = sampleCores();
		fake.cores.splice(0, 2, runtimeCore(4000, [runtimePlugin('quiet')]));
		await using screen = renderScreen(80, 24, { section: 'installed', cores: fake });
		await sleep(60);
		expect(fake.looks).toBe(0);
		screen.press(String(screen.rows()[0]?.match(/(\d) Runtime/)?.[1]));
		await screen.until('Runtime: 1 plugin');
		const still = screen.state();
		await expect.poll(() => fake.looks, { timeout: 4000 }).toBeGreaterThan(2);
		expect(screen.state()).toBe(still);
		screen.press('1');
		await sleep(50);
		const before = fake.looks;
		await sleep(1100);
		expect(fake.looks).toBe(before);
	}, 15_000);
});

describe('what the runtime screen counts', () => {
	it('knows the processor use from two looks, and begins anew with another process', () => {
		const at = (cpuMilliseconds: number, pid = 1) => ({
			cores: [runtimeCore(9, [runtimePlugin('a', { cpuMilliseconds, pid, callsPerSecond: 2 })])],
			lines: [],
		});
		const first = nextRuntimeView(null, at(100), 0);
		expect(first.trails['9 a']?.cpuPercent).toBe(0);
		const second = nextRuntimeView(first, at(600), 1000);
		expect(second.trails['9 a']).toMatchObject({ cpuPercent: 50, rates: [0, 0, 0, 0, 0, 0, 2, 2] });
		expect(second.trails['9 a']?.cpu.slice(-3)).toEqual([0, 0, 50]);
		expect(second.trails['9 a']?.cpu).toHaveLength(first.trails['9 a']?.cpu.length ?? 0);
		expect(nextRuntimeView(second, at(5000, 2), 1000).trails['9 a']?.cpuPercent).toBe(0);
	});

	it('names the process in commands only when several have the plugin', () => {
		const act = { type: 'stop', plugin: 'a', pid: 7 } as const;
		expect(runtimeCommandText({ ...act, isOneOfSeveral: false })).toBe('stop a');
		expect(runtimeCommandText({ ...act, isOneOfSeveral: true })).toBe('stop a --pid 7');
	});
});

it('keeps names that can be told apart, heads over their columns, and every row inside of its width', () => {
	const core = runtimeCore(4100, []);
	const plugin = runtimePlugin('@examples/link-checker');
	for (let width = 34; width <= 200; width += 1) {
		const row = runtimeRow({ key: '', core, plugin }, { now: 0, width })
			.map(({ text }) => text)
			.join('');
		const header = runtimeHeader(width);
		expect(textWidth(row)).toBeLessThanOrEqual(width);
		expect(header.indexOf('STATE')).toBe(row.indexOf('+ ready'));
		if (width >= 59) {
			expect(row).toMatch(/^(@examples|…)\/link-c/);
		}
	}
});
