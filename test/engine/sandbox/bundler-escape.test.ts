import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import type { BundleInstance } from '../../../source/engine/sandbox/index.ts';
import { bundle, failureOf, folderOf, type Files } from './plugin-run.ts';

const SECRET = 'canary-7f3a';

/** Lays out `bad/` beside a secret that no bundle may contain, and tries to bundle it. */
async function attempt(
	files: Files,
	options: {
		readonly links?: Readonly<Record<string, string>>;
		readonly main?: string;
		readonly packages?: Readonly<Record<string, Partial<BundleInstance>>>;
	} = {},
): Promise<{ readonly code: string; readonly text: string }> {
	await using folder = await folderOf({
		'secret.json': JSON.stringify({ secret: SECRET }),
		'secret.js': `module.exports = '${SECRET}';`,
		'node_modules/lurking/index.js': `module.exports = '${SECRET}';`,
		'node_modules/lurking/package.json': '{"name":"lurking"}',
		'bad/package.json': '{"name":"bad","main":"index.js"}',
		...files,
	});
	for (const [from, to] of Object.entries(options.links ?? {})) {
		await symlink(to, join(folder.path, from));
	}

	try {
		const made = await bundle(folder.path, options.packages ?? { bad: {} }, { main: options.main ?? null });
		return { code: 'bundled', text: made.code };
	} catch (error) {
		const failure = await failureOf(Promise.reject(error));
		return { code: failure.code, text: failure.message };
	}
}

type Case = readonly [name: string, files: Files, options?: { readonly links?: Readonly<Record<string, string>>; readonly main?: string }];

const ROUTES: readonly Case[] = [
	['../ in an import', { 'bad/index.js': 'import "../secret.json";' }],
	['../ in a require', { 'bad/index.js': 'require("../secret.js");' }],
	['../ in a require inside of try and catch', { 'bad/index.js': 'try { module.exports = require("../secret.json") } catch {}' }],
	['../ in a dynamic import', { 'bad/index.js': 'export default () => import("../secret.js");' }],
	['../ hidden in the middle of a path', { 'bad/index.js': 'require("./a/../../secret.json");' }],
	['a ../ that comes back through the folder above', { 'bad/index.js': 'require("../bad/../secret.json");' }],
	[
		'a symbolic link to a file',
		{ 'bad/index.js': 'module.exports = require("./link.json");' },
		{ links: { 'bad/link.json': '../secret.json' } },
	],
	['a symbolic link to a folder', { 'bad/index.js': 'module.exports = require("./up/secret.json");' }, { links: { 'bad/up': '..' } }],
	[
		'a package.json that is a link',
		{ 'bad/index.js': 'require("./inner");', 'bad/inner/x.js': '' },
		{ links: { 'bad/inner/package.json': '../../secret.json' } },
	],
	['main that points outside', { 'bad/package.json': '{"name":"bad","main":"../secret.js"}' }],
	['module that points outside', { 'bad/package.json': '{"name":"bad","module":"../secret.js"}' }],
	[
		'browser that points outside',
		{ 'bad/package.json': '{"name":"bad","browser":"../secret.js","main":"index.js"}', 'bad/index.js': 'require("net")' },
	],
	[
		'a browser map that points outside',
		{
			'bad/package.json': '{"name":"bad","main":"index.js","browser":{"./a.js":"./../secret.js"}}',
			'bad/index.js': 'require("./a"); require("net")',
			'bad/a.js': '',
		},
	],
	['exports that point outside', { 'bad/package.json': '{"name":"bad","exports":"./../secret.js"}' }],
	['exports with a node_modules segment', { 'bad/package.json': '{"name":"bad","exports":"./x/../../node_modules/lurking/index.js"}' }],
	[
		'an exports pattern that points outside',
		{ 'bad/package.json': '{"name":"bad","exports":{".":"./index.js","./*":"./*"}}', 'bad/index.js': 'require("bad/../secret.js")' },
	],
	[
		'imports that point outside',
		{ 'bad/package.json': '{"name":"bad","main":"index.js","imports":{"#x":"./../secret.js"}}', 'bad/index.js': 'require("#x")' },
	],
	[
		'imports that are an absolute path',
		{ 'bad/package.json': '{"name":"bad","main":"index.js","imports":{"#x":"/etc/passwd"}}', 'bad/index.js': 'require("#x")' },
	],
	[
		'imports that are a file URL',
		{ 'bad/package.json': '{"name":"bad","main":"index.js","imports":{"#x":"file:///etc/passwd"}}', 'bad/index.js': 'require("#x")' },
	],
	['the main of an inner folder', { 'bad/index.js': 'require("./inner")', 'bad/inner/package.json': '{"main":"../../secret.js"}' }],
	['a file URL', { 'bad/index.js': 'import "file:///etc/passwd";' }],
	['a data URL', { 'bad/index.js': 'import x from "data:text/javascript,export default 1"; export default x;' }],
	['an http URL', { 'bad/index.js': 'import "https://example.com/x.js";' }],
	['an absolute path', { 'bad/index.js': 'require("/etc/passwd");' }],
	['a backslash path', { 'bad/index.js': String.raw`require("\\etc\\passwd");` }],
	['the main of the manifest', { 'bad/index.js': '' }, { main: './../secret.js' }],
	['the main of the manifest through a link', {}, { main: './entry.js', links: { 'bad/entry.js': '../secret.js' } }],
];

