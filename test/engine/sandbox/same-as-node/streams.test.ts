import { describe } from 'vitest';

import { sameAsNode } from './both.ts';

describe('readable streams', () => {
	sameAsNode({
		'chunks come in order and then it is done': `
			const stream = new ReadableStream({ start(c) { c.enqueue('a'); c.enqueue('b'); c.close(); } });
			const reader = stream.getReader();
			return [await reader.read(), await reader.read(), await reader.read(), stream.locked];`,
		'pull is called as often as there is room': `
			const log = [];
			const stream = new ReadableStream({ pull(c) { log.push(c.desiredSize); c.enqueue(log.length); if (log.length === 6) c.close(); } }, { highWaterMark: 3 });
			await sleep(5);
			const before = [...log];
			return [before, await collect(stream), log];`,
		'desiredSize follows the sizes of the strategy': `
			let controller;
			const stream = new ReadableStream({ start(c) { controller = c; } }, { highWaterMark: 10, size: (chunk) => chunk.length });
			const seen = [controller.desiredSize];
			controller.enqueue('abc'); seen.push(controller.desiredSize);
			const reader = stream.getReader();
			await reader.read(); seen.push(controller.desiredSize);
			controller.close(); seen.push(controller.desiredSize);
			return seen;`,
		'an error of the source rejects what waits and what comes': `
			let controller;
			const stream = new ReadableStream({ start(c) { controller = c; } });
			const reader = stream.getReader();
			const waiting = reader.read();
			controller.error(new RangeError('no'));
			return [await tell(waiting), await tell(reader.read()), await tell(reader.closed), controller.desiredSize];`,
		'an error that is no error object stays what it is': `
			const stream = new ReadableStream({ start(c) { c.error({ own: 1 }); } });
			return [await tell(stream.getReader().read())];`,
		'what start throws is thrown by the constructor': `return [await tell(() => new ReadableStream({ start() { throw new SyntaxError('x'); } }))];`,
		'what pull throws errors the stream': `
			const reader = new ReadableStream({ pull() { throw new URIError('x'); } }).getReader();
			return [await tell(reader.read()), await tell(reader.closed)];`,
		'a chunk whose size is no size errors the stream': `
			let controller;
			const stream = new ReadableStream({ start(c) { controller = c; } }, { size: () => -1 });
			return [await tell(() => controller.enqueue(1)), await tell(stream.getReader().read())];`,
		'cancel tells the source why and closes the stream': `
			const log = [];
			const stream = new ReadableStream({ cancel(reason) { log.push(reason); } });
			const reader = stream.getReader();
			await reader.cancel('enough');
			return [log, await reader.read(), await reader.closed === undefined];`,
		'cancel of a locked stream is refused': `const stream = new ReadableStream(); stream.getReader(); return [await tell(stream.cancel()), stream.locked];`,
		'a source that fails to cancel says so': `return [await tell(new ReadableStream({ cancel() { throw new EvalError('x'); } }).cancel())];`,
		'a released reader refuses, and what waited is rejected': `
			const stream = new ReadableStream();
			const reader = stream.getReader();
			const waiting = reader.read();
			reader.releaseLock();
			return [await tell(waiting), await tell(reader.read()), await tell(reader.closed), await tell(reader.cancel()), stream.locked];`,
		'a second reader is refused': `const stream = new ReadableStream(); stream.getReader(); return [await tell(() => stream.getReader())];`,
		'enqueue and close after close are refused': `
			let controller; new ReadableStream({ start(c) { controller = c; } });
			controller.close();
			return [await tell(() => controller.enqueue(1)), await tell(() => controller.close()), await tell(() => controller.error(1))];`,
		'what is queued when it closes is read first': `
			let controller; const stream = new ReadableStream({ start(c) { controller = c; } });
			controller.enqueue(1); controller.close();
			return [await collect(stream)];`,
		'a loop that breaks cancels the source': `
			const log = [];
			const stream = new ReadableStream({ pull(c) { c.enqueue(1); }, cancel() { log.push('cancelled'); } });
			for await (const chunk of stream) { log.push(chunk); break; }
			return [log, stream.locked];`,
		'a loop may leave the source alone': `
			const log = [];
			const stream = new ReadableStream({ pull(c) { c.enqueue(1); }, cancel() { log.push('cancelled'); } });
			for await (const chunk of stream.values({ preventCancel: true })) { log.push(chunk); break; }
			return [log, stream.locked, (await stream.getReader().read()).value];`,
		'steps of an iterator that are asked for at once come one after the other': `
			let n = 0;
			const iterator = new ReadableStream({ pull(c) { n += 1; c.enqueue(n); if (n === 2) c.close(); } }).values();
			return Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.return('x')]);`,
		'it can be made of anything iterable': `
			async function* slow() { yield 'a'; await sleep(1); yield 'b'; }
			return [await collect(ReadableStream.from(slow())), await collect(ReadableStream.from([1, Promise.resolve(2)])), await collect(ReadableStream.from('xy')), await tell(() => ReadableStream.from(1))];`,
		'cancelling ends the iterable it is made of': `
			const log = [];
			async function* source() { try { yield 1; yield 2; } finally { log.push('ended'); } }
			const reader = ReadableStream.from(source()).getReader();
			await reader.read();
			await reader.cancel();
			return log;`,
		'both branches of a tee get everything': `
			const [a, b] = ReadableStream.from([1, 2, 3]).tee();
			return [await collect(a), await collect(b)];`,
		'a tee cancels the source once both have': `
			const log = [];
			const [a, b] = new ReadableStream({ cancel(reason) { log.push(reason); } }).tee();
			const first = a.cancel('one'); await sleep(2); log.push('between');
			await Promise.all([first, b.cancel('two')]);
			return log;`,
		'an error reaches both branches of a tee': `
			const [a, b] = new ReadableStream({ start(c) { c.error(new RangeError('x')); } }).tee();
			return [await tell(a.getReader().read()), await tell(b.getReader().read())];`,
		'kinds and sources that do not exist are refused': `
			return [await tell(() => new ReadableStream({ type: 'x' })), await tell(() => new ReadableStream(null)), await tell(() => new ReadableStream({ pull: 1 })),
				await tell(() => new ReadableStream({}, { highWaterMark: -1 })), await tell(() => new ReadableStream({}, { size: 1 })), await tell(() => new ReadableStream().getReader({ mode: 'x' })),
				await tell(() => new ReadableStreamDefaultController()), await tell(() => new ReadableStreamDefaultReader({}))];`,
	});
});

