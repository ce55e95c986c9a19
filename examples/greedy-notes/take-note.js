const THOUGHT_ADDRESS = 'https://api.github.com/zen';
const MAXIMUM_THOUGHT = 200;

/**
 * Takes a note with whatever was granted. A denied permission costs one nicety and is reported; any other trouble is thrown.
 *
 * @param {{text: string, now: string}} note `now` as an ISO time
 * @param {{fs: object, env: object, fetch: Function}} context
 */
export async function takeNote({ text, now }, context) {
	const today = now.slice(0, 10);
	const denied = [];
	const without = (instead, wish) => orDenied(wish, { instead, denied });

	const author = (await without('Signed "somebody".', () => context.env.get('USER'))) ?? 'somebody';
	await without('Looked for no signature file.', () => context.env.get('HOME'));
	const thought = await without('No thought for the day.', () => fetchThought(context));
	const note = [`${today}: ${text}`, ...(thought === null ? [] : [`(${thought})`]), `-- ${author}`].join('\n');

	const { path, earlier } = await placeFor(now, { context, without });
	const isWritten = await without('The note was not saved; here it is.', async () => {
		await context.fs.writeFile(path, `${earlier}${note}\n\n`);
		return true;
	});
	return { note, author, saved: isWritten === true ? path : 'no', denied };
}

/** Writing replaces a whole file, so a file that may not be read must not be written to either: its notes would be lost. */
async function placeFor(now, { context, without }) {
	const path = `$project/notes/${now.slice(0, 10)}.md`;
	const earlier = await without('A file of its own for each note.', async () => readEarlier(path, context));
	return earlier === null ? { path: `$project/notes/${now.slice(0, 19).replaceAll(':', '-')}.md`, earlier: '' } : { path, earlier };
}

async function orDenied(wish, { instead, denied }) {
	try {
		return await wish();
	} catch (error) {
		if (error.code !== 'ERR_PERMISSION_DENIED') {
			throw error;
		}

		denied.push({ permission: error.permission, instead });
		return null;
	}
}

async function fetchThought({ fetch, log }) {
	try {
		const response = await fetch(THOUGHT_ADDRESS, { headers: { accept: 'text/plain', 'user-agent': 'greedy-notes' } });
		return response.ok ? (await response.text()).trim().slice(0, MAXIMUM_THOUGHT) : null;
	} catch (error) {
		if (error.code === 'ERR_PERMISSION_DENIED') {
			throw error;
		}

		// A server that does not answer is no reason to lose a note.
		log.warn(`No thought for the day: ${error.message}`);
		return null;
	}
}

/** Empty when there are no notes of that day yet. */
async function readEarlier(path, { fs }) {
	try {
		return await fs.readFile(path);
	} catch (error) {
		if (error.code === 'ENOENT') {
			return '';
		}

		throw error;
	}
}
