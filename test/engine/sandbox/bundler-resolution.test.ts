import { expect, test } from 'vitest';

import { bundle, failureOf, folderOf, run, type Files } from './plugin-run.ts';
import { bundleForIsolate, type BundleInstance } from '../../../source/engine/sandbox/index.ts';

/** Bundles `app` and calls its default export without arguments. */
async function valueOf(files: Files, packages: Readonly<Record<string, Partial<BundleInstance>>> = { app: {} }): Promise<unknown> {
	await using folder = await folderOf({ 'app/package.json': '{"name":"app"}', ...files });
	const { code } = await bundle(folder.path, packages);
	return (await run(code, { kind: 'plain', manifest: null, task: 'default', input: [] })).output;
}

const edge = { app: { dependencies: { dep: 'dep@1.0.0' } }, dep: {} };

test.each<readonly [string, string, unknown]>([
	['import of a package with conditions', 'import d from "dep"; export default () => d;', 'esm'],
	['require of a package with conditions', 'const d = require("dep"); module.exports = () => d;', 'cjs'],
	['a subpath', 'import d from "dep/feature"; export default () => d;', 'feature'],
	['a subpath pattern', 'import d from "dep/parts/b.js"; export default () => d;', 'part b'],
	['a pattern with the longer prefix', 'import d from "dep/parts/deep/c"; export default () => d;', 'deep c'],
	[
		'a null target',
		'module.exports = () => { try { return require("dep/parts/secret"); } catch (error) { return error.code; } };',
		'MODULE_NOT_FOUND',
	],
	[
		'a file that exports hide',
		'module.exports = () => { try { return require("dep/hidden.js"); } catch (error) { return error.code; } };',
		'MODULE_NOT_FOUND',
	],
	['what is not for browsers, though there is something for them', 'import d from "dep/where"; export default () => d;', 'default'],
	['only a condition for browsers', 'import d from "dep/only-browser"; export default () => d;', 'browser'],
	['only a node condition', 'import d from "dep/only-node"; export default () => d;', 'node'],
	['internal imports', 'import d from "dep/internal"; export default () => d;', 'internal'],
])('exports: %s', async (_, index, expected) => {
	const exports = {
		'.': { import: './esm.mjs', require: './cjs.cjs' },
		'./feature': ['./nothing-condition', './feature.js'],
		'./parts/*': './parts/*',
		'./parts/deep/*': './parts/deep-*.js',
		'./parts/secret': null,
		'./where': { node: { never: './x.js' }, browser: './browser.js', default: './default.js' },
		'./only-browser': { browser: './browser.js' },
		'./only-node': { node: './node.js' },
		'./internal': './internal.js',
	};
	expect(
		await valueOf(
			{
				'app/index.js': index,
				'dep/package.json': JSON.stringify({
					name: 'dep',
					exports: { ...exports, './feature': './feature.js' },
					imports: { '#own': './own.js' },
				}),
				'dep/esm.mjs': 'export default "esm";',
				'dep/cjs.cjs': 'module.exports = "cjs";',
				'dep/feature.js': 'module.exports = "feature";',
				'dep/parts/b.js': 'module.exports = "part b";',
				'dep/parts/deep-c.js': 'module.exports = "deep c";',
				'dep/parts/secret': 'x',
				'dep/hidden.js': 'module.exports = "hidden";',
				'dep/browser.js': 'module.exports = "browser";',
				'dep/default.js': 'module.exports = "default";',
				'dep/node.js': 'module.exports = "node";',
				'dep/internal.js': 'module.exports = require("#own");',
				'dep/own.js': 'module.exports = "internal";',
			},
			edge,
		),
	).toBe(expected);
});

test('without exports: main, or an index, and module only where there is neither', async () => {
	const dep = { 'dep/esm.js': 'export default "module";', 'dep/lib/index.js': 'module.exports = "main";' };
	const main = { ...dep, 'dep/package.json': '{"name":"dep","main":"lib","module":"esm.js","browser":{"./lib/index.js":"./web.js"}}' };
	const index = { ...dep, 'dep/package.json': '{"name":"dep","module":"esm.js"}', 'dep/index.js': 'module.exports = "index";' };
	const neither = { ...dep, 'dep/package.json': '{"name":"dep","module":"esm.js"}' };
	const app = { 'app/index.js': 'import d from "dep"; export default () => d;' };
	expect(await valueOf({ ...main, ...app }, edge)).toBe('main');
	expect(await valueOf({ ...index, ...app }, edge)).toBe('index');
	expect(await valueOf({ ...neither, ...app }, edge)).toBe('module');
});

test('a package that loads what no isolate has is taken in its build for browsers: module for import, main for require, a browser map over both', async () => {
	const files = {
		'dep/package.json': '{"name":"dep","main":"lib","module":"esm.js","browser":{"./lib/net.js":"./lib/web.js","dgram":false}}',
		'dep/esm.js': 'export default "module";',
		'dep/lib/index.js': 'module.exports = [require("./net"), Object.keys(require("dgram")).length];',
		'dep/lib/net.js': 'module.exports = "net";',
		'dep/lib/web.js': 'module.exports = "web";',
	};
	expect(await valueOf({ ...files, 'app/index.js': 'import d from "dep"; export default () => d;' }, edge)).toBe('module');
	expect(await valueOf({ ...files, 'app/index.js': 'const d = require("dep"); module.exports = () => d;' }, edge)).toEqual(['web', 0]);
});

