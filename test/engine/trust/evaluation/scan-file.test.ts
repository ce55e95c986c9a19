import { describe, expect, it } from 'vitest';
import { scanFile } from '../../../../source/engine/trust/evaluation/scan-file.ts';

/** `what detail` of everything found in a source, each once. */
function seen(source: string, file = 'index.js'): readonly string[] {
	return [...new Set(scanFile(file, source).found.map(({ what, place }) => `${what} ${place.detail}`))];
}

describe('what a file can do is seen', () => {
	it.each([
		['a plain require', "const cp = require('child_process');", 'process child_process'],
		['the node: prefix', "require('node:fs').readFileSync('a')", 'fs node:fs'],
		['a static import', "import { connect } from 'node:net';", 'net node:net'],
		['an export from', "export * from 'fs/promises';", 'fs fs/promises'],
		['a dynamic import of a constant', "await import('node:https')", 'net node:https'],
		['a template as the name', 'require(`http`)', 'net http'],
		['an alias of require', "const r = require; r('dgram')", 'net dgram'],
		['an alias of an alias', "const a = require, b = a; b('vm')", 'eval vm'],
		['require out of mainModule', "process.mainModule.require('fs')", 'fs fs'],
		['require out of module', "module.require('fs')", 'fs fs'],
		['createRequire', "import { createRequire } from 'node:module'; const load = createRequire(import.meta.url); load('fs')", 'fs fs'],
		['Module._load', "require('module')._load('child_process')", 'process child_process'],
		['getBuiltinModule', "process.getBuiltinModule('fs')", 'fs fs'],
		['process by a computed member', "globalThis['process'].getBuiltinModule('net')", 'net net'],
		['process through Reflect', "Reflect.get(globalThis, 'process').getBuiltinModule('net')", 'net net'],
		['the global object by the old way', "Function('return this')().process.getBuiltinModule('fs')", 'fs fs'],
		['a comma before the call', "(0, require)('fs')", 'fs fs'],
		['a constant in a variable', "const name = 'child_process'; require(name)", 'process child_process'],
		['a name assigned later', "let name; name = 'tls'; require(name)", 'net tls'],
		['a name from char codes', 'require(String.fromCharCode(102, 115))', 'fs fs'],
		['a name in base64', "require(Buffer.from('ZnM=', 'base64').toString())", 'fs fs'],
		['a name backwards', "require('ptth'.split('').reverse().join(''))", 'net http'],
		['an unknown name', 'require(process.argv[2])', 'dynamic-import require(...)'],
		['an unknown import', 'import(`./locale/${name}.js`)', 'dynamic-import import(...)'],
		['eval', 'eval(code)', 'eval eval(...)'],
		['indirect eval', '(0, eval)(code)', 'eval eval(...)'],
		['Function', "new Function('a', 'return a')", 'eval Function(...)'],
		['Function by its constructor', "[].constructor.constructor('return 1')()", 'eval Function(...)'],
		['a timer with text', "setTimeout('run()', 1)", 'eval setTimeout with text'],
		['the global fetch', "fetch('https://example.com')", 'net fetch'],
		['a WebSocket', 'new WebSocket(url)', 'net WebSocket'],
		['WebAssembly', 'WebAssembly.instantiate(bytes)', 'wasm WebAssembly.instantiate'],
		['an addon', "require('./build/Release/fast.node')", 'native ./build/Release/fast.node'],
		['an internal binding', "process.binding('spawn_sync')", 'native process.binding'],
		['one variable', 'process.env.HOME', 'env HOME'],
		['one variable by its text', "process.env['HOME']", 'env HOME'],
		['picked variables', 'const { HOME } = process.env;', 'env HOME'],
		['an alias of the environment', 'const { env } = process; env.HOME', 'env HOME'],
		['the whole environment', 'JSON.stringify(process.env)', 'env the whole environment'],
		['a token', 'process.env.NPM_TOKEN', 'secret-env NPM_TOKEN'],
		['a path of secrets', "read(home + '/.ssh/id_rsa')", 'secret-path /.ssh/id_rsa'],
		['publishing', "execSync('npm publish --access public')", 'self-publish npm publish --access public'],
		[
			'publishing by a PUT with fetch',
			"fetch(registry + name, { method: 'PUT', body: JSON.stringify({ _id: name, _attachments: { 'a.tgz': tarball } }) })",
			'self-publish a PUT with _attachments, as a registry takes packages',
		],
		[
			'publishing by a PUT of node',
			"const q = require('https').request({ method: 'put', host }); const d = {}; d['_attachments'] = files; q.end(JSON.stringify(d));",
			'self-publish a PUT with _attachments, as a registry takes packages',
		],
		[
			'publishing by a client with a put',
			"const axios = require('axios'); axios.put(url, { _attachments }); process.exit(eval(a));",
			'self-publish a PUT with _attachments, as a registry takes packages',
		],
		['publishing by words', "spawn('npm', ['publish', '--tag', 'x'])", 'self-publish npm publish --tag x'],
	])('%s', (_, source, expected) => {
		expect(seen(source)).toContain(expected);
	});

	it('gives the line and the column, counted from 1', () => {
		const { found } = scanFile('lib/a.js', "'use strict';\nconst x = 1, fs = require('fs');\n");
		expect(found).toEqual([{ what: 'fs', place: { file: 'lib/a.js', line: 2, column: 19, detail: 'fs' } }]);
	});
});

