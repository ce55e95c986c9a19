import { describe } from 'vitest';

import { sameAsNode } from './both.ts';

describe('util.inspect', () => {
	sameAsNode({
		'plain values': `
			const { inspect } = require('util');
			return [undefined, null, true, 0, -0, 1e21, NaN, 10n, Symbol('a\\nb'), Symbol.iterator, '', "it's", 'both \\' and "', 'all \\' " \`', 'a\\tb\\n\\u001b[31m\\u007f', '\\ud800x', 'é古😀'].map((value) => inspect(value));`,
		'objects on one line, and below each other when they are long': `
			const { inspect } = require('util');
			return [{}, { a: 1 }, { a: 1, 'b-c': 2, $d: 3, 4: 5, [Symbol('s')]: 6, ['__proto__']: 7 }, { a: { b: { c: { d: 1 } } } }, { a: { b: { c: {} } } }, { a: 'x'.repeat(40), b: 'y'.repeat(40) },
				{ name: 'package', version: '1.0.0', dependencies: { one: '^1.0.0', two: '^2.0.0' }, scripts: { test: 'node --test', build: 'tsc -p .' }, list: [{ a: 1 }, { b: [1, 2, 3] }] },
				{ a: { b: { c: 1 } }, d: 2 }, { a: 'x\\ny'.repeat(20) }, [{ text: 'some words\\nand more '.repeat(6) }]].map((value) => inspect(value));`,
		'lists, with holes, more than fit, and in columns': `
			const { inspect } = require('util');
			const named = [1, 2]; named.more = true;
			return [[], [1], [1, , 3], [, ,], new Array(3), named, Array.from({ length: 120 }, (_, i) => i), Array.from({ length: 30 }, (_, i) => 'word' + i), Array.from({ length: 27 }, (_, i) => i * 1000), Array.from({ length: 8 }, (_, i) => 'a much longer text that is number ' + i),
				Array.from({ length: 10 }, (_, i) => 'x'.repeat(i)), [[1, 2, [3, [4, [5]]]]], ['古古', 'b', 'c', 'd', 'e', 'f', 'gg', 'hhh'], [1.5, -2, 1e9, 4, 5, 6, 7], Array.from({ length: 101 }, () => 'ab'), [undefined, null, 1, 2, 3, 4, 5]].map((value) => inspect(value));`,
		'maps, sets, bytes and dates': `
			const { inspect } = require('util');
			return [new Map(), new Map([['a', 1], [{ b: 1 }, new Set([1])]]), new Set(), new Set([[1], 'x']), new Uint8Array([1, 2, 3]), new Float64Array(2), new Uint8Array(), new ArrayBuffer(4), new DataView(new ArrayBuffer(2)), Buffer.from('hello'), new Date(0), new Date(NaN), /a+/gi,
				new WeakMap(), new Map(Array.from({ length: 110 }, (_, i) => [i, i])), new BigInt64Array(1), Object.assign(new Map([[1, 2]]), { own: 3 })].map((value) => inspect(value));`,
		'classes and prototypes': `
			const { inspect } = require('util');
			class A { constructor() { this.x = 1; } } class B extends A {} class Tagged { get [Symbol.toStringTag]() { return 'tag'; } }
			class List extends Array {} class Sets extends Set {} class Empty {} const Nameless = (() => class {})();
			const bare = Object.create(null); bare.y = 1;
			return [new A(), new B(), new Tagged(), new Empty(), List.from([1, 2]), new Sets([1]), Object.create(null), bare, Object.create(new A()), new (class Foo { #hidden = 1; })(), Object.create({}), (function () { return arguments; })(1, 2), globalThis.Math, JSON, Reflect, Object.create(A.prototype), { constructor: 'x' }, A.prototype].map((value) => inspect(value)).concat(inspect(A), inspect(B), inspect(Nameless));`,
		functions: `
			const { inspect } = require('util');
			const arrow = () => {}; const withKeys = Object.assign(function named() {}, { a: 1 });
			return [arrow, withKeys, function () {}, async () => {}, function* gen() {}, async function* agen() {}, (() => () => {})(), class {}, Object.setPrototypeOf(function lost() {}, null), Math.max].map((value) => inspect(value));`,
		'boxes, symbols and getters': `
			const { inspect } = require('util');
			const accessors = { get a() { return 1; }, set b(value) {}, get c() { return 1; }, set c(value) {} };
			return [new Number(3), new String('abc'), new Boolean(false), Object(1n), Object(Symbol('s')), Object.assign(new String('x'), { y: 1 }), accessors, inspect(accessors, { getters: true }), Object.defineProperty({}, 'hidden', { value: 1 }), inspect(Object.defineProperty({}, 'hidden', { value: 1 }), { showHidden: true })].map((value) => typeof value === 'string' ? value : inspect(value));`,
		circles: `
			const { inspect } = require('util');
			const self = { a: 1 }; self.self = self; const list = [1]; list.push(list, { list });
			const map = new Map(); map.set('me', map);
			const two = { a: {} , b: {} }; two.a.b = two.b; two.b.a = two.a;
			return [self, list, map, two].map((value) => inspect(value));`,
		errors: `
			const { inspect } = require('util');
			const make = (type, message, more) => Object.assign(new type(message), { stack: undefined }, more);
			const plain = new Error('no'); plain.stack = 'Error: no\\n    at f (file.js:1:2)\\n    at g (file.js:3:4)';
			const coded = new TypeError('bad'); coded.stack = 'TypeError: bad\\n    at f (file.js:1:2)'; coded.code = 'E_BAD'; coded.info = { a: 1 };
			const caused = new Error('outer', { cause: plain }); caused.stack = 'Error: outer\\n    at x (y.js:1:1)';
			const short = new RangeError('short'); short.stack = 'RangeError: short';
			const many = new AggregateError([short], 'many'); many.stack = 'AggregateError: many\\n    at x (y.js:1:1)';
			class Own extends Error {} const own = new Own('mine'); own.stack = 'Error: mine\\n    at x (y.js:1:1)';
			const renamed = new Error('named'); renamed.name = 'Renamed'; renamed.stack = 'Error: named\\n    at x (y.js:1:1)';
			return [plain, coded, caused, short, many, own, { nested: plain }, [short], { deep: { deeper: { deepest: short } } }].map((value) => inspect(value));`,
		'things that inspect themselves': `
			const { inspect } = require('util');
			class Money { constructor() { this.n = 3; } [inspect.custom](depth, options, inspectAgain) { return 'Money<' + depth + ' ' + options.stylize('3', 'number') + ' ' + inspectAgain({ a: this.n }, options) + '>'; } }
			return [new Money(), { price: new Money() }, [new Money()], { a: { [inspect.custom]: () => ({ other: 'object' }) } }, { a: { [inspect.custom]: () => 'two\\nlines' } }, inspect(new Money(), { customInspect: false }), inspect(new Money(), { colors: true })].map((value) => typeof value === 'string' ? value : inspect(value));`,
		options: `
			const { inspect } = require('util');
			const value = { b: [1, 2, { c: { d: { e: 1 } } }], a: 'text', n: null, u: undefined, s: Symbol('x'), f() {}, d: new Date(0), t: true, g: 1n };
			return [inspect(value, { depth: 0 }), inspect(value, { depth: null }), inspect(value, { depth: Infinity, compact: false }), inspect(value, { compact: true }), inspect(value, { colors: true }), inspect(value, { breakLength: 40 }), inspect(value, { breakLength: Infinity }), inspect(value, { sorted: true }),
				inspect([1, 2, 3, 4], { maxArrayLength: 2 }), inspect('abcdef', { maxStringLength: 3 }), inspect(value, false, 0), inspect(value, false, null, true), inspect([123456789, 1234.5678], { numericSeparator: true }), inspect({ a: [1, 2, 3], b: new Set([1]) }, { compact: 1 }), inspect(new Set([3, 1, 2]), { sorted: true }), inspect({ a: { b: 1 } }, { compact: 0 })];`,
		'of the web': `
			const { inspect } = require('util');
			return [new AbortController().signal.aborted, inspect(new TextEncoder().encode('ab')), inspect(Object.fromEntries([['x', [new Map([['k', [1, [2, [3]]]]])]]]))];`,
	});
});

