import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import type { CommandResult } from '../../examples/demonstration.ts';
import { narrate } from '../../examples/narrate.ts';
import { startFakeRegistry } from '../helpers/fake-registry.ts';
import { builtFile, cleanEnvironment, type Result, startProgram } from './command.ts';

/** `npm start` as a machine without a terminal has it, with npm configured as given. */
async function start(
	npmConfiguration: string,
	{ parameters = [], more = {} }: { readonly parameters?: readonly string[]; readonly more?: Readonly<Record<string, string>> } = {},
): Promise<Result & { readonly leftBehind: readonly string[] }> {
	const folder = await mkdtemp(path.join(tmpdir(), 'plugward-story-'));
	const temporary = path.join(folder, 'tmp');
	try {
		await mkdir(temporary);
		await writeFile(path.join(folder, 'npmrc'), npmConfiguration, { mode: 0o600 });
		const environment = { ...cleanEnvironment(folder), TMPDIR: temporary, ...more };
		const result = await startProgram([builtFile('start.js'), ...parameters], { cwd: folder, environment }).ended;
		return { ...result, leftBehind: await readdir(temporary) };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

test('the story is told to its end without a terminal and leaves nothing behind', { timeout: 60_000 }, async () => {
	await using registry = await startFakeRegistry({ search: true });
	// A registry in the environment is the upstream of the story's own one, not a way around it.
	const more = { npm_config_registry: registry.url, NPM_CONFIG_REGISTRY: registry.url };
	const { exitCode, stdout, stderr, leftBehind } = await start('@examples:registry=http://127.0.0.1:9/\n', { more });
	expect({ exitCode, stderr, leftBehind }, stdout).toEqual({ exitCode: 0, stderr: '', leftBehind: [] });
	expect(stdout).toMatch(/All 13 steps did what they say\.\n$/);
	// oxlint-disable-next-line no-control-regex
	expect(stdout).not.toMatch(/\u001B/);
	for (const command of ['search', 'info', 'install', 'run', 'update', 'rollback', 'list', 'history', 'verify']) {
		expect(stdout).toContain(`$ plugward ${command}`);
	}
});

test('a configuration of npm that cannot be used is an error in words', async () => {
	const { exitCode, stdout, stderr, leftBehind } = await start('registry=not-a-url\n');
	expect({ exitCode, stdout, leftBehind }).toEqual({ exitCode: 1, stdout: '', leftBehind: [] });
	expect(stderr).toMatch(/^error: .*"not-a-url".*\nhint: .*\n$/);
	expect(await start('', { parameters: ['--nonsense'] })).toMatchObject({
		exitCode: 1,
		stderr: expect.stringMatching(/^error: .*--nonsense/),
	});
});

test('a start that fails after the registry was opened ends too', async () => {
	const keep = await mkdtemp(path.join(tmpdir(), 'plugward-keep-'));
	try {
		await mkdir(path.join(keep, 'npmrc'));
		await using registry = await startFakeRegistry();
		const { exitCode, stderr } = await start(`registry=${registry.url}\n`, { parameters: ['--keep', keep] });
		expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(/^error: EISDIR/) as string });
	} finally {
		await rm(keep, { recursive: true });
	}
});

test.each<{ readonly what: string; readonly answer: Partial<CommandResult>; readonly says: string }>([
	{ what: 'fails', answer: { exitCode: 7 }, says: 'failed: expected exit code 0, got 7' },
	{ what: 'succeeds without doing what it says', answer: { stdout: 'Nothing found.' }, says: 'failed: the output does not show' },
])('the story ends with 1 at the first step that $what', async ({ answer, says }) => {
	const told: string[] = [];
	const printing = vi.spyOn(process.stdout, 'write').mockImplementation((text) => told.push(String(text)) > 0);
	const asked: string[] = [];
	try {
		const exitCode = await narrate({
			plugward: async (parameters) => {
				asked.push(parameters.join(' '));
				return { exitCode: 0, stdout: '', stderr: '', ...answer };
			},
		});
		expect(exitCode).toBe(1);
	} finally {
		printing.mockRestore();
	}

	expect(asked).toEqual(['search log']);
	expect(told.join('')).toContain(says);
	expect(told.join('')).not.toContain('did what they say');
});
