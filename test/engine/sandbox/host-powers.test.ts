import { expect, test } from 'vitest';

import { importUses } from '../../../source/engine/sandbox/bundler/import-uses.ts';
import { bundleForIsolate, type BundleInstance, type HostPowerUse } from '../../../source/engine/sandbox/index.ts';
import { bundle, folderOf, type Files } from './plugin-run.ts';

async function powersOf(files: Files, packages: Readonly<Record<string, Partial<BundleInstance>>> = { app: {} }) {
	await using folder = await folderOf({ 'app/package.json': '{"name":"app"}', ...files });
	return (await bundle(folder.path, packages)).powers;
}

const edge = { app: { dependencies: { dep: 'dep@1.0.0' } }, dep: {} };

test.each<readonly [string, string, string | undefined]>([
	['an import', 'import { spawn } from "node:child_process"; spawn();', 'loads'],
	['an import of everything', 'import * as http from "http"; export const a = () => http.get("x");', 'loads'],
	['an export', 'export * from "net";', 'loads'],
	['a require', 'const a = require("child_process");', 'loads'],
	['a require in a list', 'var x = 1, a = require("child_process").exec;', 'loads'],
	['a require in a function that runs at once', '(function () { require("child_process"); })();', 'loads'],
	['a require in one that is called with another this', '(function () { require("child_process"); }).call(this);', 'loads'],
	['a require in a class field that is static', 'class A { static b = require("child_process"); }', 'loads'],
	['a require in try without catch', 'try { require("child_process"); } finally { done(); }', 'loads'],
	['a require in try', 'try { require("child_process"); } catch {}', 'optional'],
	['a require in catch', 'try { a(); } catch { require("child_process"); }', 'optional'],
	['a require in a condition', 'if (isNode) require("child_process");', 'optional'],
	['a require behind and', 'const a = isNode && require("child_process");', 'optional'],
	['a require in a choice', 'const a = isNode ? require("child_process") : null;', 'optional'],
	['a require in a function', 'function run() { return require("child_process"); }', 'optional'],
	['a require in a method', 'class A { run() { return require("child_process"); } }', 'optional'],
	['both', 'const a = () => require("child_process"); require("child_process");', 'loads'],
	['constants of http', 'const { STATUS_CODES } = require("http");', 'constants'],
	['constants of http by a name', 'const http = require("http"); module.exports = http.METHODS.map(lower);', 'constants'],
	['constants that are imported', 'import { METHODS as m } from "node:http"; export default m;', 'constants'],
	['a name that is also called', 'import http from "http"; use(http.METHODS); http.get("x");', 'loads'],
	['a method of another thing', 'loader.require("child_process");', undefined],
	['text that is no code', 'this is { no code', undefined],
])('%s: how a file uses it', (_, source, expected) => {
	expect([...importUses(source).values()][0]).toBe(expected);
});

test('deeply nested source is looked through, and what no parser takes is passed over', () => {
	const deep = `${'(function(){'.repeat(200)}require("net")${'})()'.repeat(200)}`;
	expect(importUses(deep).get('net')).toBe('loads');
	expect(importUses('['.repeat(200_000)).size).toBe(0);
});

test('what needs the machine is told with the way to it, the required ones first', async () => {
	const powers = await powersOf(
		{
			'app/index.js': 'import "./lib/a.js"; import "dep"; try { require("net"); } catch {}',
			'app/lib/a.js': 'require("https");',
			'dep/package.json': '{"name":"dep"}',
			'dep/index.js': 'require("./lib/x");',
			'dep/lib/x.js': 'const { spawn } = require("node:child_process"); exports.a = () => spawn("ls");',
		},
		edge,
	);
	expect(powers).toEqual<readonly HostPowerUse[]>([
		{ power: 'https', specifier: 'https', trail: 'app/lib/a.js', isOwn: true, isRequired: true },
		{ power: 'child_process', specifier: 'node:child_process', trail: 'app > dep/lib/x.js', isOwn: false, isRequired: true },
		{ power: 'net', specifier: 'net', trail: 'app/index.js', isOwn: true, isRequired: false },
	]);
});

