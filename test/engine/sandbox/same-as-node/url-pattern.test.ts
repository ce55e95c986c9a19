import { describe } from 'vitest';

import { sameAsNode } from './both.ts';

/** Patterns with what is held against them: each as it is given to the constructor and to `exec`. */
const CASES: readonly (readonly [pattern: readonly unknown[], inputs: readonly (readonly unknown[])[]])[] = [
	[[], [['https://example.com/a'], [{}], []]],
	[
		[{ pathname: '/books/:id(\\d+)' }],
		[['https://example.com/books/12'], ['https://example.com/books/x'], [{ pathname: '/books/7' }], ['/books/3', 'https://example.com']],
	],
	[[{ pathname: '/a{/:b}?' }], [['https://x.test/a'], ['https://x.test/a/c'], ['https://x.test/a/c/d']]],
	[[{ pathname: '/:a(x)?/y' }], [['https://x.test/y'], ['https://x.test/x/y']]],
	[[{ pathname: '/files/*' }], [[{ pathname: '/files/a/b/c' }], [{ pathname: '/files' }]]],
	[[{ pathname: '/:many+' }], [['https://x.test/a/b/c'], ['https://x.test/']]],
	[[{ hostname: '{*.}?example.com' }], [['https://example.com'], ['https://a.b.example.com'], ['https://badexample.com']]],
	[['https://*.example.com/:page?tab=:tab#:part'], [['https://www.example.com/home?tab=one#top'], ['https://www.example.com/home']]],
	[
		['/:name', 'https://example.com/base/'],
		[['https://example.com/me'], ['/me', 'https://example.com'], ['https://other.test/me']],
	],
	[
		['https://example.com/:A', { ignoreCase: true }],
		[['https://EXAMPLE.com/b'], ['https://example.com/B']],
	],
	[[{ pathname: '/Path' }, { ignoreCase: true }], [[{ pathname: '/pATH' }]]],
	[[{ protocol: 'http{s}?', port: '80*' }], [['http://x.test:8080/'], ['https://x.test/'], ['ftp://x.test:80/']]],
	[[{ search: 'q=*' }], [['https://x.test/?q=a%20b&r=1'], ['https://x.test/']]],
	[[{ baseURL: 'https://example.com/a/', pathname: 'b' }], [['https://example.com/a/b'], ['https://example.com/b']]],
	[[{ pathname: '/café/:x' }], [['https://x.test/caf%C3%A9/y'], ['https://x.test/café/ü']]],
	[[{ hostname: 'münchen.test' }], [['https://xn--mnchen-3ya.test/']]],
	[[{ username: ':who', password: '*' }], [['https://me:secret@x.test/'], ['https://x.test/']]],
	[['data\\:foobar'], [['data:foobar']]],
	[[{ hostname: '[\\:\\:1]' }], [['http://[::1]/']]],
	[[{ pathname: '/(?<year>\\d{4})' }], []],
	[[{ pathname: '/:x/:x' }], []],
	[['https://x.test/(('], []],
	[['/relative'], []],
	[[{ pathname: '/a' }, 'https://x.test'], []],
	[[5], []],
	[['/a', 5], []],
	[
		[null, null],
		[['https://x.test'], [5], [{ pathname: '/a' }, 'https://x.test']],
	],
	[[{ pathname: 5, other: '/x' }], [['::'], ['not a url', 'neither']]],
];

describe('URLPattern', () => {
	sameAsNode({
		...Object.fromEntries(
			CASES.map(([pattern, inputs], index) => [
				`${index + 1}: ${JSON.stringify(pattern)}`,
				`const all = (value) => JSON.parse(JSON.stringify(value, (_, one) => (one === undefined ? '(undefined)' : one)));
				const [given, inputs] = ${JSON.stringify([pattern, inputs])};
				let made; const failure = await tell(() => { made = new URLPattern(...given); });
				if (made === undefined) return failure;
				const found = [];
				for (const input of inputs) {
					let result; const problem = await tell(() => { result = [made.test(...input), made.exec(...input)]; });
					found.push(problem, result === undefined ? null : all(result), result?.[1] ? Object.keys(result[1]) : null);
				}
				return [made.protocol, made.username, made.password, made.hostname, made.port, made.pathname, made.search, made.hash, made.hasRegExpGroups, found];`,
			]),
		),
		'what the class looks like': `
			const { prototype } = URLPattern;
			return [URLPattern.name, URLPattern.length, Object.getOwnPropertyNames(prototype).sort(), String(new URLPattern()), Object.keys(new URLPattern()), require('url').URLPattern === URLPattern, Object.getOwnPropertyDescriptor(prototype, 'test').enumerable,
				new URLPattern(new URL('https://x.test/a?b')).pathname, (await tell(() => URLPattern({}))).split(' ')[0]];`,
		'more patterns than are kept': `
			const made = Array.from({ length: 200 }, (_, index) => new URLPattern({ pathname: '/' + index + '/:x' }));
			return made.map((pattern, index) => pattern.exec({ pathname: '/' + index + '/y' }).pathname.groups.x + pattern.test({ pathname: '/' + (index + 1) + '/y' })).join();`,
	});
});
