import { EngineError } from '../errors.ts';
import { stripToLine } from '../strip-controls.ts';

/** Which rule an archive broke; stable words for `--json`. */
export type ArchiveRule =
	| 'not-gzip'
	| 'truncated'
	| 'header'
	| 'type'
	| 'root'
	| 'path'
	| 'duplicate'
	| 'too-deep'
	| 'too-long'
	| 'too-many'
	| 'too-large'
	| 'ratio'
	| 'package-json';

/** `problem` completes "the archive is refused: ". The entry's name is hostile and shown without control characters. */
export function refuseArchive(rule: ArchiveRule, problem: string, entry: string | null = null): EngineError {
	const shown = entry === null ? null : shorten(stripToLine(entry));
	const text = shown === null ? problem : `entry "${shown}" ${problem}`;
	return new EngineError('archive-refused', `The archive is refused: ${text}.`, {
		hint: 'Nothing was unpacked. Choose another version, or ask the author to publish a clean archive.',
		details: { rule, entry: shown, problem: text },
	});
}

function shorten(text: string): string {
	return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
