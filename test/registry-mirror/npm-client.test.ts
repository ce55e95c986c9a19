import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../helpers/fake-registry.ts';
import { TOKEN, startTemporaryMirror } from './temporary-mirror.ts';

const MINUTE = 60_000;

test('npm publishes, views, tags, deprecates, searches, installs and withdraws', { timeout: 3 * MINUTE }, async () => {
	await using upstream = await startFakeRegistry();
	upstream.serve('left-pad', '1.3.0', {}, { 'index.js': 'module.exports = 1' });
	await using mirror = await startTemporaryMirror({ upstream: { url: upstream.url, authorization: null, offline: false } });
	await using npm = await startNpm(mirror.url);
	const source = await npm.writePackage({
		name: '@examples/hello',
		version: '1.0.0',
		bin: './cli.js',
		dependencies: { 'left-pad': '^1.0.0' },
	});

	await npm.run(source, 'publish');
	const again = await npm.try(source, 'publish');
	expect(again.exitCode).not.toBe(0);
	await npm.writePackage({ name: '@examples/hello', version: '1.1.0' });
	await npm.run(source, 'publish', '--tag', 'next');
	// npm 12 prints a list of one where npm 11 prints the one.
	expect([JSON.parse(await npm.run(source, 'view', '@examples/hello', 'dist-tags', '--json'))].flat()).toEqual([
		{ latest: '1.0.0', next: '1.1.0' },
	]);
	await npm.run(source, 'dist-tag', 'add', '@examples/hello@1.1.0', 'beta');
	expect(JSON.parse(await npm.run(source, 'search', 'hello', '--json'))).toMatchObject([{ name: '@examples/hello' }]);

	const app = path.join(npm.folder, 'app');
	await mkdir(app);
	await writeFile(path.join(app, 'package.json'), '{}');
	await npm.run(app, 'install', '--ignore-scripts', '@examples/hello');
	expect(await readFile(path.join(app, 'node_modules/left-pad/index.js'), 'utf8')).toBe('module.exports = 1');
	const lock = await readFile(path.join(app, 'package-lock.json'), 'utf8');
	expect(lock).toContain(`${mirror.url}@examples/hello/-/hello-1.0.0.tgz`);

	await npm.run(source, 'deprecate', '@examples/hello@1.0.0', 'old');
	expect(await npm.run(source, 'view', '@examples/hello@1.0.0', 'deprecated')).toBe('old');
	await npm.run(source, 'unpublish', '@examples/hello@1.1.0');
	expect(await npm.run(source, 'view', '@examples/hello', 'versions', '--json')).not.toContain('1.1.0');
	expect((await npm.try(source, 'publish')).exitCode).not.toBe(0);
	expect(mirror.failures).toEqual([]);
});

test('npm without the token gets nothing', { timeout: MINUTE }, async () => {
	await using mirror = await startTemporaryMirror();
	await using npm = await startNpm(mirror.url, 'wrong');
	const { exitCode, stderr } = await npm.try(npm.folder, 'view', '@examples/hello');
	expect(exitCode).not.toBe(0);
	expect(stderr).toContain('E401');
});

/** The npm that runs the tests, or the one on PATH, with a configuration of its own. */
async function startNpm(registry: string, token = TOKEN) {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'plugward-npm-'));
	const userconfig = path.join(folder, 'npmrc');
	await writeFile(userconfig, `registry=${registry}\n${registry.replace('http:', '')}:_authToken=${token}\n`);
	const cli = process.env['npm_execpath'] ?? '';
	const [command, first] = cli.endsWith('npm-cli.js') ? [process.execPath, [cli]] : ['npm', []];
	// What npm tells its scripts about the registry of this machine must not reach the npm under test.
	const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/iu.test(name));
	const env = {
		...Object.fromEntries(inherited),
		npm_config_userconfig: userconfig,
		npm_config_globalconfig: path.join(folder, 'none'),
		npm_config_cache: path.join(folder, 'cache'),
		npm_config_update_notifier: 'false',
		npm_config_fund: 'false',
		npm_config_fetch_retries: '0',
	};
	const attempt = (cwd: string, ...parameters: string[]) =>
		execa(command, [...first, ...parameters], { cwd, env, extendEnv: false, reject: false });
	return {
		folder,
		try: attempt,
		async run(cwd: string, ...parameters: string[]) {
			const { exitCode, stdout, stderr } = await attempt(cwd, ...parameters);
			expect(exitCode, stderr).toBe(0);
			return stdout;
		},
		async writePackage(packageJson: object) {
			const source = path.join(folder, 'source');
			await mkdir(source, { recursive: true });
			await writeFile(path.join(source, 'package.json'), JSON.stringify(packageJson));
			await writeFile(path.join(source, 'cli.js'), '');
			return source;
		},
		async [Symbol.asyncDispose]() {
			await rm(folder, { recursive: true, force: true });
		},
	};
}