describe('streams of bytes', () => {
	sameAsNode({
		'bytes are read into the buffer of the reader, which is taken': `
			const stream = new ReadableStream({ type: 'bytes', pull(c) { c.enqueue(new Uint8Array([1, 2, 3])); c.close(); } });
			const reader = stream.getReader({ mode: 'byob' });
			const view = new Uint8Array(8);
			const { value, done } = await reader.read(view);
			return [hex(value), value.buffer.byteLength, done, view.byteLength, await tell(reader.read(view))];`,
		'the source fills the buffer of the request': `
			const log = [];
			const stream = new ReadableStream({ type: 'bytes', pull(c) { const { view } = c.byobRequest; log.push(view.byteLength, view.byteOffset); view[0] = 7; view[1] = 8; c.byobRequest.respond(2); } });
			const reader = stream.getReader({ mode: 'byob' });
			const { value } = await reader.read(new Uint8Array(new ArrayBuffer(16), 4, 6));
			return [hex(value), value.byteOffset, log];`,
		'a source may answer with a view of its own': `
			const stream = new ReadableStream({ type: 'bytes', pull(c) { const { view } = c.byobRequest; const moved = new Uint8Array(structuredClone(view.buffer, { transfer: [view.buffer] }), 0, 1); moved[0] = 9; c.byobRequest.respondWithNewView(moved); } });
			const { value } = await stream.getReader({ mode: 'byob' }).read(new Uint8Array(3));
			return [hex(value), value.buffer.byteLength];`,
		'buffers are made for readers without one when asked': `
			const log = [];
			const stream = new ReadableStream({ type: 'bytes', autoAllocateChunkSize: 4, pull(c) { log.push(c.byobRequest.view.byteLength); c.byobRequest.view[0] = 5; c.byobRequest.respond(1); } });
			const { value } = await stream.getReader().read();
			return [hex(value), log];`,
		'elements are filled whole': `
			let turn = 0;
			const stream = new ReadableStream({ type: 'bytes', pull(c) { turn += 1; c.enqueue(new Uint8Array([turn])); } });
			const { value } = await stream.getReader({ mode: 'byob' }).read(new Uint16Array(1));
			return [value.constructor.name, value[0], turn];`,
		'at least as many as asked for': `
			let turn = 0;
			const stream = new ReadableStream({ type: 'bytes', pull(c) { turn += 1; c.enqueue(new Uint8Array([turn])); } });
			const { value } = await stream.getReader({ mode: 'byob' }).read(new Uint8Array(8), { min: 3 });
			return [hex(value), await tell(new ReadableStream({ type: 'bytes' }).getReader({ mode: 'byob' }).read(new Uint8Array(1), { min: 2 }))];`,
		'a closed stream gives the buffer back': `
			let controller;
			const stream = new ReadableStream({ type: 'bytes', start(c) { controller = c; } });
			const reader = stream.getReader({ mode: 'byob' });
			const waiting = reader.read(new Uint8Array(5));
			controller.close(); controller.byobRequest.respond(0);
			const first = await waiting; const second = await reader.read(new Uint8Array(3));
			return [first.done, first.value.byteLength, first.value.buffer.byteLength, second.done, second.value.buffer.byteLength];`,
		'what is queued goes to the first buffer, the rest to the next': `
			const stream = new ReadableStream({ type: 'bytes', start(c) { c.enqueue(new Uint8Array([1, 2, 3, 4, 5])); c.close(); } });
			const reader = stream.getReader({ mode: 'byob' });
			const parts = [];
			for (;;) { const { value, done } = await reader.read(new Uint8Array(2)); if (done) break; parts.push(hex(value)); }
			return parts;`,
		'empty chunks and views of nothing are refused': `
			let controller;
			const stream = new ReadableStream({ type: 'bytes', start(c) { controller = c; } });
			return [await tell(() => controller.enqueue(new Uint8Array(0))), await tell(() => controller.enqueue('x')), await tell(stream.getReader({ mode: 'byob' }).read(new Uint8Array(0))), await tell(() => new ReadableStream().getReader({ mode: 'byob' }))];`,
		'a request can be answered once': `
			let request;
			const stream = new ReadableStream({ type: 'bytes', pull(c) { request = c.byobRequest; request.respond(1); } });
			await stream.getReader({ mode: 'byob' }).read(new Uint8Array(1));
			return [request.view, await tell(() => request.respond(1))];`,
		'too many bytes are refused': `
			const seen = [];
			const stream = new ReadableStream({ type: 'bytes', async pull(c) { seen.push(await tell(() => c.byobRequest.respond(3)), await tell(() => c.byobRequest.respond(0))); c.byobRequest.respond(1); } });
			await stream.getReader({ mode: 'byob' }).read(new Uint8Array(2));
			return seen;`,
		'a tee of bytes gives both their own': `
			const [a, b] = new ReadableStream({ type: 'bytes', start(c) { c.enqueue(new Uint8Array([1, 2])); c.close(); } }).tee();
			const first = await a.getReader().read(); first.value[0] = 99;
			const second = await b.getReader({ mode: 'byob' }).read(new Uint8Array(4));
			return [hex(first.value), hex(second.value)];`,
		'an error rejects a waiting read': `
			let controller;
			const reader = new ReadableStream({ type: 'bytes', start(c) { controller = c; } }).getReader({ mode: 'byob' });
			const waiting = reader.read(new Uint8Array(1));
			controller.error(new RangeError('x'));
			return [await tell(waiting), await tell(reader.closed)];`,
		'a reader that lets go leaves its bytes to the next': `
			let controller;
			const stream = new ReadableStream({ type: 'bytes', start(c) { controller = c; } });
			const first = stream.getReader({ mode: 'byob' });
			const waiting = first.read(new Uint8Array(3));
			const seen = [];
			first.releaseLock(); seen.push(await tell(waiting));
			controller.enqueue(new Uint8Array([4, 5]));
			seen.push(hex((await stream.getReader().read()).value));
			return seen;`,
	});
});

