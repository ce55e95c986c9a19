import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Engine, EngineError, type RunRequest, type RunResult } from '../../source/engine/index.ts';
import { standInEngine } from './engine-stand-in.ts';
import { plugward } from './run-command-line.ts';

const RESULT: RunResult = {
	plugin: '@a/b',
	version: '1.0.0',
	task: 'check',
	level: 'unknown',
	output: 'done',
	milliseconds: 120,
	peakMemoryBytes: 4_200_000,
	denied: [],
};

const folders: string[] = [];

afterEach(async () => {
	await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

describe('the input of run', () => {
	it.each([
		[[], {}],
		[['--input', '{"a":1}'], { a: 1 }],
		[['--input', '"text"'], 'text'],
		[
			['--input', '[1,2]'],
			[1, 2],
		],
		[['--input', '-'], { from: 'standard input' }],
	])('%j is passed on as JSON', async (words, input) => {
		const { engine, requests } = recording();
		await plugward(['run', '@a/b', 'check', ...words], { engine, input: '{"from":"standard input"}' });
		expect(requests).toEqual([{ target: '@a/b', task: 'check', input, allow: [] }]);
	});

	it('is read from a file beside the caller', async () => {
		const cwd = await mkdtemp(path.join(tmpdir(), 'plugward-run-'));
		folders.push(cwd);
		await writeFile(path.join(cwd, 'input.json'), '{"a":2}');
		const { engine, requests } = recording();
		await plugward(['run', '@a/b', '--input', '@input.json'], { engine, cwd });
		expect(requests[0]).toMatchObject({ task: null, input: { a: 2 } });
		const missing = await plugward(['run', '@a/b', '--input', '@nothing.json'], { engine, cwd });
		expect(missing.exitCode).toBe(2);
		expect(missing.stderr).toContain('error: The file "nothing.json" cannot be read: ENOENT.');
	});

	it('must be JSON', async () => {
		const { exitCode, stderr } = await plugward(['run', '@a/b', '--input', 'hello'], { engine: standInEngine({}) });
		expect(exitCode).toBe(2);
		expect(stderr).toContain('error: The value of --input is not JSON.');
	});

	it('stops waiting for standard input when interrupted', async () => {
		const { engine } = recording();
		const { exitCode } = await plugward(['run', '@a/b', '--input', '-'], { engine, answers: [], interrupt: AbortSignal.timeout(20) });
		expect(exitCode).toBe(130);
	});
});

describe('permissions of one run', () => {
	it('are granted with or without the plugin', async () => {
		const { engine, requests } = recording();
		await plugward(['run', '@a/b@1.0.0', '--allow', 'net:a.example', '--allow', '@a/b=env:HOME'], { engine });
		expect(requests[0]?.allow).toEqual([
			{ type: 'net', host: 'a.example', port: 443, reason: '' },
			{ type: 'env', name: 'HOME', reason: '' },
		]);
	});

	it('for another plugin are a mistake', async () => {
		const { exitCode, stderr } = await plugward(['run', '@a/b', '--allow', 'other=env:HOME'], { engine: standInEngine({}) });
		expect(exitCode).toBe(2);
		expect(stderr).toContain('hint: Type: --allow env:HOME');
	});
});

describe('what a task returns', () => {
	it('is alone on standard output; how it went stands on standard error', async () => {
		const denied = [{ permission: 'net:a.example:443', count: 2, hint: 'Grant it with: --allow @a/b=net:a.example:443' }];
		const { stdout, stderr } = await plugward(['run', '@a/b'], { engine: returning({ ...RESULT, denied }) });
		expect(stdout).toBe('done\n');
		expect(stderr).toContain('@a/b 1.0.0, task check, level unknown: 120 ms, 4.2 MB at most.');
		expect(stderr).toContain('! denied 2 times: net:a.example:443');
		expect(stderr).toContain('--allow @a/b=net:a.example:443');
	});

	it('names flags so that they can be pasted, whatever path a plugin asked for', async () => {
		const denied = [{ permission: 'fs.read:/x', count: 1, hint: "Grant it with: --allow @a/b=fs.read:$project/x; rm -rf ~/'" }];
		const { stderr } = await plugward(['run', '@a/b'], { engine: returning({ ...RESULT, denied }) });
		expect(stderr).toContain(String.raw`--allow '@a/b=fs.read:$project/x; rm -rf ~/'\'''`);
	});

	it('is a table when it is a list of flat objects', async () => {
		const output = {
			ok: 1,
			none: [],
			links: [
				{ line: 3, url: 'https://a.example' },
				{ line: 12, url: 'https://b.example' },
			],
		};
		const { stdout } = await plugward(['run', '@a/b'], { engine: returning({ ...RESULT, output }) });
		expect(stdout).toBe('ok    1\nnone  none\n\nlinks\n  line  url\n     3  https://a.example\n    12  https://b.example\n');
	});

	it('comes with whole milliseconds in JSON', async () => {
		const { stdout } = await plugward(['run', '@a/b', '--json'], { engine: returning({ ...RESULT, milliseconds: 12.3456 }) });
		expect(JSON.parse(stdout).data.milliseconds).toBe(12);
	});

	it('is JSON when it is deeper than that', async () => {
		const { stdout } = await plugward(['run', '@a/b'], { engine: returning({ ...RESULT, output: { deep: { er: [1] } } }) });
		expect(stdout).toContain('"er": [');
	});

	it('cannot steer the terminal, neither as text nor as JSON', async () => {
		const engine = returning({ ...RESULT, output: { a: '\u001B[2J\u009B31mred\u202E', rows: [{ x: '\u001B]0;title\u0007y' }] } });
		const text = await plugward(['run', '@a/b'], { engine });
		// oxlint-disable-next-line no-control-regex
		expect(text.stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
		const json = await plugward(['run', '@a/b', '--json'], { engine });
		// oxlint-disable-next-line no-control-regex
		expect(json.stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
		expect(JSON.parse(json.stdout).data.output.a).toBe('\u001B[2J\u009B31mred\u202E');
	});

	it('comes with what the plugin logged, cleaned, on standard error', async () => {
		const engine = standInEngine({
			runTask: async (_, { onEvent }) => {
				onEvent({ type: 'plugin-output', plugin: '@a/b', stream: 'log', text: 'one\n\u001B[31mtwo' });
				return RESULT;
			},
		});
		const { stderr } = await plugward(['run', '@a/b'], { engine });
		expect(stderr).toContain('@a/b: one\n@a/b: two\n');
		expect((await plugward(['run', '@a/b', '--quiet'], { engine })).stderr).toBe('');
	});
});

describe('a run that fails', () => {
	it.each([
		['plugin-failed', 1],
		['plugin-limit', 124],
		['sandbox-unavailable', 125],
		['plugin-denied', 126],
		['task-not-found', 127],
	] as const)('with %s exits with %i', async (code, exitCode) => {
		const engine = standInEngine({
			runTask: async () => {
				throw new EngineError(code, 'It failed.');
			},
		});
		expect((await plugward(['run', '@a/b'], { engine })).exitCode).toBe(exitCode);
	});
});

function returning(result: RunResult): Engine {
	return standInEngine({ runTask: async () => result });
}

function recording(): { readonly engine: Engine; readonly requests: RunRequest[] } {
	const requests: RunRequest[] = [];
	const engine = standInEngine({
		runTask: async (request) => {
			requests.push(request);
			return RESULT;
		},
	});
	return { engine, requests };
}

describe('run --observe', () => {
	const observed = {
		accesses: [
			{ permission: 'env:LANG', answer: 'let-through', count: 2 },
			{ permission: 'fs.write:$project/\u001B[31mout', answer: 'denied', count: 1 },
		],
		proposal: [{ type: 'env', name: 'LANG', reason: '' }],
		unneeded: ['env:OLD'],
		writtenTo: null,
	} as const;

	it('tells what was wanted and what to declare, and nothing of it on standard output', async () => {
		const requests: RunRequest[] = [];
		const engine = standInEngine({
			runTask: async (request) => {
				requests.push(request);
				return { ...RESULT, observed };
			},
		});
		const { stdout, stderr, exitCode } = await plugward(['run', './mine', '--observe'], { engine });
		expect(requests).toMatchObject([{ observe: 'report' }]);
		expect({ stdout, exitCode }).toEqual({ stdout: 'done\n', exitCode: 0 });
		expect(stderr).toContain('let through  env:LANG');
		expect(stderr).toContain('fs.write:$project/out');
		expect(stderr).toContain('{"type":"env","name":"LANG","reason":"Why the user should allow this"}');
		expect(stderr).toContain('not needed in this run: env:OLD');
		expect(stderr).toContain('may not have been seen');
	});

	it('keeps what was seen when the task fails, and its exit code', async () => {
		const failure = new EngineError('plugin-denied', 'It was denied.');
		const engine = standInEngine({ runTask: async () => ({ ...RESULT, observed, failure }) });
		const { stdout, exitCode } = await plugward(['run', './mine', '--observe', '--json'], { engine });
		expect(exitCode).toBe(126);
		expect(JSON.parse(stdout)).toMatchObject({
			ok: false,
			error: { code: 'plugin-denied' },
			data: { observed: { unneeded: ['env:OLD'] } },
		});
	});

	it('is needed for --write', async () => {
		const { exitCode, stderr } = await plugward(['run', './mine', '--write'], { engine: standInEngine({}) });
		expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('--write writes what --observe has seen') });
	});
});
