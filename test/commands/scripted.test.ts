import { describe, expect, it } from 'vitest';
import { EXIT_CODE_WORDS } from '../../source/commands/help.ts';
import { type ErrorCode, EngineError } from '../../source/engine/index.ts';
import { applyingEngine, planOf, standInEngine } from './engine-stand-in.ts';
import { plugward } from './run-command-line.ts';

const EMPTY = { generation: 0, plugins: [], packageCount: 0, storeBytes: 0, overrides: [] };

describe('exit codes', () => {
	const cases: readonly (readonly [ErrorCode, number])[] = [
		['internal', 1],
		['usage', 2],
		['settings-invalid', 2],
		['package-not-found', 3],
		['not-installed', 3],
		['authentication-required', 4],
		['integrity-mismatch', 5],
		['policy-refused', 5],
		['no-solution', 6],
		['no-matching-version', 6],
		['registry-unreachable', 7],
		['registry-response-invalid', 7],
		['tarball-truncated', 7],
		['offline-missing', 7],
		['home-busy', 8],
		['plan-stale', 8],
		['consent-required', 9],
		['cancelled', 130],
	];

	it.each(cases)('%s ends with %i, a sentence, a hint, and nothing on standard output', async (code, exitCode) => {
		const ran = await plugward(['list'], { engine: failing(new EngineError(code, 'What happened.', { hint: 'What to do.' })) });
		expect(ran).toMatchObject({ exitCode, stdout: '', stderr: 'error: What happened.\nhint: What to do.\n' });
	});

	it('are all in the help', () => {
		const told = new Set(EXIT_CODE_WORDS.map(([code]) => code));
		expect(cases.filter(([, exitCode]) => !told.has(exitCode))).toEqual([]);
	});

	it('say 1 for a mistake of ours, with its words', async () => {
		const { exitCode, stderr } = await plugward(['list'], { engine: failing(new TypeError('x is not a function')) });
		expect(exitCode).toBe(1);
		expect(stderr).toContain('error: Something inside plugward went wrong: x is not a function');
	});
});

describe('--json', () => {
	it('prints one document with the envelope', async () => {
		const { stdout, stderr } = await plugward(['list', '--json'], { engine: standInEngine({ list: async () => EMPTY }) });
		expect(JSON.parse(stdout)).toEqual({ schema: 'plugward/v1', command: 'list', ok: true, data: EMPTY, warnings: [] });
		expect(stderr).toBe('');
	});

	it('prints failures on standard output too, so that a pipe always gets a document', async () => {
		const error = new EngineError('no-solution', 'a needs b 1.\nc needs b 2.', { hint: 'Drop c.', details: { conflict: ['a', 'c'] } });
		const { exitCode, stdout, stderr } = await plugward(['list', '--json'], { engine: failing(error) });
		expect(exitCode).toBe(6);
		expect(JSON.parse(stdout)).toEqual({
			schema: 'plugward/v1',
			command: 'list',
			ok: false,
			error: { code: 'no-solution', message: 'a needs b 1.\nc needs b 2.', hint: 'Drop c.', details: { conflict: ['a', 'c'] } },
			warnings: [],
		});
		expect(stderr).toContain('error: a needs b 1.\nc needs b 2.\nhint: Drop c.');
	});

	it('prints one also for a command line that cannot be read', async () => {
		const { exitCode, stdout } = await plugward(['frobnicate', '--json']);
		expect(exitCode).toBe(2);
		expect(JSON.parse(stdout)).toMatchObject({ schema: 'plugward/v1', command: null, ok: false, error: { code: 'usage' } });
	});

	it('collects warnings instead of printing them', async () => {
		const engine = standInEngine({
			list: async ({ onEvent }) => {
				onEvent({ type: 'notice', severity: 'warning', code: 'skew', text: 'The clock is wrong.' });
				onEvent({ type: 'notice', severity: 'warning', code: 'skew', text: 'The clock is wrong.' });
				return EMPTY;
			},
		});
		const { stdout, stderr } = await plugward(['list', '--json'], { engine });
		expect(JSON.parse(stdout).warnings).toEqual([{ code: 'skew', text: 'The clock is wrong.' }]);
		expect(stderr).toBe('');
		expect((await plugward(['list'], { engine })).stderr).toBe('warning: The clock is wrong.\n');
	});
});