describe('writable streams', () => {
	sameAsNode({
		'chunks are written one after the other': `
			const log = [];
			const stream = new WritableStream({ async write(chunk) { log.push('begin ' + chunk); await sleep(1); log.push('end ' + chunk); }, close() { log.push('close'); } });
			const writer = stream.getWriter();
			writer.write(1); writer.write(2);
			await writer.close();
			return log;`,
		'ready and desiredSize tell of backpressure': `
			const gate = Promise.withResolvers();
			const stream = new WritableStream({ write: () => gate.promise }, { highWaterMark: 2 });
			const writer = stream.getWriter();
			const seen = [writer.desiredSize];
			writer.write(1); seen.push(writer.desiredSize); writer.write(2); seen.push(writer.desiredSize);
			let isReady = false; writer.ready.then(() => { isReady = true; });
			await sleep(1); seen.push(isReady);
			gate.resolve(); await sleep(2); seen.push(isReady, writer.desiredSize);
			return seen;`,
		'a write that fails fails everything after it': `
			const writer = new WritableStream({ write() { throw new RangeError('x'); } }).getWriter();
			return [await tell(writer.write(1)), await tell(writer.write(2)), await tell(writer.close()), await tell(writer.closed), await tell(writer.ready), writer.desiredSize];`,
		'abort tells the sink why, and its signal': `
			const log = [];
			const stream = new WritableStream({ start(c) { c.signal.onabort = () => log.push('signal ' + c.signal.reason); }, abort(reason) { log.push('abort ' + reason); } });
			const writer = stream.getWriter();
			await writer.abort('why');
			return [log, await tell(writer.write(1)), await tell(writer.closed)];`,
		'abort waits for the write under way': `
			const log = [];
			const gate = Promise.withResolvers();
			const writer = new WritableStream({ write: () => gate.promise, abort() { log.push('abort'); } }).getWriter();
			const write = writer.write(1); writer.write(2).catch(() => log.push('second rejected'));
			await sleep(1);
			const aborted = writer.abort('x').then(() => log.push('aborted'));
			await sleep(1); log.push('open'); gate.resolve();
			await Promise.all([write, aborted]);
			return log;`,
		'the controller can end it with an error': `
			let controller;
			const writer = new WritableStream({ start(c) { controller = c; } }).getWriter();
			controller.error(new EvalError('x'));
			return [await tell(writer.closed), await tell(writer.write(1))];`,
		'closing twice, writing after, and a second writer are refused': `
			const stream = new WritableStream();
			const writer = stream.getWriter();
			const seen = [await tell(() => stream.getWriter()), await tell(stream.close()), await tell(stream.abort())];
			const closed = writer.close();
			seen.push(await tell(writer.close()), await tell(writer.write(1)));
			await closed;
			return [...seen, await tell(writer.write(1)), await tell(writer.abort()), stream.locked];`,
		'a released writer refuses': `
			const stream = new WritableStream();
			const writer = stream.getWriter();
			writer.releaseLock();
			return [await tell(writer.write(1)), await tell(writer.closed), await tell(writer.ready), await tell(writer.close()), await tell(() => writer.desiredSize), stream.locked];`,
		'a size function that throws errors the stream': `
			const writer = new WritableStream({}, { size() { throw new SyntaxError('x'); } }).getWriter();
			return [await tell(writer.write(1)), await tell(writer.closed)];`,
		'what start rejects with errors the stream': `
			const writer = new WritableStream({ start: () => Promise.reject(new RangeError('x')) }).getWriter();
			return [await tell(writer.write(1)), await tell(writer.closed)];`,
		'what close throws is told': `
			const writer = new WritableStream({ close() { throw new URIError('x'); } }).getWriter();
			return [await tell(writer.close()), await tell(writer.closed)];`,
		'sinks that make no sense are refused': `return [await tell(() => new WritableStream({ type: 'bytes' })), await tell(() => new WritableStream({ write: 1 })), await tell(() => new WritableStream(null)), await tell(() => new WritableStreamDefaultController())];`,
	});
});

