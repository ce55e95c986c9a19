import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

const FILES = {
	'README.md': '# app\n\nIt works.\n',
	'index.js': 'module.exports = 1;\n',
	'picture.png': 'PNG\u0000\u0001',
	'big.txt': 'x\n'.repeat(300_000),
};

test('tells files, readme and rights of what is installed without asking the registry', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', { license: 'MIT' }, FILES);
	await using temporary = await openTemporaryEngine(registry.url);
	await temporary.install(['app@1']);
	const engine = await temporary.reopen({ offline: true });
	const found = await engine.contents.list({ spec: 'app', fetch: false }, temporary.call);
	expect(found).toMatchObject({
		type: 'verified',
		name: 'app',
		version: '1.0.0',
		isInstalled: true,
		readme: { path: 'README.md', text: '# app\n\nIt works.\n', isCut: false },
		permissions: null,
	});
	expect(found.type === 'verified' ? found.files.map(({ path }) => path) : []).toEqual([
		'README.md',
		'big.txt',
		'index.js',
		'package.json',
		'picture.png',
	]);
});

test('fetches nothing unless it is asked to, and installs nothing when it does', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', { license: 'MIT' }, { 'index.js': '' });
	registry.serve('app', '2.0.0', { license: 'MIT' }, FILES);
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call } = temporary;
	expect(await engine.contents.list({ spec: 'app', fetch: false }, call)).toEqual({ type: 'not-fetched', name: 'app', version: '2.0.0' });
	const found = await engine.contents.list({ spec: 'app', fetch: true }, call);
	expect(found).toMatchObject({ type: 'verified', version: '2.0.0', isInstalled: false, verdict: { level: 'unknown' } });
	expect(await engine.contents.list({ spec: 'app@1', fetch: false }, call)).toEqual({ type: 'not-fetched', name: 'app', version: '1.0.0' });
	// What was fetched stays known.
	expect(await engine.contents.list({ spec: 'app', fetch: false }, call)).toMatchObject({ type: 'verified', isInstalled: false });
	expect((await engine.list(call)).plugins).toEqual([]);
	await expect(engine.contents.list({ spec: 'app@9', fetch: true }, call)).rejects.toMatchObject({
		code: 'no-matching-version',
		message: 'No version of app matches "9"; the newest is 2.0.0.',
	});
});

test('shows the lines of a file, and says why it does not', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', { license: 'MIT' }, FILES);
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call } = temporary;
	const file = (path: string) => engine.contents.file({ spec: 'app', path }, call);
	expect(await file('index.js')).toMatchObject({ version: '1.0.0', bytes: 20, text: 'module.exports = 1;\n', unreadable: null });
	expect(await file('picture.png')).toMatchObject({ text: null, unreadable: 'binary' });
	expect(await file('big.txt')).toMatchObject({ text: null, unreadable: 'too-large' });
	await expect(file('../../secret')).rejects.toMatchObject({ code: 'usage', message: 'app@1.0.0 has no file ../../secret.' });
});