describe('what hides is seen', () => {
	it.each([
		['a module name put together', "require('child_' + 'process')", 'obfuscated the name child_process put together from pieces'],
		['a global put together', "globalThis['pro' + 'cess']", 'obfuscated the name process put together from pieces'],
		['decoded code', "eval(Buffer.from(text, 'base64').toString())", 'obfuscated runs decoded text as code'],
		['decoded code through atob', 'new Function(atob(text))', 'obfuscated runs decoded text as code'],
		['invisible characters', `eval(decode("${'\uFE01'.repeat(40)}"))`, 'obfuscated 40 invisible characters in a row'],
		[
			'a turned reading direction',
			'if (a) { /*\u202E } \u2066if (admin) \u2069 \u2066 begin */ run(); }',
			'obfuscated characters that turn the reading direction around',
		],
	])('%s', (_, source, expected) => {
		expect(seen(source)).toContain(expected);
	});

	it('names of an obfuscator, escaped letters and sources of signs alone', () => {
		const names = Array.from({ length: 20 }, (_, index) => `var _0x${(4096 + index).toString(16)} = ${index};`).join('\n');
		expect(seen(names).join()).toContain('names like _0x1000');
		const letters = `var t = "${String.raw`\x68\x65\x6c\x6c\x6f`.repeat(20)}";`;
		expect(seen(letters).join()).toContain('plain letters written as');
		expect(seen('[]'.repeat(250)).join()).toContain('signs without a letter');
	});

	it('a table of texts that is turned until a sum or a counter fits', () => {
		const turned = 'obfuscated a table of texts that is turned around before it is read';
		const summed =
			'(function(a,b){const c=a();while(true){try{const d=parseInt(f(1))/1+parseInt(f(2))/2*(parseInt(f(3))/3);if(d===b)break;else c.push(c.shift());}catch(e){c.push(c.shift());}}}(t,5));';
		expect(seen(summed)).toContain(turned);
		expect(seen("(function(a,n){var g=function(i){while(--i){a['push'](a['shift']());}};g(++n);}(t,0x1b));")).toContain(turned);
		expect(scanFile('a.js', `\n${summed}`).found).toMatchObject([{ place: { file: 'a.js', line: 2 } }]);
		expect(seen('while (open.length > 0) { open.push(open.shift()); total += parseInt(open[0]); }')).toEqual([]);
	});

	it('a document database that keeps attachments publishes nothing', () => {
		expect(seen("fetch(url, { method: 'GET' }).then((doc) => doc._attachments)")).toEqual(['net fetch']);
	});

	it('a packed text counts where text or programs can be run, and is data elsewhere', () => {
		const bytes = Buffer.from(Array.from({ length: 1200 }, (_, index) => (index * 7919 + (index >> 3) * 104_729) % 256)).toString('base64');
		expect(seen(`const data = "${bytes}"; eval(unpack(data));`).join()).toContain('packed characters');
		expect(seen(`export const table = "${bytes}";`)).toEqual([]);
	});

	it('source that is no JavaScript is a fact, not an error', () => {
		expect(seen('type A = process.B; let a: A = eval(1) <div>')).toEqual(['unparsable not JavaScript']);
		expect(seen(`eval(a); ${'typeof '.repeat(300_000)}b`)).toEqual(['unscannable is nested too deeply']);
	});
});

describe('what says nothing is left out', () => {
	it.each([
		['what every program reads', 'if (process.env.NODE_ENV !== "production" && process.env.FORCE_COLOR) go();'],
		['other modules', "const path = require('path'); import './other.js'; require('lodash')"],
		['a function that is called fetch', 'function fetch(a) { return a; } fetch(1);'],
		['a method that is called fetch', 'this.fetch(1); cache.fetch(2); process.nextTick(run)'],
		['a class with a constructor', 'class A { constructor(eval_) { this.constructor.name; } }'],
		['the old way to the global object', "var root = Function('return this')();"],
		['self of an object', 'var self = this; self.process(1); self["process"](2);'],
		['a queue that goes round', 'while (queue.length > 0) { queue.push(queue.shift()); if (isDone(queue[0])) break; }'],
		['help text that names publishing', "console.log('then type npm publish');"],
		['minified names that once were text', "function f(e){setTimeout(e,1)} var e='x';"],
	])('%s', (_, source) => {
		expect(seen(source)).toEqual([]);
	});

	it('a minified file is called that, and still scanned', () => {
		const source = `${'var a=1;'.repeat(400)}require("net")`;
		expect(scanFile('dist/a.min.js', source)).toMatchObject({
			isMinified: true,
			found: [{ what: 'net', place: { line: 1, column: 3201 } }],
		});
	});
});
