import { describe } from 'vitest';

import { sameAsNode } from './both.ts';

describe('encoding', () => {
	sameAsNode({
		'broken UTF-8 becomes as many replacement characters': `
			const cases = [[0xff], [0xc0, 0x80], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x61, 0xe2, 0x28, 0xa1], [0xc3], [0xf0, 0x80, 0x80]];
			return cases.map((bytes) => new TextDecoder().decode(new Uint8Array(bytes)));`,
		'every label means the same encoding': `
			const labels = ['utf8', ' UTF-8\\n', 'unicode-1-1-utf-8', 'latin1', 'ascii', 'iso-8859-1', 'windows-1252', 'utf-16', 'ucs-2', 'utf-16be', 'unicode'];
			return labels.map((label) => new TextDecoder(label).encoding);`,
		'labels that mean nothing are refused': `return [await tell(() => new TextDecoder('nothing')), await tell(() => new TextDecoder('utf-7'))];`,
		'all bytes of windows-1252': `return new TextDecoder('latin1').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));`,
		'UTF-16 in both orders': `
			const bytes = new Uint8Array([0x61, 0, 0x3d, 0xd8, 0x00, 0xde]);
			return [new TextDecoder('utf-16le').decode(bytes), new TextDecoder('utf-16be').decode(bytes), new TextDecoder('utf-16le').decode(bytes.subarray(0, 5))];`,
		'cut anywhere': `
			const bytes = [0xef, 0xbb, 0xbf, 0x61, 0xe2, 0x82, 0xac, 0xff, 0xf0, 0x9f, 0x98, 0x80, 0xc3];
			const decoder = new TextDecoder();
			return [...bytes.map((byte) => decoder.decode(new Uint8Array([byte]), { stream: true })), decoder.decode()];`,
		'fatal decoders throw': `
			const fatal = new TextDecoder('utf-8', { fatal: true });
			return [await tell(() => fatal.decode(new Uint8Array([0xc3]))), fatal.decode(new Uint8Array([0x61])), await tell(() => new TextDecoder('utf-16le', { fatal: true }).decode(new Uint8Array([0, 0xd8]))), await tell(() => fatal.decode('x'))];`,
		'the byte order mark is kept when asked': `return ['\\uFEFFa', new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])), new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))];`,
		'text is encoded, with lone surrogates replaced': `return [hex(new TextEncoder().encode('a€😀\\uD800b')), hex(new TextEncoder().encode()), new TextEncoder().encoding];`,
		'encodeInto stops where the next character does not fit': `
			const target = new Uint8Array(5);
			return [new TextEncoder().encodeInto('a€😀', target), hex(target)];`,
		'atob and btoa': `
			return [btoa('hello ÿ'), atob(' aGVs bG8= '), atob('aGVsbG8'), await tell(() => btoa('€')), await tell(() => atob('a')), await tell(() => atob('***')), btoa(''), atob('')];`,
	});
});

describe('URL', () => {
	sameAsNode({
		'all parts': `
			const url = new URL('../x?y=1&z=ä#h', 'https://us%20er:pa:ss@EXAMPLE.com:8080/a/b/c');
			return [url.href, url.origin, url.protocol, url.username, url.password, url.host, url.hostname, url.port, url.pathname, url.search, url.hash, String(url), JSON.stringify(url)];`,
		'parts can be set': `
			const url = new URL('http://a.b/c');
			url.port = '81'; url.pathname = 'd e'; url.search = '?q=ü'; url.hash = 'x'; url.hostname = 'c.d'; url.protocol = 'https'; url.port = 'x'; url.username = 'u';
			return url.href;`,
		'searchParams and search follow each other': `
			const url = new URL('http://a/?a=1&b=2');
			url.searchParams.append('c', 'ä b'); const first = url.search;
			url.search = '?z=1'; url.searchParams.delete('a');
			return [first, url.searchParams.get('z'), url.href];`,
		'what is no URL is refused': `return [await tell(() => new URL('/x')), URL.canParse('/x'), URL.canParse('/x', 'http://a'), URL.parse('x'), await tell(() => { new URL('http://a').href = 'x'; })];`,
		'queries are read and written': `
			const params = new URLSearchParams('?a=1&a=2&b=%20+%zz&c&=d&%E4=x');
			return [[...params], params.toString(), params.getAll('a'), params.has('a', '2'), params.size, new URLSearchParams({ x: 'y', z: 1 }).toString(), new URLSearchParams([['k', 'v']]).toString(), new URLSearchParams('!~*()\\'').toString()];`,
		'queries are changed in place': `
			const params = new URLSearchParams('b=2&a=1&b=3&c=4');
			params.set('b', '9'); params.sort(); params.delete('c', 'x'); params.delete('a', '1'); params.append('d', undefined);
			return params.toString();`,
		'pairs that are none are refused': `return [await tell(() => new URLSearchParams([['a']])), await tell(() => new URLSearchParams([1])), await tell(() => new URLSearchParams([['a', 'b', 'c']]))];`,
	});
});

