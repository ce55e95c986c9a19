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

describe('timers/promises', () => {
	sameAsNode({
		'waits, with a value, until it is stopped': `
			const { setTimeout, setImmediate, setInterval, scheduler } = require('timers/promises');
			const controller = new AbortController(); const waiting = tell(setTimeout(1000, 'x', { signal: controller.signal })); controller.abort();
			const seen = []; for await (const value of setInterval(1, 'again')) { seen.push(value); if (seen.length === 3) break; }
			return [await setTimeout(1, 'value'), await setImmediate('now'), await waiting, await tell(setTimeout(1, 'x', { signal: AbortSignal.abort() })), seen, await scheduler.wait(1) === undefined, await scheduler.yield() === undefined];`,
	});
});

describe('diagnostics_channel', () => {
	sameAsNode({
		'who listens hears': `
			const { channel, subscribe, unsubscribe, hasSubscribers } = require('diagnostics_channel'); const seen = [];
			const listener = (message, name) => seen.push([message, name]); const one = channel('one');
			one.publish('nobody'); subscribe('one', listener); one.publish({ a: 1 }); const had = hasSubscribers('one');
			return [seen, had, unsubscribe('one', listener), one.hasSubscribers, channel('one') === one, one.name];`,
		'calls are told with what came of them': `
			const { tracingChannel } = require('diagnostics_channel'); const trace = tracingChannel('work'); const seen = [];
			const listeners = Object.fromEntries(['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map((phase) => [phase, (context) => seen.push([phase, context.id, context.result ?? null, context.error?.message ?? null])]));
			trace.subscribe(listeners);
			const results = [trace.traceSync((a, b) => a + b, { id: 1 }, null, 1, 2), await tell(() => trace.traceSync(() => { throw new Error('no'); }, { id: 2 })), await trace.tracePromise(async () => 'later', { id: 3 }), await tell(trace.tracePromise(async () => { throw new TypeError('late'); }, { id: 4 }))];
			return [results, seen, trace.hasSubscribers, trace.unsubscribe(listeners), trace.hasSubscribers];`,
	});
});

describe('small parts', () => {
	sameAsNode({
		'kinds of values': `
			const { types } = require('util'); const args = (function () { return arguments; })();
			const values = [new Uint8ClampedArray(1), new Float32Array(1), new DataView(new ArrayBuffer(1)), new Number(1), Object('s'), Object(1n), args, new Map().keys(), new Set().values(), {}, 1];
			const names = ['isUint8ClampedArray', 'isFloat32Array', 'isDataView', 'isNumberObject', 'isStringObject', 'isBigIntObject', 'isArgumentsObject', 'isMapIterator', 'isSetIterator', 'isBoxedPrimitive', 'isTypedArray'];
			return names.map((name) => [name, values.map((value) => types[name](value))]);`,
		'events one by one': `
			const { EventEmitter, on, getEventListeners, setMaxListeners } = require('events'); const emitter = new EventEmitter(); const seen = [];
			setTimeout(() => { emitter.emit('a', 1, 2); emitter.emit('a', 3); }, 1);
			for await (const args of on(emitter, 'a')) { seen.push(args); if (seen.length === 2) break; }
			const left = getEventListeners(emitter, 'a').length; setMaxListeners(3, emitter);
			setTimeout(() => emitter.emit('error', new Error('stop')), 1);
			const failed = await tell((async () => { for await (const _ of on(emitter, 'a')); })());
			return [seen, left, emitter.getMaxListeners(), failed, await tell((async () => { for await (const _ of on(emitter, 'a', { signal: AbortSignal.timeout(1) })); })()), EventEmitter.name];`,
		'bytes, promises, signals and abortion': `
			const buffer = require('buffer'); const assert = require('assert'); const util = require('util');
			return [buffer.btoa('a'), buffer.atob('YQ=='), buffer.isUtf8(Buffer.from('é')), buffer.isUtf8(Buffer.from([255])), buffer.isAscii(Buffer.from('a')), buffer.isAscii(Buffer.from('é')), buffer.Blob === Blob, require('timers').promises === require('timers/promises'),
				require('crypto').subtle === crypto.subtle, require('os').constants.signals.SIGINT, require('os').constants.signals.SIGTERM, await tell(assert.doesNotReject(Promise.resolve())), await tell(assert.doesNotReject(async () => { throw new TypeError('x'); })) !== 'no error', await util.aborted(AbortSignal.abort(), {}) === undefined];`,
	});
});

