import { describe, expect, it } from 'vitest';
import { denied, loadExample, standInContext } from './load-example.ts';

const plugin = await loadExample('link-checker');

async function links(markdown: string) {
	return plugin.execute({ task: 'list', input: { markdown } }, standInContext({}).context);
}

describe('finding links', () => {
	it.each([
		['[a](https://a.example/x)', 'https://a.example/x'],
		['![a](https://a.example/x.png "title")', 'https://a.example/x.png'],
		['[a](<https://a.example/x>)', 'https://a.example/x'],
		['[a](https://a.example/wiki/B_(c))', 'https://a.example/wiki/B_(c)'],
		['[a]: https://a.example/x', 'https://a.example/x'],
		['<https://a.example/x>', 'https://a.example/x'],
		['See https://a.example/x.', 'https://a.example/x'],
		['(https://a.example/x)', 'https://a.example/x'],
	])('sees the address in %s', async (markdown, url) => {
		expect(await links(markdown)).toEqual([{ url, line: 1 }]);
	});

	it.each([
		'`https://a.example`',
		'```\nhttps://a.example\n```',
		'~~~js\n[a](https://a.example)\n~~~',
		'[a](./b.md)',
		'[a](mailto:a@b.example)',
	])('sees none in %j', async (markdown) => {
		expect(await links(markdown)).toEqual([]);
	});

	it('lists an address once, where it stands first', async () => {
		expect(await links('\nhttps://a.example\n[a](https://a.example) https://b.example')).toEqual([
			{ url: 'https://a.example', line: 2 },
			{ url: 'https://b.example', line: 3 },
		]);
	});

	it('goes on after a code block', async () => {
		expect(await links('```\ncode\n```\nhttps://a.example')).toEqual([{ url: 'https://a.example', line: 4 }]);
	});
});

describe('checking links', () => {
	it('says what became of each, in order', async () => {
		const answers: Record<string, { status: number; location?: string }> = {
			'https://ok.example/': { status: 200 },
			'https://moved.example/': { status: 301, location: 'https://new.example/' },
			'https://dead.example/': { status: 404 },
		};
		const { context } = standInContext({
			answer: (url) => {
				const answer = answers[url];
				if (answer === undefined) {
					throw url.includes('denied') ? denied('net:denied.example:443') : new Error('connection refused');
				}

				return answer;
			},
		});
		const markdown = 'https://ok.example/#part https://moved.example/ https://dead.example/ https://denied.example/ https://gone.example/';
		expect(await plugin.execute({ task: 'check', input: { markdown } }, context)).toEqual({
			links: [
				{ line: 1, result: 'ok', status: 200, url: 'https://ok.example/#part', note: '' },
				{ line: 1, result: 'moved', status: 301, url: 'https://moved.example/', note: 'now at https://new.example/' },
				{ line: 1, result: 'dead', status: 404, url: 'https://dead.example/', note: '' },
				{ line: 1, result: 'not allowed', status: null, url: 'https://denied.example/', note: '--allow net:denied.example:443' },
				{ line: 1, result: 'no answer', status: null, url: 'https://gone.example/', note: 'connection refused' },
			],
			ok: 1,
			problems: 4,
		});
	});

	it('asks again in full where a server refuses a short question', async () => {
		const methods: string[] = [];
		const { context } = standInContext({
			answer: (_, method) => {
				methods.push(method);
				return { status: method === 'HEAD' ? 405 : 200 };
			},
		});
		expect(await plugin.execute({ task: 'check', input: { markdown: 'https://a.example' } }, context)).toMatchObject({ ok: 1 });
		expect(methods).toEqual(['HEAD', 'GET']);
	});
});