test('the build for browsers is taken of those packages alone that stand in the way', async () => {
	const files = {
		'dep/package.json': '{"name":"dep","exports":{"browser":"./web.js","default":"./node.js"}}',
		'dep/node.js': 'module.exports = require("low");',
		'dep/web.js': 'module.exports = "asks by fetch";',
		'low/package.json': '{"name":"low"}',
		'low/index.js': 'module.exports = require("https").get;',
		'other/package.json': '{"name":"other","browser":"./web.js","main":"./node.js"}',
		'other/node.js': 'module.exports = "as in node";',
		'other/web.js': 'module.exports = document.title;',
		'app/index.js': 'const all = [require("dep"), require("other")]; module.exports = () => all;',
	};
	const packages = {
		app: { dependencies: { dep: 'dep@1.0.0', other: 'other@1.0.0' } },
		dep: { dependencies: { low: 'low@1.0.0' } },
		low: {},
		other: {},
	};
	expect(await valueOf(files, packages)).toEqual(['asks by fetch', 'as in node']);
	await using folder = await folderOf({ 'app/package.json': '{"name":"app"}', ...files });
	expect((await bundle(folder.path, packages)).powers).toEqual([]);
});

test('an ES module sees the default of a CommonJS module as node does', async () => {
	const dep = {
		'dep/package.json': '{"name":"dep"}',
		'dep/index.js': 'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = "inner";',
	};
	expect(
		await valueOf(
			{
				...dep,
				'app/package.json': '{"name":"app","type":"module"}',
				'app/index.js': 'import d from "dep"; export default () => typeof d;',
			},
			edge,
		),
	).toBe('object');
	expect(await valueOf({ ...dep, 'app/index.js': 'import d from "dep"; export default () => d;' }, edge)).toBe('inner');
});

test('two versions of one package live side by side, each on its own edge', async () => {
	await using folder = await folderOf({
		'app/index.js': 'const a = require("dep"), b = require("other"); module.exports = () => [a, b];',
		'other/index.js': 'module.exports = require("dep");',
		'one/index.js': 'module.exports = 1;',
		'two/index.js': 'module.exports = 2;',
	});
	const { code, instances } = await bundle(folder.path, {
		app: { dependencies: { dep: 'one@1.0.0', other: 'other@1.0.0' } },
		other: { dependencies: { dep: 'two@1.0.0' } },
		one: { name: 'dep' },
		two: { name: 'dep' },
	});
	expect((await run(code, { kind: 'plain', manifest: null, task: 'default', input: [] })).output).toEqual([1, 2]);
	expect(instances).toEqual(['app@1.0.0', 'one@1.0.0', 'other@1.0.0', 'two@1.0.0']);
});

test('a dropped optional dependency throws when it is loaded, so that the package can do without', async () => {
	await using folder = await folderOf({
		'app/index.js': 'let fast; try { fast = require("fast"); } catch (error) { fast = error.code; } module.exports = () => fast;',
	});
	const { code, missing } = await bundle(folder.path, { app: { droppedOptional: ['fast'] } });
	expect(missing).toEqual(['fast']);
	expect((await run(code, { kind: 'plain', manifest: null, task: 'default', input: [] })).output).toBe('MODULE_NOT_FOUND');
});

test('built-ins that make sense work, the others are named and throw when they are used', async () => {
	await using folder = await folderOf({
		'app/index.js': `
			const path = require('path'); const { EventEmitter } = require('node:events'); const util = require('util'); const assert = require('assert');
			const qs = require('querystring'); const { StringDecoder } = require('string_decoder'); const url = require('url'); const os = require('os');
			const fs = require('fs'); const { spawn } = require('child_process'); const http = require('node:http');
			class Server extends http.Server {}
			function Old() { EventEmitter.call(this); } util.inherits(Old, EventEmitter);
			module.exports = async () => {
				const emitter = new Old(); let heard = 0; emitter.once('x', (n) => { heard += n; }); emitter.emit('x', 2); emitter.emit('x', 2);
				assert.deepStrictEqual({ a: [1] }, { a: [1] }); assert.throws(() => assert.equal(1, 2), /1/);
				const fails = [() => fs.readFileSync('/etc/passwd'), () => spawn('ls'), () => new Server(), () => http.get('http://x')].map((work) => { try { return work(); } catch (error) { return error.code; } });
				return { path: [path.join('/a', '../b', './c.txt'), path.relative('/a/b', '/a/c/d'), path.parse('/x/y.tar.gz').name, path.resolve('a')], heard,
					format: util.format('%s:%j', 'a', { b: 1 }), qs: qs.parse('a=1&a=2&b=%20').a, decoded: new StringDecoder('utf8').write(Buffer.from([0xc3])) + 'x',
					file: url.fileURLToPath('file:///a%20b'), eol: os.EOL, fails, promisified: await util.promisify((n, done) => done(null, n + 1))(1) };
			};`,
	});
	const { code, needs } = await bundle(folder.path, { app: {} });
	expect(needs).toEqual(['child_process', 'http']);
	expect((await run(code, { kind: 'plain', manifest: null, task: 'default', input: [] })).output).toEqual({
		path: ['/b/c.txt', '../c/d', 'y.tar', '/a'],
		heard: 2,
		format: 'a:{"b":1}',
		qs: ['1', '2'],
		decoded: 'x',
		file: '/a b',
		eol: '\n',
		fails: ['ENOENT', ...Array.from({ length: 3 }, () => 'ERR_UNAVAILABLE_IN_SANDBOX')],
		promisified: 2,
	});
});