describe('--events', () => {
	it('prints every event as a numbered line and the result last', async () => {
		const { engine } = applyingEngine(planOf(), {
			planInstall: async (_, { onEvent }) => {
				onEvent({ type: 'step-started', step: 'resolve', detail: 'left-pad' });
				onEvent({ type: 'step-finished', step: 'resolve', milliseconds: 3, failed: false });
				return planOf();
			},
		});
		const { exitCode, stdout } = await plugward(['install', 'left-pad', '--events', '--yes'], { engine });
		const lines = stdout
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line));
		expect(exitCode).toBe(0);
		expect(lines.map(({ v, seq, event }) => [v, seq, event])).toEqual([
			[1, 1, 'step-started'],
			[1, 2, 'step-finished'],
			[1, 3, 'result'],
		]);
		expect(lines[0]).toMatchObject({ step: 'resolve', detail: 'left-pad', t: expect.stringMatching(/^\d{4}-.*Z$/) });
		expect(lines[2]).toMatchObject({ schema: 'plugward/v1', ok: true, data: { outcome: 'applied', toGeneration: 4 } });
	});

	it('ends with a result also when the command fails', async () => {
		const { stdout } = await plugward(['list', '--events'], { engine: failing(new EngineError('home-busy', 'Busy.')) });
		expect(JSON.parse(stdout)).toMatchObject({ event: 'result', ok: false, error: { code: 'home-busy' } });
	});
});

describe('progress', () => {
	const engine = standInEngine({
		list: async ({ onEvent }) => {
			onEvent({ type: 'step-started', step: 'fetch', detail: '3 packages' });
			onEvent({ type: 'fetch-planned', packages: 3, unpackedBytes: 12_400_000, unknownSizes: 1 });
			onEvent({ type: 'fetch-progress', id: 'a', receivedBytes: 10, totalBytes: 40, unpackedBytes: 12_400_000, finished: false });
			onEvent({ type: 'step-finished', step: 'fetch', milliseconds: 1234, failed: false });
			return EMPTY;
		},
	});

	it('is silent where nobody watches', async () => {
		expect((await plugward(['list'], { engine })).stderr).toBe('');
	});

	it('is one line per step with --verbose', async () => {
		expect((await plugward(['list', '--verbose'], { engine })).stderr).toBe('+ fetch   3 packages  1.2 s\n');
	});

	it('leaves one line per step on a terminal', async () => {
		const { stderr } = await plugward(['list', '--no-color'], { engine, answers: [] });
		expect(stderr).toContain('  fetch 3 packages ...');
		expect(stderr).toContain('  fetch 3 packages, 0.0 of at least 12.4 MB ...');
		expect(stderr.split('\r\u001B[K').at(-1)).toBe('+ fetch   3 packages  1.2 s\n');
	});

	it('rewrites nothing on a terminal that only knows lines', async () => {
		const { stderr } = await plugward(['list'], { engine, answers: [], environment: { TERM: 'dumb' } });
		expect(stderr).toBe('+ fetch   3 packages  1.2 s\n');
	});

	it('is silent with --quiet', async () => {
		expect((await plugward(['list', '--quiet'], { engine, answers: [] })).stderr).toBe('');
	});
});

