import { quoteWord } from './consent.ts';

const SECRET_VALUE_FLAGS = new Set(['--input']);
const FLAGS_ABOUT_OUTPUT = /^--(?:json(?:=.*)?|events|quiet|verbose|color|no-color)$|^-q$/;

/** The command line as the history keeps it: no task input, no password inside a URL, nothing that only says how to print. */
export function describeCommandLine(argv: readonly string[]): string {
	const words: string[] = [];
	for (let index = 0; index < argv.length; index++) {
		const word = argv[index] ?? '';
		if (FLAGS_ABOUT_OUTPUT.test(word)) {
			continue;
		}

		if (SECRET_VALUE_FLAGS.has(word)) {
			words.push(word, '...');
			index++;
		} else if (SECRET_VALUE_FLAGS.has(word.split('=', 1)[0] ?? '')) {
			words.push(`${word.split('=', 1)[0] ?? ''}=...`);
		} else {
			words.push(quoteWord(withoutCredentials(word)));
		}
	}

	return words.join(' ');
}

function withoutCredentials(word: string): string {
	return word.replace(/(https?:\/\/)[^/@\s]*@/gi, '$1');
}