test('a plugin imports definePlugin from plugward/sdk and is bundled from the main of its manifest', async () => {
	await using folder = await folderOf({
		'app/package.json': '{"name":"app","type":"module","main":"other.js"}',
		'app/plugin.js':
			'import { definePlugin } from "plugward/sdk"; import data from "./data.json" with { type: "json" }; export default definePlugin({ execute: () => data });',
		'app/data.json': '{"n":1}',
	});
	const { code, inputBytes } = await bundle(folder.path, { app: {} }, { main: './plugin.js', target: 'plugin' });
	expect(code).not.toContain(folder.path);
	expect(inputBytes).toBeGreaterThan(100);
	expect((await run(code)).output).toEqual({ n: 1 });
});

test('equal inputs give equal code', async () => {
	const files = { 'app/index.js': 'module.exports = () => require("./b");', 'app/b.js': 'module.exports = 1;' };
	await using first = await folderOf(files);
	await using second = await folderOf(files);
	expect((await bundle(first.path, { app: {} })).code).toBe((await bundle(second.path, { app: {} })).code);
});

test('a syntax error names the place in the package', async () => {
	await using folder = await folderOf({ 'app/index.js': 'const a = 1;\nlet = = 2;' });
	const failure = await failureOf(bundle(folder.path, { app: {} }));
	expect(failure.code).toBe('bundle-failed');
	expect(failure.message).toContain('index.js:2');
	expect(failure.message).not.toContain(folder.path);
});

test('a main that is not there is said by name', async () => {
	await using folder = await folderOf({ 'app/package.json': '{}' });
	expect((await failureOf(bundle(folder.path, { app: {} }, { main: './plugin.js' }))).message).toContain('./plugin.js');
});

test('bundling is cancelled by its signal', async () => {
	await using folder = await folderOf({ 'app/index.js': 'module.exports = 1;' });
	const controller = new AbortController();
	const instances = new Map([
		['app@1.0.0', { name: 'app', version: '1.0.0', treePath: `${folder.path}/app`, dependencies: {}, droppedOptional: [] }],
	]);
	const pending = bundleForIsolate({ entry: { instance: 'app@1.0.0', main: null }, instances, target: 'plain' }, controller);
	controller.abort();
	expect((await failureOf(pending)).code).toBe('cancelled');
});

test('a built-in that a package switches off for browsers is there when the isolate has it', async () => {
	const files = {
		'app/package.json': '{"name":"app","browser":{"buffer":false,"http":false}}',
		'app/index.js':
			"const http = require('http'); module.exports = () => [require('buffer').Buffer.from('a').length, Object.keys(http).length];",
	};
	expect(await valueOf(files)).toEqual([1, 0]);
});

test('an error names the line of the plugin that threw it, and no path of the machine', async () => {
	await using folder = await folderOf({
		'app/package.json': '{"name":"app","type":"module"}',
		'app/plugin.js': "import { fail } from './lib/fail.js';\nexport default { execute: async () => fail() };\n",
		'app/lib/fail.js': "export function fail() {\n\n\tthrow new RangeError('too far');\n}\n",
	});
	const { code, map } = await bundle(folder.path, { app: {} }, { main: './plugin.js', target: 'plugin' });
	const failure = await failureOf(run(code, { map }));
	expect(failure.message).toBe('Task "go" of probe failed: RangeError: too far (lib/fail.js:3:8)');
	expect(failure.details).toMatchObject({ stack: [expect.stringContaining('lib/fail.js:3:8'), expect.stringContaining('plugin.js:2:')] });
	expect(JSON.stringify(failure.details)).not.toContain(folder.path);
});

test('a plugin whose module waits while it loads, and one that reads its own files, run', async () => {
	await using folder = await folderOf({
		'app/package.json': '{"name":"app","type":"module"}',
		'app/plugin.js':
			"import { setTimeout } from 'node:timers/promises';\nimport { readFileSync } from 'node:fs';\nawait setTimeout(2);\nexport default { execute: async () => readFileSync(new URL('data.txt', import.meta.url), 'utf8') };\n",
	});
	const { code } = await bundle(folder.path, { app: {} }, { main: './plugin.js', target: 'plugin' });
	const files = { names: ['app'], list: async () => [{ path: 'data.txt', sizeBytes: 4 }], read: async () => Buffer.from('mine') };
	expect((await run(code, { files })).output).toBe('mine');
});