describe('colour', () => {
	const engine = standInEngine({
		list: async () => ({ ...EMPTY, generation: 1 }),
		verify: async () => ({ generation: 1, packagesChecked: 0, filesChecked: 0, bytesChecked: 0, findings: [], repaired: [], packages: [] }),
	});
	const isColoured = async (words: readonly string[], environment: Record<string, string>, isTerminal: boolean) =>
		(
			await plugward(['verify', ...words], {
				engine,
				environment: { XDG_CONFIG_HOME: '/nowhere', ...environment },
				...(isTerminal ? { answers: [] } : {}),
			})
		).stdout.includes('\u001B[');

	it.each([
		[[], {}, true, true],
		[[], {}, false, false],
		[[], { NO_COLOR: '1' }, true, false],
		[[], { NO_COLOR: '0' }, true, false],
		[[], { NO_COLOR: '' }, true, true],
		[[], { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
		[[], { FORCE_COLOR: '1' }, false, true],
		[[], { FORCE_COLOR: '0' }, true, false],
		[[], { TERM: 'dumb' }, true, false],
		[['--no-color'], { FORCE_COLOR: '1' }, true, false],
		[['--color'], { NO_COLOR: '1' }, false, true],
	])('%j with %o on a terminal: %s -> %s', async (words, environment, isTerminal, expected) => {
		expect(await isColoured(words, environment, isTerminal)).toBe(expected);
	});
});

describe('without a command', () => {
	it('opens the screen for a person at a terminal', async () => {
		const { exitCode, hasOpenedScreen, engineOptions } = await plugward(['--home', '/a', '--offline'], {
			engine: standInEngine({}),
			answers: [],
		});
		expect(exitCode).toBe(0);
		expect(hasOpenedScreen).toBe(true);
		expect(engineOptions).toMatchObject({ home: '/a', offline: true });
	});

	it('exits as the screen was left', async () => {
		expect((await plugward([], { engine: standInEngine({}), answers: [], screenExitCode: 130 })).exitCode).toBe(130);
	});

	it.each([
		['no terminal', undefined, {}],
		['TERM=dumb', [], { TERM: 'dumb' }],
		['CI', [], { CI: 'true' }],
	])('shows the help on standard error and exits with 2: %s', async (_, answers, environment) => {
		const ran = await plugward([], { ...(answers === undefined ? {} : { answers }), environment });
		expect(ran.exitCode).toBe(2);
		expect(ran.hasOpenedScreen).toBe(false);
		expect(ran.stdout).toBe('');
		expect(ran.stderr).toContain('plugward <command> [flags]');
	});

	it('takes CI=false for no CI', async () => {
		expect(
			(await plugward([], { engine: standInEngine({}), answers: [], environment: { CI: 'false', XDG_CONFIG_HOME: '/nowhere' } }))
				.hasOpenedScreen,
		).toBe(true);
	});
});

describe('what reaches the engine', () => {
	it('is what the flags say', async () => {
		const engine = standInEngine({ list: async () => EMPTY });
		const { engineOptions } = await plugward(
			['list', '--home', '/a b', '--registry', 'https://me:secret@r.example/', '--offline', '--wait', '2.5', '--json'],
			{ engine, cwd: '/project' },
		);
		expect(engineOptions).toMatchObject({
			home: '/a b',
			registry: 'https://me:secret@r.example/',
			offline: true,
			cwd: '/project',
			waitMilliseconds: 2500,
			command: "list --home '/a b' --registry https://r.example/ --offline --wait 2.5",
		});
	});

	it('waits ten seconds for another plugward when nothing is said', async () => {
		const { engineOptions } = await plugward(['list'], { engine: standInEngine({ list: async () => EMPTY }) });
		expect(engineOptions).toMatchObject({ home: null, registry: null, offline: false, waitMilliseconds: 10_000 });
	});

	it('is no task input, which may be a secret', async () => {
		const { engineOptions } = await plugward(['run', 'x', '--input', '{"password":"p"}'], { engine: standInEngine({}) });
		expect(engineOptions?.command).toBe('run x --input ...');
	});

	it('is nothing when --wait is no number', async () => {
		expect(await plugward(['list', '--wait', 'long'])).toMatchObject({ exitCode: 2, engineOptions: null });
	});
});

describe('--version and --help', () => {
	it('answer on standard output without the engine', async () => {
		expect(await plugward(['--version'])).toMatchObject({ exitCode: 0, stdout: '1.2.3\n', engineOptions: null });
		expect(await plugward(['list', '--version'])).toMatchObject({ exitCode: 0, stdout: '1.2.3\n' });
		const help = await plugward(['install', '--help']);
		expect(help).toMatchObject({ exitCode: 0, engineOptions: null });
		expect(help.stdout).toContain('--accept-trust LEVEL');
	});

	it('fits the help of every command into eighty columns', async () => {
		for (const words of [['help'], ['help', 'install'], ['help', 'run']]) {
			const { stdout } = await plugward([...words], { answers: [], environment: { NO_COLOR: '1' } });
			const examples = stdout.indexOf('Examples');
			const tooLong = stdout
				.slice(0, examples === -1 ? undefined : examples)
				.split('\n')
				.filter((line) => line.length > 80);
			expect(tooLong).toEqual([]);
		}
	});
});

function failing(error: Error) {
	return standInEngine({
		list: async () => {
			throw error;
		},
	});
}