describe('events', () => {
	sameAsNode({
		'listeners are called in order, once when asked, and not after they are removed': `
			const log = []; const target = new EventTarget();
			const removed = () => log.push('removed');
			target.addEventListener('x', () => log.push('a'), { once: true });
			target.addEventListener('x', { handleEvent(event) { log.push(this === undefined ? 'none' : event.type); } });
			target.addEventListener('x', removed); target.removeEventListener('x', removed);
			target.dispatchEvent(new Event('x')); target.dispatchEvent(new Event('x'));
			return log;`,
		'the same listener is added once for each phase': `
			let count = 0; const target = new EventTarget(); const listener = () => { count += 1; };
			target.addEventListener('x', listener); target.addEventListener('x', listener); target.addEventListener('x', listener, { capture: true });
			target.dispatchEvent(new Event('x'));
			target.removeEventListener('x', listener, true); target.dispatchEvent(new Event('x'));
			return count;`,
		'an event can be cancelled, unless nobody may': `
			const target = new EventTarget();
			target.addEventListener('x', (event) => event.preventDefault());
			target.addEventListener('y', (event) => event.preventDefault(), { passive: true });
			const event = new Event('x', { cancelable: true });
			return [target.dispatchEvent(event), event.defaultPrevented, event.returnValue, target.dispatchEvent(new Event('x')), target.dispatchEvent(new Event('y', { cancelable: true }))];`,
		'stopImmediatePropagation stops the rest': `
			const log = []; const target = new EventTarget();
			target.addEventListener('x', (event) => { log.push(1); event.stopImmediatePropagation(); }); target.addEventListener('x', () => log.push(2));
			target.dispatchEvent(new Event('x'));
			return log;`,
		'an event knows where it is': `
			const target = new EventTarget(); const seen = [];
			const event = new Event('x', { bubbles: true, composed: true });
			target.addEventListener('x', (e) => seen.push(e.eventPhase, e.target === target, e.currentTarget === target, e.composedPath().length));
			target.dispatchEvent(event);
			return [seen, event.eventPhase, event.target === target, event.currentTarget, event.bubbles, event.composed, event.cancelable, event.isTrusted, Event.AT_TARGET];`,
		'a signal removes a listener': `
			const log = []; const target = new EventTarget(); const abort = new AbortController();
			target.addEventListener('x', () => log.push(1), { signal: abort.signal });
			target.dispatchEvent(new Event('x')); abort.abort(); target.dispatchEvent(new Event('x'));
			return log;`,
		'detail of a custom event': `return [new CustomEvent('x', { detail: { a: 1 } }).detail, new CustomEvent('x').detail, await tell(() => new Event()), await tell(() => new EventTarget().dispatchEvent({ type: 'x' }))];`,
		'DOMException has names and numbers': `
			const error = new DOMException('text', 'AbortError');
			return [error.name, error.message, error.code, error instanceof Error, new DOMException().name, new DOMException('x', 'Own').code, DOMException.DATA_CLONE_ERR, error.INVALID_STATE_ERR, Object.prototype.toString.call(error), new DOMException('x', { name: 'TimeoutError', cause: 1 }).cause, String(error)];`,
	});
});

describe('abort', () => {
	sameAsNode({
		'reason and listeners': `
			const log = []; const abort = new AbortController();
			abort.signal.onabort = (event) => log.push('on ' + event.type); abort.signal.addEventListener('abort', () => log.push('listener'));
			const before = abort.signal.aborted; abort.abort('why'); abort.abort('again');
			return [before, abort.signal.aborted, abort.signal.reason, log, await tell(() => abort.signal.throwIfAborted())];`,
		'without a reason it is an AbortError': `const abort = new AbortController(); abort.abort(); return [abort.signal.reason.name, abort.signal.reason.code, abort.signal.reason instanceof DOMException, AbortSignal.abort().reason.name];`,
		'any fires with the first': `
			const a = new AbortController(); const b = new AbortController(); const log = [];
			const any = AbortSignal.any([a.signal, b.signal]); const nested = AbortSignal.any([any]);
			nested.addEventListener('abort', () => log.push(any.aborted, nested.reason));
			b.abort('b'); a.abort('a');
			return [any.reason, nested.aborted, log, AbortSignal.any([AbortSignal.abort('x'), a.signal]).reason, AbortSignal.any([]).aborted];`,
		'a timeout fires': `const signal = AbortSignal.timeout(1); await sleep(20); return [signal.aborted, signal.reason.name, signal.reason.code];`,
		'a signal cannot be made by hand': `return [await tell(() => new AbortSignal())];`,
	});
});

