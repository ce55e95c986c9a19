import { readFile } from 'node:fs/promises';
import path from 'node:path';
import vm from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';

let source: string;

beforeAll(async () => {
	source = await readFile(path.resolve(import.meta.dirname, '../../source/launcher.cjs'), 'utf8');
});

describe('the launcher', () => {
	it.each(['v26.10.0', 'v30.0.0'])('starts the command on Node %s', (version) => {
		expect(launch(version)).toEqual({ required: ['./cli.cjs'], listens: ['SIGUSR1'], stderr: '', exitCode: undefined });
	});

	it.each(['v25.9.0', 'v20.20.2', 'v0.10.48'])('says which Node is needed on %s, and exits with 2', (version) => {
		const { required, stderr, exitCode } = launch(version);
		expect(required).toEqual([]);
		expect(exitCode).toBe(2);
		expect(stderr).toContain(`error: plugward needs Node 26 or newer, this is ${version} (/usr/bin/node).`);
		expect(stderr).toContain('hint: ');
	});

	it('uses no word of a newer JavaScript', () => {
		const code = source.replace(/^#!.*$/m, '').replace(/^\s*\/\/.*$/gm, '');
		expect(code).not.toMatch(/\b(?:const|let|class|async|await|import|export)\b|=>|`|\?\.|\?\?|,\s*\)/);
	});
});

function launch(version: string) {
	const required: string[] = [];
	const listens: string[] = [];
	const seen = { stderr: '' };
	const process: { version: string; execPath: string; exitCode?: number; stderr: object; on: (signal: string) => void } = {
		version,
		execPath: '/usr/bin/node',
		on: (signal) => void listens.push(signal),
		stderr: { write: (text: string) => (seen.stderr += text) },
	};
	vm.runInNewContext(source.replace(/^#!.*$/m, ''), { process, require: (name: string) => required.push(name) });
	return { required, listens, stderr: seen.stderr, exitCode: process.exitCode };
}
