import { describe } from 'vitest';

import { sameAsNode } from './both.ts';

describe('Headers', () => {
	sameAsNode({
		'names are lower case and sorted, values joined': `
			const headers = new Headers({ 'X-B': '2', 'x-a': ' 1 ' }); headers.append('x-b', '3');
			return [[...headers], headers.get('X-A'), headers.has('X-b'), headers.get('none'), [...headers.keys()], [...headers.values()]];`,
		'cookies are kept apart': `
			const headers = new Headers(); headers.append('set-cookie', 'a=1, x'); headers.append('set-cookie', 'b=2');
			return [headers.getSetCookie(), headers.get('set-cookie'), [...headers]];`,
		'set, delete, forEach': `
			const headers = new Headers([['a', '1'], ['b', '2']]); headers.set('a', '9'); headers.delete('B'); const seen = [];
			headers.forEach((value, name) => seen.push(name, value));
			return seen;`,
		'what is no header is refused': `return [await tell(() => new Headers({ 'a b': '1' })), await tell(() => new Headers({ a: 'x\\ny' })), await tell(() => new Headers([['a']])), await tell(() => new Headers().append('a', '€')), await tell(() => new Headers(null))];`,
	});
});

describe('Blob, File and FormData', () => {
	sameAsNode({
		'parts of every kind': `
			const blob = new Blob(['a', new Uint8Array([98]), new Blob(['c']), new Uint16Array([0x6464]).buffer, 1], { type: 'Text/PLAIN' });
			return [blob.size, blob.type, await blob.text(), hex(await blob.arrayBuffer()), hex(await blob.bytes()), String(blob)];`,
		slices: `
			const blob = new Blob(['0123456789'], { type: 'a/b' });
			return [await blob.slice(2, 5).text(), await blob.slice(-3).text(), await blob.slice(4, -4, 'X/y').text(), blob.slice(1, 2).type, blob.slice(0, 1, 'X/y').type, blob.slice(8, 99).size, blob.slice(5, 2).size];`,
		'a stream of a blob': `return [hex((await collect(new Blob(['ab']).stream()))[0]), (await collect(new Blob([]).stream())).length];`,
		'line endings': `return [await new Blob(['a\\r\\nb\\rc\\n'], { endings: 'native' }).text(), await tell(() => new Blob([], { endings: 'x' })), await tell(() => new Blob('x'))];`,
		files: `
			const file = new File(['abc'], 'ä.txt', { type: 'text/plain', lastModified: 7 });
			return [file.name, file.size, file.type, file.lastModified, file instanceof Blob, String(file), await tell(() => new File(['x']))];`,
		'forms hold texts and files': `
			const form = new FormData(); form.append('a', 1); form.append('a', '2'); form.append('f', new Blob(['x'], { type: 'p/q' })); form.append('g', new File(['y'], 'n'), 'other');
			return [form.getAll('a'), form.get('f').name, form.get('f').type, form.get('g').name, [...form.keys()], form.has('z'), form.get('z'), String(form)];`,
		'set takes the place of the first': `
			const form = new FormData(); form.append('a', '1'); form.append('b', '2'); form.append('a', '3'); form.set('a', '9'); form.delete('b'); form.set('c', '4');
			return [[...form], await tell(() => form.append('x', 'text', 'name'))];`,
		'a form can be sent and read again': `
			const form = new FormData(); form.append('naïve "name"', 'line\\r\\nline\\nline'); form.append('file', new File([new Uint8Array([0, 13, 10, 45, 45, 255])], 'a"b.bin', { type: 'x/y' }));
			const response = new Response(form);
			const back = await response.formData();
			const file = back.get('file');
			return [response.headers.get('content-type').split(';')[0], [...back.keys()], back.get('naïve "name"'), file.name, file.type, hex(await file.arrayBuffer())];`,
	});
});