describe('structuredClone', () => {
	sameAsNode({
		'what JSON cannot say': `
			const value = { date: new Date(5), expression: /a/gi, map: new Map([[{ k: 1 }, new Set([1])]]), bytes: new Uint8Array([1, 2]), nothing: undefined, big: 10n, sparse: [1, , 3], boxed: Object('x'), nan: NaN };
			const copy = structuredClone(value);
			return [copy.date.getTime(), String(copy.expression), [...copy.map][0][0], [...[...copy.map][0][1]], hex(copy.bytes), 'nothing' in copy, String(copy.big), 1 in copy.sparse, copy.sparse.length, typeof copy.boxed, Number.isNaN(copy.nan)];`,
		'cycles and shared parts stay': `
			const shared = {}; const value = { a: shared, b: shared }; value.self = value;
			const copy = structuredClone(value);
			return [copy.self === copy, copy.a === copy.b, copy.a !== shared];`,
		'errors keep what they are': `
			const error = structuredClone(Object.assign(new RangeError('m', { cause: { c: 1 } }), { own: 1 }));
			return [error instanceof RangeError, error.name, error.message, error.cause, 'own' in error, structuredClone(Object.assign(new Error('x'), { name: 'Custom' })).name];`,
		'classes become plain objects, getters values': `
			class Own { a = 1; get b() { return 2; } }
			const copy = structuredClone(Object.defineProperty(new Own(), 'c', { get: () => 3, enumerable: true }));
			return [copy, Object.getPrototypeOf(copy) === Object.prototype];`,
		'functions, symbols, promises and weak maps are refused': `return [await tell(() => structuredClone(() => 1)), await tell(() => structuredClone({ a: Symbol('x') })), await tell(() => structuredClone(Promise.resolve())), await tell(() => structuredClone(new WeakMap()))];`,
		'what is transferred is gone': `
			const buffer = new ArrayBuffer(4);
			const copy = structuredClone({ buffer }, { transfer: [buffer] });
			return [buffer.byteLength, copy.buffer.byteLength, await tell(() => structuredClone(1, { transfer: [{}] }))];`,
		'views of one buffer stay so': `
			const buffer = new ArrayBuffer(8); const copy = structuredClone({ a: new Uint8Array(buffer, 2, 3), b: new DataView(buffer, 1) });
			return [copy.a.buffer === copy.b.buffer, copy.a.byteOffset, copy.a.length, copy.b.byteOffset, copy.b.byteLength];`,
		blobs: `const copy = structuredClone(new File(['abc'], 'n', { type: 'text/plain' })); return [copy instanceof Blob, copy.size, copy.type, await copy.text()];`,
	});
});

describe('channels', () => {
	sameAsNode({
		'messages arrive in order at the other end, as copies': `
			const { port1, port2 } = new MessageChannel(); const log = []; const sent = { a: [1] };
			const both = new Promise((resolve) => { port2.onmessage = (event) => { log.push(event.data, event.data === sent, event.type); if (log.length === 6) resolve(); }; });
			port1.postMessage(sent); port1.postMessage('two');
			await both; port1.close();
			return log;`,
		'a port waits until somebody listens': `
			const { port1, port2 } = new MessageChannel();
			port1.postMessage(1); await sleep(10);
			const data = await new Promise((resolve) => port2.addEventListener('message', (event) => resolve(event.data))); port1.close();
			return data;`,
		'what cannot be copied is refused': `const { port1 } = new MessageChannel(); const seen = [await tell(() => port1.postMessage(() => 1)), await tell(() => new MessagePort())]; port1.close(); return seen;`,
	});
});

describe('timers and the rest', () => {
	sameAsNode({
		'tasks, microtasks and timers in their order': `
			const log = [];
			setTimeout(() => log.push('timeout'), 1); queueMicrotask(() => log.push('microtask')); Promise.resolve().then(() => log.push('promise')); log.push('now');
			await sleep(10);
			return log;`,
		'an interval ends when it is cleared': `
			let count = 0;
			await new Promise((resolve) => { const timer = setInterval(() => { count += 1; if (count === 3) { clearInterval(timer); resolve(); } }, 1); });
			await sleep(20);
			return count;`,
		'arguments of a timer': `return new Promise((resolve) => setTimeout((a, b) => resolve([a, b]), 1, 'x', 'y'));`,
		performance: `
			const start = performance.now(); performance.mark('a', { startTime: 1 }); performance.mark('b', { startTime: 4 });
			const measured = performance.measure('m', 'a', 'b');
			return [start >= 0, typeof performance.timeOrigin, measured.duration, measured.entryType, performance.getEntriesByName('m').length, await tell(() => performance.measure('x', 'nothing'))];`,
		'crypto makes numbers and names': `
			const bytes = crypto.getRandomValues(new Uint32Array(4));
			return [bytes.some((n) => n !== 0), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()), await tell(() => crypto.getRandomValues(new Uint8Array(70000))), await tell(() => crypto.getRandomValues(new Float32Array(1)))];`,
	});
});
