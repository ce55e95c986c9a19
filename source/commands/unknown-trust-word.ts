import { EngineError, stripToLine } from '../engine/index.ts';

/** For a word behind `trust people` or `trust roots` that is none of theirs. */
export function unknownTrustWord(usage: string, word: string): EngineError {
	const [command = ''] = usage.split(' ');
	return new EngineError('usage', `trust ${command} cannot "${stripToLine(word)}".`, { hint: `Type: plugward trust ${usage}` });
}