describe('util.format', () => {
	sameAsNode({
		'all placeholders': `
			const { format } = require('util');
			class Spoken { toString() { return 'spoken'; } }
			return [format('%s %s', 'a'), format('%s', null, undefined), format('%s', { a: { b: { c: 1 } } }), format('%s', [1, [2, [3]]]), format('%s', () => 1), format('%s', -0), format('%s', 12n), format('%s', Symbol('x')), format('%s', new Spoken()), format('%s', class A {}),
				format('%d', '42'), format('%d', 1n), format('%d', {}), format('%i', 42.9), format('%i', 'x'), format('%f', '1.5x'), format('%j', { a: [1] }), format('%o', { a: 1 }), format('%O', { a: { b: { c: { d: 1 } } } }), format('%c styled', 'css'), format('100%'), format('100%%'), format('%% %s', 'a'), format('%x', 1),
				format('a', 'b', { c: 1 }, 2), format(1, 'b', '%s'), format({ a: 1 }, 'x'), format(), format('%s', new Date(0)), format('%s', Object.create(null)), format('%s%s', 'a', 'b', 'c')];`,
		'circular JSON': `const { format } = require('util'); const a = {}; a.a = a; return format('%j', a);`,
		'with options': `const { formatWithOptions } = require('util'); return [formatWithOptions({ colors: true }, 'x %O', { a: 1 }), formatWithOptions({ compact: false }, { a: 1 })];`,
	});
});