describe('zlib', () => {
	sameAsNode({
		'what is compressed in each way comes back': `
			const zlib = require('zlib'); const text = Buffer.from('a line of text, again and again. '.repeat(200)); const answers = [];
			for (const [pack, unpack] of [['gzip', 'gunzip'], ['deflate', 'inflate'], ['brotliCompress', 'brotliDecompress'], ['zstdCompress', 'zstdDecompress']]) {
				const packed = zlib[pack + 'Sync'](text);
				const called = await new Promise((resolve, reject) => zlib[unpack](packed, (error, value) => (error ? reject(error) : resolve(value))));
				const Name = unpack[0].toUpperCase() + unpack.slice(1);
				const streamed = zlib['create' + Name](); streamed.end(packed);
				answers.push([pack, packed.length < 300, called.equals(text), Buffer.concat(await collect(streamed)).equals(text), await tell(() => zlib[unpack + 'Sync'](Buffer.from('no such data')))]);
			}
			return answers;`,
		'what zstd and brotli are asked for': `
			const zlib = require('zlib'); const { constants: c } = zlib; const text = Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 1009).join());
			const zstd = (level) => zlib.zstdCompressSync(text, { params: { [c.ZSTD_c_compressionLevel]: level, [c.ZSTD_c_checksumFlag]: 1 } });
			const brotli = (quality) => zlib.brotliCompressSync(text, { params: { [c.BROTLI_PARAM_QUALITY]: quality } });
			return [hex(zstd(1)) === hex(zstd(19)), zstd(1).length, zstd(19).length, brotli(1).length, brotli(11).length, zlib.zstdDecompressSync(zstd(3)).equals(text)];`,
		'what has a number': `
			const { constants } = require('zlib');
			return ['ZSTD_c_compressionLevel', 'ZSTD_c_windowLog', 'ZSTD_c_strategy', 'ZSTD_c_contentSizeFlag', 'ZSTD_c_checksumFlag', 'ZSTD_c_dictIDFlag', 'ZSTD_d_windowLogMax', 'ZSTD_CLEVEL_DEFAULT', 'ZSTD_e_continue', 'ZSTD_e_flush', 'ZSTD_e_end',
				'BROTLI_PARAM_QUALITY', 'BROTLI_PARAM_LGWIN', 'BROTLI_PARAM_MODE', 'BROTLI_MODE_TEXT', 'BROTLI_MAX_QUALITY', 'BROTLI_OPERATION_FINISH'].map((name) => [name, constants[name]]);`,
	});
});

describe('small things', () => {
	sameAsNode({
		'who listens to errorMonitor hears of an error and does not handle it': `
			const { EventEmitter, errorMonitor } = require('events'); const emitter = new EventEmitter(); const heard = [];
			emitter.on(errorMonitor, (error) => heard.push('monitor ' + error.message));
			const alone = await tell(() => emitter.emit('error', new RangeError('one')));
			emitter.on('error', (error) => heard.push('handler ' + error.message));
			return [alone, emitter.emit('error', new Error('two')), heard, String(errorMonitor)];`,
		'what is written to one side of a pair is read from the other': `
			const { duplexPair } = require('stream'); const [one, other] = duplexPair({ encoding: 'utf8' });
			const read = (side) => new Promise((resolve) => { let text = ''; side.on('data', (chunk) => { text += chunk; }).on('end', () => resolve(text)); });
			const [fromOne, fromOther] = [read(one), read(other)]; const told = [];
			one.write('a', () => told.push('taken')); one.end('b', () => told.push('ended')); other.end('c'); return [await fromOther, await fromOne, told[0]];`,
		'globs of paths': `
			const path = require('path');
			return [path.matchesGlob('/a/b.js', '/a/*.js'), path.matchesGlob('/a/b/c.js', '/a/*.js'), path.matchesGlob('/a/b/c.js', '/a/**/*.js'), path.posix.matchesGlob('x.{a}', 'x.*'), await tell(() => path.matchesGlob(5, 'a')), await tell(() => path.matchesGlob('a'))];`,
	});
});
