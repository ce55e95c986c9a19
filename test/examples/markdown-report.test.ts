import { describe, expect, it } from 'vitest';
import { loadExample, standInContext } from './load-example.ts';

const plugin = await loadExample('markdown-report');
const run = async (task: string, input: unknown) => plugin.execute({ task, input }, standInContext({}).context);

describe('a table', () => {
	it('is made of YAML, with numbers to the right and a sum', async () => {
		expect(await run('table', { data: '- {name: tea, price: 0.1}\n- {name: coffee, price: 0.2}', title: 'Drinks' })).toBe(
			[
				'# Drinks',
				'',
				'| name   |   price |',
				'| ------ | ------: |',
				'| tea    |     0.1 |',
				'| coffee |     0.2 |',
				'|        | **0.3** |',
				'',
			].join('\n'),
		);
	});

	it('is made of JSON', async () => {
		expect(await run('table', { data: '[{"a":"x","b":true},{"a":"y"}]' })).toContain('| x   | true |\n| y   |      |');
	});

	it('names the entries of a map', async () => {
		expect(await run('table', { data: 'tea:\n  price: 3\n' })).toContain('| tea  |     3 |');
	});

	it('shows the columns asked for, in the order asked for', async () => {
		const data = '- {a: 2, b: z}\n- {a: 10, b: y}';
		expect(await run('table', { data, columns: ['b'], sortBy: 'a' })).toBe('| b   |\n| --- |\n| z   |\n| y   |\n');
		expect(await run('table', { data, columns: ['b'], sortBy: 'b' })).toContain('| y   |\n| z   |');
	});

	it('is not broken apart by what stands in a cell', async () => {
		expect(await run('table', { data: JSON.stringify([{ a: 'x|y\nz' }]) })).toContain(String.raw`| x\|y z |`);
	});

	it('says when there is nothing, and refuses what is no list', async () => {
		expect(await run('table', { data: '[]' })).toBe('There is nothing to show.\n');
		await expect(run('table', { data: 'just words' })).rejects.toThrow('The data holds no records: expected a list or a map.');
	});

	it('does not unfold a bomb of aliases', async () => {
		const bomb = `a: &a [x,x]\n${'bcdefghi'
			.split('')
			.map((name, index) => `${name}: &${name} [*${'abcdefgh'[index] ?? 'a'},*${'abcdefgh'[index] ?? 'a'}]`)
			.join('\n')}`;
		await expect(run('table', { data: bomb })).rejects.toThrow('alias');
	});
});

describe('front matter', () => {
	it('of several documents is one table', async () => {
		const documents = [
			{ name: 'a.md', text: '---\ntitle: First\ntags: [x, y]\n---\n# Text' },
			{ name: 'b.md', text: '# No front matter' },
		];
		expect(await run('frontMatter', { documents })).toBe(
			['| document | title | tags |', '| -------- | ----- | ---- |', '| a.md     | First | x, y |', '| b.md     |       |      |', ''].join(
				'\n',
			),
		);
	});
});