describe('Request', () => {
	sameAsNode({
		'fields and their defaults': `
			const request = new Request('http://a/b#c');
			return [request.url, request.method, request.redirect, request.cache, request.credentials, request.mode, request.integrity, request.keepalive, request.referrer, request.destination, request.body, request.bodyUsed, request.signal.aborted, request.duplex];`,
		methods: `return [new Request('http://a', { method: 'post' }).method, new Request('http://a', { method: 'patch' }).method, await tell(() => new Request('http://a', { method: 'TRACE' })), await tell(() => new Request('http://a', { method: 'a b' }))];`,
		'what is no request is refused': `return [await tell(() => new Request('/x')), await tell(() => new Request('http://u:p@a')), await tell(() => new Request('http://a', { body: 'x' })), await tell(() => new Request('http://a', { redirect: 'x' })), await tell(() => new Request('http://a', { signal: {} }))];`,
		'the type of the body is told': `
			const types = []; for (const body of ['x', new URLSearchParams('a=1'), new Blob(['x'], { type: 'p/q' }), new Uint8Array(1), new Blob(['y'])]) types.push(new Request('http://a', { method: 'POST', body }).headers.get('content-type'));
			return types;`,
		'its own type wins': `return new Request('http://a', { method: 'POST', body: 'x', headers: { 'Content-Type': 'own' } }).headers.get('content-type');`,
		'a request made of another takes its body': `
			const first = new Request('http://a', { method: 'POST', body: 'x', headers: { h: '1' } }); const second = new Request(first, { headers: { h: '2' } });
			return [first.bodyUsed, second.method, second.headers.get('h'), await second.text(), await tell(first.text())];`,
		'a copy has a body of its own': `
			const first = new Request('http://a', { method: 'POST', body: 'text' }); const second = first.clone();
			return [await first.text(), await second.text(), second.url, second.method, await tell(() => first.clone())];`,
		'a stream as a body must be said': `return [await tell(() => new Request('http://a', { method: 'POST', body: ReadableStream.from([new Uint8Array([65])]) })), await new Request('http://a', { method: 'POST', duplex: 'half', body: ReadableStream.from([new Uint8Array([65])]) }).text()];`,
		'its signal follows the one that was given': `const abort = new AbortController(); const request = new Request('http://a', { signal: abort.signal }); abort.abort('x'); return [request.signal.aborted, request.signal.reason, request.signal === abort.signal];`,
	});
});

describe('Response', () => {
	sameAsNode({
		'fields and their defaults': `const r = new Response('x', { status: 404, statusText: 'No', headers: { a: 'b' } }); return [r.status, r.ok, r.statusText, r.type, r.url, r.redirected, r.headers.get('a'), r.headers.get('content-type'), new Response().body, new Response().status, await new Response().text()];`,
		'the body is read once': `const r = new Response('{"a":1}'); return [r.bodyUsed, await r.json(), r.bodyUsed, await tell(r.text()), await tell(new Response('x').json()), await tell(new Response('x').formData())];`,
		'in every form': `
			const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x61]);
			return [await new Response(bytes).text(), hex(await new Response(bytes).arrayBuffer()), hex(await new Response(bytes).bytes()), (await new Response(bytes, { headers: { 'content-type': 'p/q' } }).blob()).type, [...(await new Response(new URLSearchParams('a=1&a=ü')).formData())]];`,
		'the body is a stream': `
			const r = new Response('abc'); const { body } = r; const chunks = await collect(body);
			return [chunks.map(hex), r.bodyUsed, r.body === body, await tell(r.text()), body.constructor === ReadableStream];`,
		'a stream makes a response': `return [await new Response(ReadableStream.from([new Uint8Array([104]), new Uint8Array([105])])).text(), await tell(new Response(ReadableStream.from(['text'])).text())];`,
		'a locked body is refused': `const r = new Response('x'); r.body.getReader(); return [await tell(r.text()), r.bodyUsed, await tell(() => r.clone()), await tell(() => new Response(r.body))];`,
		copies: `const r = new Response('abc', { status: 201, headers: { a: '1' } }); const c = r.clone(); return [await r.text(), await c.text(), c.status, c.headers.get('a')];`,
		'statuses that are none are refused': `return [await tell(() => new Response('', { status: 99 })), await tell(() => new Response('', { status: 600 })), await tell(() => new Response('x', { status: 204 })), new Response(null, { status: 204 }).status, await tell(() => new Response('', { statusText: 'a\\nb' }))];`,
		'error, json and redirect': `
			const json = Response.json({ a: 1 }, { status: 201 }); const redirect = Response.redirect('http://a/b', 301);
			return [Response.error().type, Response.error().status, json.status, json.headers.get('content-type'), await json.text(), redirect.status, redirect.headers.get('location'), await tell(() => Response.redirect('http://a', 200)), await tell(() => Response.json(undefined))];`,
	});
});

describe('fetch', () => {
	sameAsNode({
		'data URLs hold their own answer': `
			const seen = []; for (const url of ['data:,a%20b', 'data:text/html;base64,PGI+', 'data:;charset=utf-8,%C3%A4']) { const r = await fetch(url); seen.push(r.status, r.headers.get('content-type'), await r.text()); }
			return seen;`,
		'a signal that has fired refuses': `return [await tell(fetch('data:,x', { signal: AbortSignal.abort() })), await tell(fetch('data:,x', { signal: AbortSignal.abort(new RangeError('x')) }))];`,
		'what is no URL is refused': `return [await tell(fetch('nothing')), await tell(fetch('http://u:p@a/'))];`,
	});
});