describe('pipes', () => {
	sameAsNode({
		'everything arrives and the destination is closed': `
			const log = [];
			await ReadableStream.from([1, 2, 3]).pipeTo(new WritableStream({ write(c) { log.push(c); }, close() { log.push('close'); } }));
			return log;`,
		'the destination may stay open': `
			const log = [];
			const destination = new WritableStream({ write(c) { log.push(c); }, close() { log.push('close'); } });
			await ReadableStream.from([1]).pipeTo(destination, { preventClose: true });
			return [log, destination.locked];`,
		'an error of the source aborts the destination': `
			const log = [];
			const source = new ReadableStream({ pull(c) { c.error(new RangeError('x')); } });
			return [await tell(source.pipeTo(new WritableStream({ abort(reason) { log.push(reason.name); } }))), log];`,
		'unless it is told not to': `
			const log = [];
			const source = new ReadableStream({ pull(c) { c.error(new RangeError('x')); } });
			const destination = new WritableStream({ abort(reason) { log.push(reason.name); } });
			return [await tell(source.pipeTo(destination, { preventAbort: true })), log, destination.locked];`,
		'an error of the destination cancels the source': `
			const log = [];
			const source = new ReadableStream({ pull(c) { c.enqueue(1); }, cancel(reason) { log.push(reason.name); } });
			return [await tell(source.pipeTo(new WritableStream({ write() { throw new EvalError('x'); } }))), log];`,
		'a destination that is closed already cancels the source': `
			const log = [];
			const destination = new WritableStream();
			await destination.close();
			return [await tell(new ReadableStream({ cancel(reason) { log.push(reason.name); } }).pipeTo(destination)), log];`,
		'a signal ends both': `
			const log = [];
			const abort = new AbortController();
			const source = new ReadableStream({ pull: () => sleep(1), cancel(reason) { log.push('cancel ' + reason); } });
			const piped = source.pipeTo(new WritableStream({ abort(reason) { log.push('abort ' + reason); } }), { signal: abort.signal });
			await sleep(2); abort.abort('why');
			return [await tell(piped), log.sort()];`,
		'a signal that has fired already ends it at once': `return [await tell(ReadableStream.from([1]).pipeTo(new WritableStream(), { signal: AbortSignal.abort(new RangeError('x')) }))];`,
		'no more is read than the destination takes': `
			let pulled = 0;
			const source = new ReadableStream({ pull(c) { pulled += 1; c.enqueue(pulled); } }, { highWaterMark: 0 });
			const gate = Promise.withResolvers();
			source.pipeTo(new WritableStream({ write: () => gate.promise }, { highWaterMark: 1 })).catch(() => undefined);
			await sleep(5);
			return pulled;`,
		'locked streams are refused': `
			const source = new ReadableStream(); source.getReader();
			const destination = new WritableStream(); destination.getWriter();
			return [await tell(source.pipeTo(new WritableStream())), await tell(new ReadableStream().pipeTo(destination)), await tell(new ReadableStream().pipeTo({}))];`,
	});
});