test.each(ROUTES.map(([name, files, options = {}]) => ({ name, files, options })))('$name is refused', async ({ files, options }) => {
	const { code, text } = await attempt(files, options);
	expect(code).toBe('bundle-escape');
	expect(text).not.toContain(SECRET);
});

test.each<readonly [string, Files]>([
	['a css file', { 'bad/index.js': 'import "./a.css";', 'bad/a.css': '@import "../secret.json";' }],
	['a text file', { 'bad/index.js': 'import x from "./a.txt"; export default x;', 'bad/a.txt': 'x' }],
	[
		'a JSON file loaded as text',
		{ 'bad/index.js': 'import x from "./a.json" with { type: "text" }; export default x;', 'bad/a.json': '{}' },
	],
	['a TypeScript file', { 'bad/index.js': 'import x from "./a.ts"; export default x;', 'bad/a.ts': 'export default 1 as number' }],
])('%s is not bundled', async (_, files) => {
	expect((await attempt(files)).code).toBe('bundle-failed');
});

test.each<readonly [string, Files]>([
	['node_modules of a folder above', { 'bad/index.js': 'try { module.exports = require("lurking"); } catch { module.exports = "none"; }' }],
	[
		'tsconfig.json that extends and maps paths',
		{
			'bad/index.js': 'try { module.exports = require("mapped"); } catch {}',
			'bad/tsconfig.json': '{"extends":"../secret.json","compilerOptions":{"paths":{"mapped":["../secret.js"]}}}',
		},
	],
	['a sourceMappingURL of a file', { 'bad/index.js': 'module.exports = 1;\n//# sourceMappingURL=../secret.json' }],
	['require.resolve of a path outside', { 'bad/index.js': 'module.exports = require.resolve("../secret.json");' }],
	['a pattern of dynamic imports', { 'bad/index.js': 'export default (n) => import(`../${n}.json`);' }],
	['a pattern of dynamic requires', { 'bad/index.js': 'module.exports = (n) => require("../" + n + ".json");' }],
])('%s adds nothing to the bundle', async (_, files) => {
	const { code, text } = await attempt(files);
	expect(code).toBe('bundled');
	expect(text).not.toContain(SECRET);
	expect(text).not.toContain('/tmp/');
});

test('a package on an edge is reached through its name only, not by walking to it', async () => {
	const packages = { bad: { dependencies: { friend: 'friend@1.0.0' } }, friend: {} };
	const friend = { 'friend/package.json': '{"name":"friend","main":"index.js"}', 'friend/index.js': 'module.exports = "friendly";' };
	const byName = await attempt({ ...friend, 'bad/index.js': 'module.exports = require("friend");' }, { packages });
	expect(byName.code).toBe('bundled');
	expect(byName.text).toContain('friendly');
	expect((await attempt({ ...friend, 'bad/index.js': 'require("../friend/index.js");' }, { packages })).code).toBe('bundle-escape');
});

test('a package of the closure that is not on an edge of the importer is not found', async () => {
	const packages = { bad: { dependencies: { friend: 'friend@1.0.0' } }, friend: {}, stranger: {} };
	const { text } = await attempt(
		{
			'bad/index.js': 'require("friend"); try { require("stranger"); } catch {}',
			'friend/index.js': '',
			'stranger/index.js': `module.exports = '${SECRET}';`,
		},
		{ packages },
	);
	expect(text).not.toContain(SECRET);
});

test('plugward/sdk is ours even where a package of that name is on an edge', async () => {
	const packages = { bad: { dependencies: { plugward: 'plugward@1.0.0' } }, plugward: {} };
	const { text } = await attempt(
		{
			'bad/index.js': 'import { definePlugin } from "plugward/sdk"; export default definePlugin({ execute() {} });',
			'plugward/sdk.js': `exports.definePlugin = () => '${SECRET}';`,
			'plugward/package.json': '{"name":"plugward","exports":{"./sdk":"./sdk.js"}}',
		},
		{ packages },
	);
	expect(text).not.toContain(SECRET);
});

test('a linked folder inside of the own package may be followed', async () => {
	await using folder = await folderOf({
		'good/package.json': '{"name":"good"}',
		'good/index.js': 'module.exports = require("./alias/x.js");',
		'good/real/x.js': 'module.exports = "inside";',
	});
	await symlink('real', join(folder.path, 'good/alias'));
	await mkdir(join(folder.path, 'empty'));
	await writeFile(join(folder.path, 'empty/none'), '');
	expect((await bundle(folder.path, { good: {} })).code).toContain('inside');
});