describe('util.styleText', () => {
	sameAsNode({
		'styles by name, nested and together': `
			const { styleText } = require('util'); const raw = { validateStream: false };
			return [styleText('red', 'a', raw), styleText(['bold', 'bgBlue'], 'a', raw), styleText('bold', 'x ' + styleText('dim', 'y', raw) + ' z', raw), styleText('red', 'x ' + styleText('blue', 'y', raw) + ' z', raw), styleText('gray', 'g', raw), styleText('none', 'n', raw), styleText('bgGreenBright', 'b', raw), styleText('underline', '', raw)];`,
		'what is no style or no text': `
			const { styleText } = require('util');
			return [await tell(() => styleText('reddish', 'a', { validateStream: false })), await tell(() => styleText('red', 1))];`,
		'a stream that is no terminal shows none': `
			const { styleText } = require('util');
			return [styleText('red', 'a', { stream: process.stdout, validateStream: true }).includes('a')];`,
	});
});

describe('util.parseArgs', () => {
	sameAsNode({
		'long and short options, values, groups and positionals': `
			const { parseArgs } = require('util');
			const options = { all: { type: 'boolean', short: 'a' }, name: { type: 'string', short: 'n' }, many: { type: 'string', multiple: true, short: 'm' }, level: { type: 'string', default: '3' } };
			return [['-a', '--name', 'x', 'pos'], ['--name=x=y', '-m1', '-m', '2'], ['-an', 'x'], ['-anx'], ['--', '-a'], ['-'], ['a', '--all', 'b'], ['--level', '5'], []].map((args) => parseArgs({ args, options, allowPositionals: true }));`,
		tokens: `
			const { parseArgs } = require('util');
			return parseArgs({ args: ['-xy', '--o=1', 'p', '--o', '2', '--', 'q'], options: { x: { type: 'boolean', short: 'x' }, y: { type: 'boolean', short: 'y' }, o: { type: 'string' } }, allowPositionals: true, tokens: true });`,
		'what is not allowed': `
			const { parseArgs } = require('util'); const options = { flag: { type: 'boolean', short: 'f' }, text: { type: 'string', short: 't' } };
			const message = (config) => { try { parseArgs(config); return 'fine'; } catch (error) { return error.code + ': ' + error.message; } };
			return [['--nothing'], ['-x'], ['pos'], ['--flag=1'], ['--text'], ['--text', '-f'], ['-t', '-f']].map((args) => message({ args, options })).concat(message({ args: ['-x'], options, allowPositionals: true }));`,
		'not strict, and negative': `
			const { parseArgs } = require('util');
			return [parseArgs({ args: ['--any', '--thing=1', '-x', 'pos'], strict: false }), parseArgs({ args: ['--no-colour', '--colour'], options: { colour: { type: 'boolean' } }, allowNegative: true }), parseArgs({ args: ['--no-colour'], options: { colour: { type: 'boolean' } }, allowNegative: true })];`,
	});
});

