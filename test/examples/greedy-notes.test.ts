import { describe, expect, it } from 'vitest';
import { type StandIn, loadExample, standInContext } from './load-example.ts';

const plugin = await loadExample('greedy-notes');
const take = async ({ context }: StandIn, text = 'Water the plants') => plugin.execute({ task: 'note', input: { text } }, context);

describe('greedy-notes', () => {
	it('loses no note when everything is denied, and says what it did without', async () => {
		const surroundings = standInContext({});
		expect(await take(surroundings)).toMatchObject({
			note: expect.stringMatching(/^\d{4}-\d\d-\d\d: Water the plants\n-- somebody$/),
			author: 'somebody',
			saved: 'no',
			denied: [
				{ permission: 'env:USER', instead: 'Signed "somebody".' },
				{ permission: 'env:HOME', instead: 'Looked for no signature file.' },
				{ permission: 'net:api.github.com:443', instead: 'No thought for the day.' },
				{ permission: expect.stringMatching(/^fs\.read:/), instead: 'A file of its own for each note.' },
				{ permission: expect.stringMatching(/^fs\.write:/), instead: 'The note was not saved; here it is.' },
			],
		});
		expect(surroundings.logged).toEqual(['denied 5 of the permissions it asks for; it goes on without them']);
	});

	it('signs, thinks and saves when everything is granted', async () => {
		const surroundings = standInContext({
			files: {},
			environment: { USER: 'alice' },
			answer: () => ({ status: 200, text: 'Keep it simple.\n' }),
		});
		await take(surroundings, 'one');
		expect(await take(surroundings, 'two')).toMatchObject({ author: 'alice', denied: [] });
		const [file] = Object.entries(surroundings.files);
		expect(file?.[0]).toMatch(/^\$project\/notes\/\d{4}-\d\d-\d\d\.md$/);
		expect(file?.[1]).toMatch(/one\n\(Keep it simple\.\)\n-- alice\n\n.*two\n/s);
	});

	it('does not write over notes that it may not read', async () => {
		const surroundings = standInContext({ files: {} });
		const { fs } = surroundings.context;
		const context = {
			...surroundings.context,
			fs: {
				...fs,
				readFile: async () => {
					throw Object.assign(new Error('denied'), { code: 'ERR_PERMISSION_DENIED', permission: 'fs.read:x', hint: '' });
				},
			},
		};
		await take({ ...surroundings, context });
		expect(Object.keys(surroundings.files)[0]).toMatch(/^\$project\/notes\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.md$/);
	});

	it('keeps the note when the server does not answer', async () => {
		const surroundings = standInContext({
			files: {},
			environment: {},
			answer: () => {
				throw new Error('connection refused');
			},
		});
		expect(await take(surroundings)).toMatchObject({ saved: expect.stringContaining('$project/notes/'), denied: [] });
		expect(surroundings.logged).toEqual(['No thought for the day: connection refused']);
	});
});
