import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

import { type Files, folderOf } from '../plugin-run.ts';
import { tool } from '../tool-run.ts';

type Outcome = { readonly exitCode: number; readonly stdout: string };

const PACKAGE = '/plugward-package/node_modules/probe';
const module = '{"name":"probe","version":"1.0.0","type":"module"}';

/** Programs of several files, which print the same in the sandbox as with node itself. */
const PROGRAMS: Readonly<Record<string, Files>> = {
	'import() of own files, of packages, of built-ins and of computed names': {
		'package.json': module,
		'cli.js': `
			const name = ['one', 'two'];
			const all = await Promise.all([import('./lib/one.js'), import('dep'), import('node:path'), ...name.map((part) => import('./lib/' + part + '.js')), import(\`./lib/\${name[1]}.js\`)]);
			console.log(all[0].default, all[1].default, all[1].named, typeof all[2].join, typeof all[2].default.join, all[3].default, all[4].default, all[5].default);
			console.log((await import('./lib/one.js')) === all[0], Object.keys(all[0]));
			try { await import('./lib/' + 'nothing.js'); } catch (error) { console.log(error.constructor.name); }
			try { await import('./lib/fails.js'); } catch (error) { console.log(error.message); }`,
		'lib/one.js': 'export default "one"; export const x = 1;',
		'lib/two.js': 'export default "two";',
		'lib/fails.js': 'throw new Error("while it loads");',
		'node_modules/dep/package.json': '{"name":"dep","version":"1.0.0","type":"module","exports":"./index.js"}',
		'node_modules/dep/index.js': 'export default "dep"; export const named = "named";',
	},
	'await at the top': {
		'package.json': module,
		'cli.js': `
			import { second } from './second.js';
			console.log('entry', second, await Promise.resolve('waited'));
			for await (const item of (async function* () { yield 1; yield 2; })()) console.log(item);
			export const late = await new Promise((resolve) => setTimeout(() => resolve('late'), 5));
			console.log(late);`,
		'first.js': `console.log('first starts'); export const first = await new Promise((resolve) => setTimeout(() => resolve(1), 20)); console.log('first ends');`,
		'second.js': `import { first } from './first.js'; console.log('second'); export const second = first + (await 1);`,
	},
	'import.meta': {
		'package.json': module,
		'cli.js': `
			import './lib/part.js'; import { readFileSync } from 'node:fs'; import { fileURLToPath } from 'node:url';
			console.log(import.meta.url, import.meta.filename, import.meta.dirname, import.meta.main, import.meta.resolve('./lib/part.js'));
			console.log(readFileSync(new URL('./data.txt', import.meta.url), 'utf8'), fileURLToPath(new URL('.', import.meta.url)));`,
		'lib/part.js': 'console.log(import.meta.url, import.meta.main, import.meta.dirname);',
		'data.txt': 'data',
	},
	'names of CommonJS modules for import': {
		'package.json': module,
		'cli.js': `
			import whole, { a, b } from 'cjs'; import * as namespace from 'cjs'; import transpiled, { named } from 'transpiled'; import * as compiled from 'transpiled';
			import text from 'text'; import fs, { existsSync } from 'fs'; import { default as renamed } from 'cjs'; import Klass, { helper } from 'klass';
			console.log(a, b, whole === renamed, Object.keys(whole), namespace.a, namespace.default === whole);
			console.log(named, typeof transpiled, transpiled.default, transpiled.named, compiled.default === transpiled, text, existsSync === fs.existsSync, new Klass().x, helper());`,
		'node_modules/cjs/package.json': '{"name":"cjs","version":"1.0.0"}',
		'node_modules/cjs/index.js': 'exports.a = 1; exports.b = "b"; Object.defineProperty(exports, "hidden", { value: 1 });',
		'node_modules/transpiled/package.json': '{"name":"transpiled","version":"1.0.0"}',
		'node_modules/transpiled/index.js':
			'"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.named = void 0; exports.named = "n"; exports.default = "d";',
		'node_modules/text/package.json': '{"name":"text","version":"1.0.0","main":"lib/text"}',
		'node_modules/text/lib/text.js': 'module.exports = "a text";',
		'node_modules/klass/package.json': '{"name":"klass","version":"1.0.0"}',
		'node_modules/klass/index.js': 'module.exports = class Klass { x = 5; }; module.exports.helper = () => "helped";',
	},
	'require of ES modules': {
		'cli.js': `
			const esm = require('esm'); const own = require('./own.mjs');
			console.log(esm.named, esm.default, Object.keys(own).includes('more'), own.default, own.__esModule, typeof require('./data.json').list, module.exports === exports, typeof __filename, require.main === module, this === exports);
			console.log(__dirname, __filename, require.resolve('./own.mjs'), require('./sloppy')());`,
		'sloppy.js':
			'module.exports = function () { undeclared = 1; delete undeclared; with ({ inner: 2 }) { return [typeof this, typeof undeclared, inner, 010]; } };',
		'own.mjs': 'export default function named() {} export const more = 1;',
		'data.json': '{"list":[1]}',
		'node_modules/esm/package.json': '{"name":"esm","version":"1.0.0","type":"module","main":"./index.js"}',
		'node_modules/esm/index.js': 'export const named = "n"; export default "d";',
	},
	'exports with conditions, patterns, internal names and itself': {
		'package.json':
			'{"name":"probe","version":"1.0.0","type":"module","exports":{".":"./cli.js","./own":"./own.js"},"imports":{"#inner":"./own.js","#for":{"browser":"./no.js","node":"./own.js"},"#dep":"dep/feature"}}',
		'cli.js': `
			import both from 'dep'; import feature from 'dep/feature'; import part from 'dep/parts/a'; import own from 'probe/own'; import inner from '#inner'; import forNode from '#for'; import viaDep from '#dep'; import { createRequire } from 'node:module';
			const require = createRequire(import.meta.url);
			console.log(both, feature, part, own, inner, forNode, viaDep, require('dep'), require('dep/nested'));`,
		'own.js': 'export default "own";',
		'no.js': 'export default "no";',
		'node_modules/dep/package.json':
			'{"name":"dep","version":"1.0.0","exports":{".":{"browser":"./no.js","import":"./esm.mjs","require":"./cjs.cjs"},"./feature":{"node":{"import":"./feature.mjs","default":"./no.js"},"default":"./no.js"},"./parts/*":"./lib/*.mjs","./nested":{"deno":"./no.js","node":{"browser":"./no.js","require":"./nested.cjs"}}}}',
		'node_modules/dep/esm.mjs': 'export default "esm";',
		'node_modules/dep/cjs.cjs': 'module.exports = "cjs";',
		'node_modules/dep/feature.mjs': 'export default "feature";',
		'node_modules/dep/lib/a.mjs': 'export default "part a";',
		'node_modules/dep/nested.cjs': 'module.exports = "nested";',
		'node_modules/dep/no.js': 'throw new Error("not for node");',
	},
	'names of functions and classes that two files have': {
		'package.json': module,
		'cli.js': `
			import { make as first, Same as A } from './a.js'; import { make as second, Same as B } from './b.js';
			class Same extends A {}
			console.log(first.name, second.name, A.name, B.name, new B().constructor.name, Same.name, Object.keys(A), first().name);
			const again = new Function('return ' + String(second()))(); console.log(again(2));`,
		'a.js': 'export function make() { return () => 1; } export class Same {}',
		'b.js':
			'export function make() { return function outer(n) { function inner(m) { return m * 2; } return inner(n); }; } export class Same { static x = 1; }',
	},
	'circles and live names': {
		'package.json': module,
		'cli.js': `
			import { count, add } from './count.js'; import { even } from './even.js'; import './c/a.cjs';
			add(); add(); console.log(count, even(10), even(7));`,
		'count.js': 'export let count = 0; export function add() { count += 1; }',
		'even.js': 'import { odd } from "./odd.js"; export function even(n) { return n === 0 || odd(n - 1); }',
		'odd.js': 'import { even } from "./even.js"; export const odd = (n) => n !== 0 && even(n - 1);',
		'c/a.cjs': 'exports.early = 1; const b = require("./b.cjs"); exports.late = 2; console.log(b.seen, b.a().late);',
		'c/b.cjs': 'const a = require("./a.cjs"); exports.seen = JSON.stringify(a); exports.a = () => a;',
	},
	'JSON, and what is not there in a module': {
		'package.json': module,
		'cli.js': `
			import data from './data.json' with { type: 'json' };
			const again = await import('./data.json', { with: { type: 'json' } });
			console.log(data.list, again.default === data, typeof module, typeof exports, typeof __filename, this === undefined);`,
		'data.json': '{"list":[1,2]}',
		'sloppy.cjs':
			'exports.sloppy = function () { undeclared = 1; delete undeclared; return typeof this === "object" && arguments.callee.name; };',
	},
	'AsyncLocalStorage follows what it started': {
		'package.json': module,
		'cli.js': `
			import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
			const storage = new AsyncLocalStorage(); const other = new AsyncLocalStorage();
			const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
			async function request(id) {
				const seen = [storage.getStore()];
				await null; seen.push(storage.getStore());
				await sleep(5 * (3 - id)); seen.push(storage.getStore());
				await Promise.all([sleep(1).then(() => seen.push('then ' + storage.getStore())), new Promise((resolve) => setImmediate(() => { seen.push('immediate ' + storage.getStore()); resolve(); }))]);
				queueMicrotask(() => seen.push('micro ' + storage.getStore())); process.nextTick(() => seen.push('tick ' + storage.getStore()));
				for await (const n of (async function* () { yield storage.getStore(); await sleep(1); yield storage.getStore(); })()) seen.push('of ' + n);
				try { await Promise.reject(new Error('x')); } catch { seen.push('caught ' + storage.getStore()); } finally { await 0; seen.push('finally ' + storage.getStore()); }
				return seen;
			}
			const all = await Promise.all([1, 2].map((id) => storage.run(id, () => request(id))));
			console.log(JSON.stringify(all.map((seen) => seen.map(String).sort())), storage.getStore());
			storage.run('outer', () => { other.run('o', () => { storage.run('inner', () => console.log(storage.getStore(), other.getStore())); console.log(storage.getStore()); storage.exit(() => console.log(storage.getStore(), other.getStore())); }); });
			const bound = storage.run('bound', () => AsyncResource.bind(() => storage.getStore())); const snapshot = storage.run('snap', () => AsyncLocalStorage.snapshot());
			const resource = storage.run('resource', () => new AsyncResource('kind'));
			console.log(bound(), snapshot(() => storage.getStore()), resource.runInAsyncScope(() => storage.getStore()), resource.runInAsyncScope((a, b) => a + b, null, 1, 2));
			try { storage.run('thrown', () => { throw new Error('y'); }); } catch { console.log(storage.getStore()); }
			storage.enterWith('entered'); await sleep(1); console.log(storage.getStore()); storage.disable(); console.log(storage.getStore());
			const arrow = async () => { await 0; return storage.getStore(); }; class K { async method() { await 0; return storage.getStore(); } static async *gen() { yield await storage.getStore(); } }
			console.log(await storage.run('a', arrow), await storage.run('m', () => new K().method()), await storage.run('g', () => K.gen().next()));`,
	},
};

async function inNode(files: Files): Promise<Outcome> {
	await using folder = await folderOf({ 'package.json': '{"name":"probe","version":"1.0.0"}', ...files });
	const result = await promisify(execFile)(process.execPath, ['--no-warnings', 'cli.js'], { cwd: folder.path, env: {} }).catch(
		(error: { readonly code: number; readonly stdout: string }) => error,
	);
	return { exitCode: 'code' in result ? result.code : 0, stdout: result.stdout.replaceAll(folder.path, PACKAGE) };
}

describe('programs do what they do with node', () => {
	test.each(Object.entries(PROGRAMS))('%s', async (_, files) => {
		const expected = await inNode(files);
		expect(expected.exitCode, expected.stdout).toBe(0);
		const { exitCode, stdout, stderr } = await tool(files);
		expect({ exitCode, stdout, stderr }).toEqual({ ...expected, stderr: '' });
	});
});