test('a file that is only loaded when somebody wants it does not make its imports required', async () => {
	const files = {
		'dep/package.json': '{"name":"dep"}',
		'dep/index.js': 'exports.start = () => require("./server");',
		'dep/server.js': 'require("http").createServer();',
	};
	const lazy = await powersOf({ ...files, 'app/index.js': 'import "dep";' }, edge);
	expect(lazy).toMatchObject([{ power: 'http', trail: 'app > dep/server.js', isRequired: false }]);
	const both = await powersOf({ ...files, 'app/index.js': 'import "dep"; import "dep/server.js";' }, edge);
	expect(both).toMatchObject([{ power: 'http', isRequired: true }]);
	const dynamic = await powersOf({ ...files, 'app/index.js': 'await import("dep/server.js");' }, edge);
	expect(dynamic).toMatchObject([{ power: 'http', isRequired: false }]);
});

test('modules in a circle, and one that imports itself, have an end', async () => {
	const powers = await powersOf({
		'app/index.js': 'require("./a");',
		'app/a.js': 'require("./b"); require("./a");',
		'app/b.js': 'require("./a"); require("dgram");',
	});
	expect(powers).toMatchObject([{ power: 'dgram', trail: 'app/b.js', isRequired: true }]);
});

test('machine code is told by its file and by what loads it', async () => {
	const files = {
		'dep/package.json': '{"name":"node-gyp-build"}',
		'dep/index.js': 'module.exports = () => ({});',
	};
	const packages = { app: { dependencies: { 'node-gyp-build': 'dep@1.0.0' } }, dep: {} };
	const loaded = await powersOf({ ...files, 'app/index.js': 'module.exports = require("node-gyp-build")(__dirname);' }, packages);
	expect(loaded).toMatchObject([{ power: 'native addon', specifier: 'node-gyp-build', trail: 'app/index.js', isRequired: true }]);
	const guarded = await powersOf(
		{ ...files, 'app/index.js': 'try { module.exports = require("node-gyp-build")(__dirname); } catch { module.exports = {}; }' },
		packages,
	);
	expect(guarded).toMatchObject([{ power: 'native addon', isRequired: false }]);
	const missing = await powersOf({ 'app/index.js': 'module.exports = require("./build/Release/a.node");' });
	expect(missing).toMatchObject([{ power: 'native addon', isRequired: true }]);
	const present = await powersOf({ 'app/index.js': 'module.exports = require("./a.node");', 'app/a.node': 'x' });
	expect(present).toMatchObject([{ power: 'native addon', isRequired: true }]);
});

test('modules that the isolate has, constants and own packages of such a name need nothing', async () => {
	const powers = await powersOf(
		{
			'app/index.js': 'import "fs"; import "worker_threads"; import { METHODS } from "http"; import "cluster"; export default METHODS;',
			'dep/package.json': '{"name":"cluster"}',
			'dep/index.js': '',
		},
		{ app: { dependencies: { cluster: 'dep@1.0.0' } }, dep: {} },
	);
	expect(powers).toEqual([]);
});

test('of a crowd of such imports twenty are told', async () => {
	const names = Array.from({ length: 30 }, (_, index) => `f${index}.js`);
	await using folder = await folderOf({
		'app/package.json': '{"name":"app"}',
		'app/index.js': names.map((name) => `import "./${name}";`).join(''),
		...Object.fromEntries(names.map((name) => [`app/${name}`, 'require("net");'])),
	});
	const instances = new Map([
		['app@1.0.0', { name: 'app', version: '1.0.0', treePath: `${folder.path}/app`, dependencies: {}, droppedOptional: [] }],
	]);
	const signal = new AbortController().signal;
	const { powers } = await bundleForIsolate(
		{ entry: { instance: 'app@1.0.0', main: './index.js' }, instances, target: 'plugin' },
		{ signal },
	);
	expect(powers).toHaveLength(20);
});
