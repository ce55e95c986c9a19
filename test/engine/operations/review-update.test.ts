import { expect, test } from 'vitest';
import type { UpdateReview } from '../../../source/engine/index.ts';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';

const TASK = { description: 'Greets.', input: { type: 'object' }, output: { type: 'string' } };
const CHANGELOG = '# Changelog\n\n## 2.0.0 - 2026-01-02\n\n- Reaches the network.\n\n## 1.1.0\n\n- Faster.\n\n## 1.0.0\n\n- First.\n';
const OLD = {
	'index.js': 'const a = 1;\nconst b = 2;\nmodule.exports = a + b;\n',
	'gone.js': "module.exports = 'gone';\n",
	'same.txt': 'same\n',
};
const NEW = {
	'index.js': "const a = 1;\nconst b = 3;\nfetch('https://example.com');\nmodule.exports = a + b;\n",
	'same.txt': 'same\n',
	'CHANGELOG.md': CHANGELOG,
	'small.min.js': `var a="${'x'.repeat(5000)}";`,
	'picture.png': 'PNG\u0000\u0001',
};

function review({ engine, call }: TemporaryEngine, to: string | null = null): Promise<UpdateReview> {
	return engine.updates.review({ name: 'app', to }, call);
}

async function withUpdate(run: (temporary: TemporaryEngine, registry: Awaited<ReturnType<typeof startFakeRegistry>>) => Promise<void>) {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', { license: 'MIT', dependencies: { a: '^1.0.0', b: '^1.0.0' }, scripts: { test: 'x' } }, OLD);
	for (const name of ['a', 'b', 'c']) {
		registry.serve(name, '1.0.0', { license: 'MIT' }, { 'index.js': '' });
	}

	await using temporary = await openTemporaryEngine(registry.url);
	await temporary.install(['app@>=1']);
	registry.serve(
		'app',
		'2.0.0',
		{ license: 'MIT', dependencies: { a: '^1.0.0', c: '^1.0.0' }, scripts: { test: 'y', postinstall: 'node steal.js' } },
		NEW,
	);
	// Asked, so that the metadata of before is renewed.
	await temporary.engine.resolve(['app@2'], temporary.call);
	await run(temporary, registry);
}

test('tells files, changelog, scripts, dependencies and what the code starts to do, and installs nothing', async () => {
	await withUpdate(async (temporary) => {
		const found = await review(temporary, '2.0.0');
		expect(found).toMatchObject({ name: 'app', from: { version: '1.0.0' }, to: { version: '2.0.0' }, unchangedFiles: 1 });
		expect(found.changelog).toEqual({
			file: 'CHANGELOG.md',
			sections: [
				{ version: '2.0.0', lines: ['- Reaches the network.'] },
				{ version: '1.1.0', lines: ['- Faster.'] },
			],
		});
		const files = Object.fromEntries(
			found.files.map(({ path, type, addedLines, removedLines, unreadable }) => [path, [type, addedLines, removedLines, unreadable]]),
		);
		expect(files).toMatchObject({
			'index.js': ['changed', 2, 1, null],
			'gone.js': ['removed', 0, 1, null],
			'small.min.js': ['added', null, null, 'minified'],
			'picture.png': ['added', null, null, 'binary'],
		});
		expect(found.scripts).toEqual([
			{ name: 'postinstall', from: null, to: 'node steal.js', runsOnInstall: true },
			{ name: 'test', from: 'x', to: 'y', runsOnInstall: false },
		]);
		expect(found.dependencies).toEqual([
			{ name: 'b', kind: 'dependency', from: '^1.0.0', to: null },
			{ name: 'c', kind: 'dependency', from: null, to: '^1.0.0' },
		]);
		expect(found.capabilities.gained.map(({ what }) => what)).toEqual(['net']);
		expect(found.widenings.map(({ code, isGrave }) => `${code} ${isGrave}`)).toEqual(['capability true', 'install-script false']);
		expect((await temporary.engine.list(temporary.call)).plugins.map(({ version }) => version)).toEqual(['1.0.0']);
	});
});

test('without a version it is about what an update would bring', async () => {
	await withUpdate(async (temporary) => {
		expect((await review(temporary)).to.version).toBe('2.0.0');
	});
});

test('shows one file line by line, and says which files nobody is shown', async () => {
	await withUpdate(async ({ engine, call }) => {
		const difference = await engine.updates.file({ name: 'app', to: '2.0.0', path: 'index.js' }, call);
		expect(difference.hunks).toEqual([
			{
				fromLine: 1,
				toLine: 1,
				lines: [
					{ type: 'same', text: 'const a = 1;' },
					{ type: 'removed', text: 'const b = 2;' },
					{ type: 'added', text: 'const b = 3;' },
					{ type: 'added', text: "fetch('https://example.com');" },
					{ type: 'same', text: 'module.exports = a + b;' },
				],
			},
		]);
		const minified = await engine.updates.file({ name: 'app', to: '2.0.0', path: 'small.min.js' }, call);
		expect(minified).toMatchObject({ hunks: [], file: { unreadable: 'minified' } });
		await expect(engine.updates.file({ name: 'app', to: '2.0.0', path: 'no.js' }, call)).rejects.toMatchObject({ code: 'usage' });
	});
});

test('a new version whose bytes are not what was announced is not unpacked and not shown', async () => {
	await withUpdate(async (temporary, registry) => {
		registry.fault({ kind: 'wrong-bytes', path: '/app/-/app-2.0.0.tgz' });
		await expect(review(temporary, '2.0.0')).rejects.toMatchObject({ code: 'integrity-mismatch' });
	});
});

test('refuses what is not installed, versions that do not exist, and an update that is none', async () => {
	await withUpdate(async (temporary) => {
		await expect(temporary.engine.updates.review({ name: 'other', to: null }, temporary.call)).rejects.toMatchObject({
			code: 'not-installed',
		});
		await expect(review(temporary, '9.9.9')).rejects.toMatchObject({ code: 'no-matching-version' });
		await expect(review(temporary, '1.0.0')).rejects.toMatchObject({ code: 'no-matching-version' });
	});
});

test('a permission that was not asked for before is grave', async () => {
	const serve = (version: string, permissions: readonly unknown[]) =>
		registry.serve(
			'helper',
			version,
			{ type: 'module', plugward: { apiVersion: 1, main: './plugin.js', tasks: { greet: TASK }, permissions } },
			{ 'plugin.js': 'export default { tasks: { greet: () => 1 } };' },
		);
	await using registry = await startFakeRegistry();
	serve('1.0.0', []);
	await using temporary = await openTemporaryEngine(registry.url);
	await temporary.install(['helper@1']);
	serve('1.1.0', [{ type: 'env', name: 'TOKEN', reason: 'To sign in.' }]);
	await temporary.engine.resolve(['helper@1.1.0'], temporary.call);
	const found = await temporary.engine.updates.review({ name: 'helper', to: '1.1.0' }, temporary.call);
	expect(found.permissions).toEqual({ added: ['env:TOKEN'], removed: [], kept: [] });
	expect(found.widenings[0]).toEqual({
		code: 'permission',
		isGrave: true,
		text: '1.1.0 asks for env:TOKEN, which was not asked for before.',
	});
});
