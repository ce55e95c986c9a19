import { EngineError, stripToLine } from '../engine/index.ts';
import { nearestWord } from './nearest-word.ts';

/** For `plugward <command> <word>` where the word is missing or none of the command's `known`. `usage` is what may follow `plugward`. */
export function unknownSubcommand({
	command,
	word,
	known,
	usage,
}: {
	readonly command: string;
	readonly word: string;
	readonly known: readonly string[];
	readonly usage: string;
}): EngineError {
	const nearest = nearestWord(word, known);
	const message =
		word === ''
			? `${command} needs a word behind it: ${orList(known)}.`
			: `${command} has no "${stripToLine(word)}".${nearest === null ? '' : ` Did you mean "${nearest}"?`}`;
	return new EngineError('usage', message, { hint: `Type: plugward ${usage}` });
}

function orList(words: readonly string[]): string {
	return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
