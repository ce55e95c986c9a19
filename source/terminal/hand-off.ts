import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a program of the user's is to show: safe text, and a name whose ending tells what it is. */
export type HandedText = { readonly name: string; readonly text: string };

export type Reader = 'editor' | 'pager';

const VARIABLES: Readonly<Record<Reader, readonly string[]>> = { editor: ['VISUAL', 'EDITOR'], pager: ['PAGER'] };
const EXAMPLES: Readonly<Record<Reader, string>> = { editor: 'export EDITOR=vi', pager: 'export PAGER=less' };

export type Chosen = { readonly words: readonly string[] } | { readonly problem: string };

/** The user's own program and its arguments, or a sentence that says why there is none. */
export function chooseReader(reader: Reader, environment: Environment): Chosen {
	const variables = VARIABLES[reader];
	const variable = variables.find((name) => (environment[name] ?? '').trim() !== '');
	if (variable === undefined) {
		return { problem: `No ${reader} is named: set $${variables.at(-1) ?? ''}, for instance with "${EXAMPLES[reader]}".` };
	}

	const words = splitWords(environment[variable] ?? '');
	return words === null || words.length === 0
		? { problem: `$${variable} cannot be read as words: a quote or a backslash in it stays open.` }
		: { words };
}

const PIECE = /[^\s"'\\]|\\[^]|"(?:[^"\\]|\\[^])*"|'[^']*'/g;
const WORD = new RegExp(`(?:${PIECE.source})+`, 'g');

/** As a shell splits words, with quotes and backslashes, but without a shell: nothing is expanded. Null when a quote stays open. */
export function splitWords(text: string): readonly string[] | null {
	if (text.replaceAll(WORD, '').trim() !== '') {
		return null;
	}

	return (text.match(WORD) ?? []).map((word) => word.replaceAll(PIECE, unquoted));
}

function unquoted(piece: string): string {
	if (piece.startsWith('"')) {
		return piece.slice(1, -1).replaceAll(/\\([^])/g, '$1');
	}

	return piece.startsWith("'") ? piece.slice(1, -1) : piece.replace('\\', '');
}

/**
 * Runs the program on a copy of the text, with the terminal as its own, until it ends. Resolves to a sentence when it could not be started
 * or ended badly, else to null. The copy is for its owner alone, and is removed afterwards.
 */
export async function runReader(words: readonly string[], { name, text }: HandedText): Promise<string | null> {
	const [program = '', ...parameters] = words;
	const folder = await mkdtemp(join(tmpdir(), 'plugward-read-'));
	// A Ctrl-C in the program goes to the whole group, and must not end the app behind it.
	const ignore = (): void => undefined;
	process.on('SIGINT', ignore);
	try {
		// Whatever is written into it is lost, so that editors say that it cannot be.
		const file = join(folder, name.replaceAll(/[^\w.-]/g, '_'));
		await writeFile(file, text, { mode: 0o400 });
		const { execa } = await import('execa');
		const ended = await execa(program, [...parameters, file], { stdio: 'inherit', reject: false });
		if (ended.exitCode === undefined) {
			return ended.signal === undefined
				? `${program} could not be started: ${ended.code ?? 'unknown'}.`
				: `${program} was ended by ${ended.signal}.`;
		}

		return ended.exitCode === 0 ? null : `${program} ended with ${ended.exitCode}.`;
	} finally {
		process.off('SIGINT', ignore);
		await rm(folder, { recursive: true, force: true });
	}
}