describe('transform streams', () => {
	sameAsNode({
		'chunks are changed, and flush has the last word': `
			const upper = new TransformStream({ transform(chunk, c) { c.enqueue(chunk.toUpperCase()); }, flush(c) { c.enqueue('end'); } });
			return [await collect(ReadableStream.from(['a', 'b']).pipeThrough(upper))];`,
		'without a transformer it passes everything on': `return [await collect(ReadableStream.from([1, 2]).pipeThrough(new TransformStream()))];`,
		'a transform that throws errors both sides': `
			const { readable, writable } = new TransformStream({ transform() { throw new RangeError('x'); } });
			const writer = writable.getWriter(); const reader = readable.getReader();
			const read = tell(reader.read());
			return [await tell(writer.write(1)), await read, await tell(writer.closed)];`,
		'terminate closes one side and errors the other': `
			const { readable, writable } = new TransformStream({ transform(_chunk, c) { c.enqueue('last'); c.terminate(); } });
			const writer = writable.getWriter();
			writer.write(1).catch(() => undefined);
			return [await collect(readable), await tell(writer.closed)];`,
		'nothing is transformed before somebody reads': `
			const log = [];
			const { readable, writable } = new TransformStream({ transform(chunk, c) { log.push(chunk); c.enqueue(chunk); } });
			const writer = writable.getWriter();
			writer.write(1).catch(() => undefined);
			await sleep(2); const before = [...log];
			await readable.getReader().read();
			return [before, log];`,
		'cancel of the readable side reaches the transformer and the writer': `
			const log = [];
			const { readable, writable } = new TransformStream({ cancel(reason) { log.push(reason); } });
			const writer = writable.getWriter();
			await readable.cancel('why');
			return [log, await tell(writer.write(1))];`,
		'abort of the writable side reaches the transformer and the reader': `
			const log = [];
			const { readable, writable } = new TransformStream({ cancel(reason) { log.push(reason.name); } });
			const reader = readable.getReader();
			await writable.abort(new RangeError('x'));
			return [log, await tell(reader.read())];`,
		'what flush throws is told on both sides': `
			const { readable, writable } = new TransformStream({ flush() { throw new EvalError('x'); } });
			const reader = readable.getReader(); const read = tell(reader.read());
			return [await tell(writable.close()), await read];`,
		'the sizes of both sides are those of the strategies': `
			let controller;
			const { writable } = new TransformStream({ start(c) { controller = c; } }, { highWaterMark: 3 }, { highWaterMark: 5 });
			return [writable.getWriter().desiredSize, controller.desiredSize];`,
		'types are refused': `return [await tell(() => new TransformStream({ readableType: 'bytes' })), await tell(() => new TransformStream({ writableType: 1 }))];`,
	});
});

