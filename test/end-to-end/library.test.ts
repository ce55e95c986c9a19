import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtFile, cleanEnvironment, startProgram } from './command.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const COMPILER = path.join(ROOT, 'node_modules/typescript/bin/tsc');

/** A project that has plugward among its packages, with freshly made declarations. */
let project: string;

beforeAll(async () => {
	project = await mkdtemp(path.join(tmpdir(), 'plugward-library-'));
	const dist = path.join(project, 'node_modules/plugward/dist');
	await mkdir(dist, { recursive: true });
	await copyFile(path.join(ROOT, 'package.json'), path.join(dist, '../package.json'));
	await Promise.all(['engine.js', 'sdk.js'].map((name) => symlink(builtFile(name), path.join(dist, name))));
	// The declarations speak of one dependency, which an install puts beside plugward.
	await symlink(path.join(ROOT, 'node_modules/valibot'), path.join(project, 'node_modules/valibot'));
	await writeFile(path.join(project, 'package.json'), '{"type":"module"}');
	const compilerOptions = {
		target: 'esnext',
		lib: ['esnext'],
		module: 'nodenext',
		strict: true,
		noEmit: true,
		types: ['node'],
		typeRoots: [path.join(ROOT, 'node_modules/@types')],
	};
	await writeFile(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
	expect(await compile(['-p', path.join(ROOT, 'tsconfig.build.json'), '--outDir', path.join(dist, 'types')])).toBe('');
}, 120_000);

afterAll(() => rm(project, { recursive: true }));

/** What the compiler had to say; nothing when all is well. */
async function compile(words: readonly string[]): Promise<string> {
	return (await startProgram([COMPILER, ...words], { cwd: project, environment: cleanEnvironment(project) }).ended).stdout;
}

test('the declarations hold against a strict program that looks into them, and the example of the README is one', async () => {
	const readme = await readFile(path.join(ROOT, 'README.md'), 'utf8');
	const example = /```ts\n(import \{ createEngine \}[^]*?)```/.exec(readme)?.[1] ?? '';
	expect(example).toContain('planInstall');
	await writeFile(path.join(project, 'example.ts'), example);
	await writeFile(
		path.join(project, 'plugin.ts'),
		`import { definePlugin } from 'plugward/sdk';
export default definePlugin({ execute: ({ task }, context) => context.fs.readFile(\`$project/\${task}\`) });`,
	);
	expect(await compile(['-p', '.'])).toBe('');
	await writeFile(path.join(project, 'plugin.ts'), `import { definePlugin } from 'plugward/sdk';\nexport default definePlugin({});`);
	expect(await compile(['-p', '.'])).toContain("Property 'execute' is missing");
});

test('an error of the library is named as the class that a program imports', async () => {
	const program = `
		import { createEngine, EngineError } from 'plugward';
		const options = { registry: 'http://127.0.0.1:9/', offline: true, cwd: process.cwd(), environment: process.env, waitMilliseconds: 100 };
		await using engine = await createEngine({ home: process.cwd() + '/home', command: 'test', ...options });
		const call = { signal: AbortSignal.timeout(10000), onEvent() {} };
		const error = await engine.planInstall(['nothing'], call).catch((thrown) => thrown);
		console.log(error instanceof EngineError, error.code, EngineError.name, /^EngineError: /.test(error.stack));`;
	const { stdout, stderr } = await startProgram(['--input-type=module', '-e', program], {
		cwd: project,
		environment: cleanEnvironment(project),
	}).ended;
	expect({ stdout, stderr }).toEqual({ stdout: 'true offline-missing EngineError true\n', stderr: '' });
});
