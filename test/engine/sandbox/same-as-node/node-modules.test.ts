import { describe } from 'vitest';

import { sameAsNode } from './both.ts';

describe("node's streams", () => {
	sameAsNode({
		'a stream of objects ends without one more': `
			const { PassThrough } = require('stream'); const seen = [];
			const stream = new PassThrough({ objectMode: true });
			stream._write = (index, _encoding, done) => { stream.push({ index }); if (index === 1) stream.end(); done(); };
			stream.write(0); stream.write(1);
			await new Promise((resolve) => stream.on('data', (value) => seen.push(value)).on('end', resolve));
			return seen;`,
		'a stream of text ends with what was cut': `
			const { PassThrough } = require('stream'); const stream = new PassThrough(); stream.setEncoding('utf8'); const seen = [];
			stream.write(Buffer.from([0x61, 0xe2])); stream.end(Buffer.from([0x82]));
			await new Promise((resolve) => stream.on('data', (value) => seen.push(value)).on('end', resolve));
			return seen.join('');`,
	});
});

describe('vm', () => {
	sameAsNode({
		'code sees the object it is given and the language, and nothing else': `
			const vm = require('vm');
			const context = vm.createContext({ n: 2 });
			return [vm.runInContext('n * 21', context), vm.runInNewContext('[typeof process, typeof Buffer, typeof Array, typeof JSON.parse, typeof this.n]', { n: 1 }), vm.isContext(context), vm.isContext({})];`,
		'what it assigns lies in the object': `
			const vm = require('vm'); const context = { list: [] };
			vm.runInNewContext('list.push(1); made = 3; var declared = made + 1; globalThis.by = "name";', context);
			return context;`,
		'a script runs more than once, and what cannot be parsed is told at once': `
			const vm = require('vm'); const script = new vm.Script('count += 1', { filename: 'counter.js' });
			const context = vm.createContext({ count: 0 }); script.runInContext(context); script.runInContext(context);
			return [context.count, await tell(() => new vm.Script('let let')), await tell(() => script.runInContext({ count: 1 }))];`,
		'in the same globals': `
			const vm = require('vm'); globalThis.plain = 4;
			return [vm.runInThisContext('plain + 1'), new vm.Script('typeof Buffer').runInThisContext(), vm.compileFunction('return a + b', ['a', 'b'])(1, 2)];`,
	});
});

describe('modules under a second name', () => {
	sameAsNode({
		'sys and stream/web': `
			return [require('sys') === require('util'), Object.keys(require('stream/web')).sort().filter((name) => !/Transfer|Tee/.test(name)), require('stream/web').ReadableStream === ReadableStream];`,
	});
});