describe('strategies, text and compression', () => {
	sameAsNode({
		'strategies count chunks and bytes': `
			const count = new CountQueuingStrategy({ highWaterMark: 3 }); const bytes = new ByteLengthQueuingStrategy({ highWaterMark: 9 });
			return [count.highWaterMark, count.size('abc'), bytes.highWaterMark, bytes.size(new Uint8Array(4)), count.size === new CountQueuingStrategy({ highWaterMark: 1 }).size, count.size.name, await tell(() => new CountQueuingStrategy())];`,
		'text is encoded with characters cut anywhere': `
			const chunks = ['a\\uD83D', '\\uDE00b', '\\uD83D'];
			return [(await collect(ReadableStream.from(chunks).pipeThrough(new TextEncoderStream()))).map(hex)];`,
		'text is decoded with bytes cut anywhere': `
			const bytes = new TextEncoder().encode('\\uFEFFa😀ß');
			const parts = [...bytes].map((byte) => new Uint8Array([byte]));
			return [(await collect(ReadableStream.from(parts).pipeThrough(new TextDecoderStream()))).join('')];`,
		'bytes that are no text are refused when asked': `
			const stream = ReadableStream.from([new Uint8Array([0xff])]).pipeThrough(new TextDecoderStream('utf-8', { fatal: true }));
			return [await tell(collect(stream))];`,
		'the two say what they are': `
			const decoder = new TextDecoderStream('latin1', { fatal: true, ignoreBOM: true });
			return [new TextEncoderStream().encoding, decoder.encoding, decoder.fatal, decoder.ignoreBOM];`,
		'what is compressed can be read again, in each format': `
			const results = [];
			for (const format of ['gzip', 'deflate', 'deflate-raw']) {
				const text = 'plugward '.repeat(2000);
				const packed = await collect(ReadableStream.from([new TextEncoder().encode(text)]).pipeThrough(new CompressionStream(format)));
				const size = packed.reduce((sum, { length }) => sum + length, 0);
				const back = await new Response(ReadableStream.from(packed).pipeThrough(new DecompressionStream(format))).text();
				results.push(format, back === text, size < 200);
			}
			return results;`,
		'what node has packed is unpacked': `
			const packed = Uint8Array.from(atob('H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA=='), (c) => c.charCodeAt(0));
			return [await tell(collect(ReadableStream.from([packed]).pipeThrough(new DecompressionStream('gzip'))))];`,
		'formats that do not exist are refused': `return [await tell(() => new CompressionStream('zip')), await tell(() => new DecompressionStream())];`,
		'what is not compressed is told': `return [(await tell(collect(ReadableStream.from([new Uint8Array([1, 2, 3])]).pipeThrough(new DecompressionStream('gzip'))))).split(' ')[0]];`,
	});
});
