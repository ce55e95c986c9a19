import type { Conflict } from '../../failure.ts';
import { plural } from '../../format.ts';
import type { Line } from '../../theme.ts';
import { BLANK, bullet, heading, paragraph } from './lines.ts';

/** The resolver's reasoning as numbered sentences; the last one of each reason is its conclusion. */
export function conflictDocument(conflict: Conflict, options: { readonly width: number; readonly selected: number }): readonly Line[] {
	const { width, selected } = options;
	const suggestion = conflict.suggestions[selected];
	const reasons = conflict.reasons.flatMap((sentences, reason) => [
		...(reason === 0 ? [] : [BLANK]),
		heading(
			conflict.reasons.length === 1 ? 'Why there is no solution' : `Reason ${reason + 1} of ${plural(conflict.reasons.length, 'reason')}`,
		),
		...sentences.flatMap((sentence, index) => {
			const isConclusion = index === sentences.length - 1 && sentences.length > 1;
			return bullet(isConclusion ? '=>' : `${index + 1}.`, sentence, { width, tone: isConclusion ? 'bad' : 'dim' });
		}),
	]);
	return suggestion === undefined
		? reasons
		: [
				...reasons,
				BLANK,
				heading('Selected: tried, and it solves'),
				...paragraph(suggestion.sentence, width),
				...(suggestion.command === null ? [] : paragraph(suggestion.command, width, { tone: 'accent' })),
			];
}