describe('util.MIMEType', () => {
	sameAsNode({
		'what is read and written': `
			const { MIMEType } = require('util');
			const texts = ['text/html', 'text/HTML; Charset=UTF-8;q="a\\\\"b c"', 'a/b;;c=d;c=e;f', ' a/b ; c = d ', '\\ta/b;x=1;y="2 3"', 'text/plain;charset="x', 'a/b;c=""', 'a/b;c="d"x;e=f', 'a/b;c=d e;f="\\\\', 'a/b;c=é', 'a/b;c="é"', 'a/b;"=1', 'a/b;=1;x=2', 'a/b; x=1 ;y=2 ', "!#$&-^_.+/~;a*='"];
			return texts.map((text) => { const mime = new MIMEType(text); return [mime.type, mime.subtype, mime.essence, [...mime.params], String(mime), JSON.stringify(mime)]; });`,
		'what is refused': `
			const { MIMEType, MIMEParams } = require('util'); const params = new MIMEParams(); const mime = new MIMEType('a/b');
			const tried = ['', 'x', 'a/', '/b', 'a b/c', 'a/b c', 'é/b', undefined].map((text) => tell(() => new MIMEType(text)));
			return Promise.all([...tried, tell(() => { mime.type = 'x y'; }), tell(() => { mime.type = ''; }), tell(() => { mime.subtype = '/'; }), tell(() => params.set('a b', 'c')), tell(() => params.set('', 'c')), tell(() => params.set('a', '😀')), tell(() => params.set('a', '\\n'))]);`,
		'what is changed': `
			const { MIMEType, MIMEParams } = require('util'); const mime = new MIMEType('a/b;c=d'); mime.type = 'X'; mime.subtype = 'Y';
			const params = new MIMEParams('ignored=1'); params.set('A', 'b c'); params.set('q', ''); params.set('n', 7); const before = String(params); params.delete('A');
			mime.params.set('e', 'f"g'); return [String(mime), before, String(params), params.has('A'), params.get('zz'), params.get('N'), [...params.keys()], [...params.values()], [...params.entries()], JSON.stringify({ params }), Object.prototype.toString.call(mime)];`,
	});
});

describe('util.parseEnv and util.diff', () => {
	sameAsNode({
		'variables of a file': `
			const { parseEnv } = require('util');
			return [parseEnv('A=1\\nB="x\\\\ny" # c\\nexport C=\\'q\\'\\n#x\\nD = 5 \\nE\\nF=\`a\\nb\`'), parseEnv(''), await tell(() => parseEnv(5))];`,
		'what is different': `
			const { diff } = require('util');
			return [diff('abc', 'abd'), diff('same', 'same'), diff(['a', 'b', 'c'], ['a', 'x', 'c']), diff('', 'a'), await tell(() => diff(5, 'a')), await tell(() => diff(['a'], [5]))];`,
	});
});
