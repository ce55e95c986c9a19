import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** Every deliberate violation and the rule that must catch it. */
const VIOLATIONS: readonly (readonly [file: string, rule: string])[] = [
	['source/engine/operations/draws.ts', 'no-restricted-imports'],
	['source/engine/operations/reaches-into-part.ts', 'no-restricted-imports'],
	['source/engine/home/loads-isolate.ts', 'no-restricted-imports'],
	['source/engine/trust/reaches-into-part.ts', 'no-restricted-imports'],
	['source/engine/trust/level/judge-with-io.ts', 'no-restricted-imports'],
	['source/engine/resolver/reads-files.ts', 'no-restricted-imports'],
	['source/engine/resolver/uses-semver.ts', 'no-restricted-imports'],
	['source/screens/reaches-into-engine.ts', 'no-restricted-imports'],
	['source/screens/does-io.ts', 'no-restricted-imports'],
	['source/commands/draws.ts', 'no-restricted-imports'],
	['registry-mirror/reaches-into-engine.ts', 'no-restricted-imports'],
	['source/engine/floats.ts', 'no-floating-promises'],
	['source/engine/prints.ts', 'no-console'],
	['source/engine/cycle-a.ts', 'no-cycle'],
	['source/engine/swallows.ts', 'no-empty'],
	['source/engine/forgets-a-case.ts', 'switch-exhaustiveness-check'],
];

type Diagnostic = { readonly filename: string; readonly code: string };

let folder: string;
let found: readonly Diagnostic[];

// The violations lie in a folder of their own shaped like the project, so that the same path patterns apply to them.
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'plugward-lint-'));
	await cp(join(ROOT, 'test/lint-violations'), folder, { recursive: true });
	const { ignorePatterns: _, ...config } = JSON.parse(await readFile(join(ROOT, '.oxlintrc.json'), 'utf8'));
	await writeFile(join(folder, '.oxlintrc.json'), JSON.stringify(config));
	await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
	found = await lint(folder);
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

test.each(VIOLATIONS)('%s is caught by %s', (file, rule) => {
	const codes = found.filter(({ filename }) => filename.endsWith(file)).map(({ code }) => code);
	expect(codes.join(' ')).toContain(rule);
});

test('a file that breaks no rule stays clean', () => {
	expect(found.filter(({ filename }) => filename.endsWith('source/engine/home/layout.ts'))).toEqual([]);
});

async function lint(cwd: string): Promise<readonly Diagnostic[]> {
	const command = [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '--type-aware', '-f', 'json', 'source', 'registry-mirror'];
	// oxlint exits with 1 because it found something; that is what this test wants.
	const { stdout } = await promisify(execFile)(process.execPath, command, { cwd, maxBuffer: 1 << 24 }).catch(
		(error: { stdout: string }) => error,
	);
	return JSON.parse(stdout).diagnostics;
}
