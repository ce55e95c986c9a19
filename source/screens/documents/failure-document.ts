import type { Failure } from '../../state.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { BLANK, fact, paragraph } from './lines.ts';

/** Cause, hint and how to try again. */
export function failureDocument(failure: Failure, width: number, retryKey: string | null): readonly Line[] {
	return [
		[span('! ', 'bad'), span(failure.code === 'cancelled' ? 'Cancelled' : 'This did not work', 'bad'), span(`  ${failure.code}`, 'dim')],
		BLANK,
		...paragraph(failure.message, width),
		BLANK,
		...(failure.cause === null || failure.cause === failure.message ? [] : fact('Cause', failure.cause, width)),
		...(failure.hint === null ? [] : fact('Next', failure.hint, width, 'accent')),
		...(retryKey === null ? [] : fact('Try again', `press ${retryKey}`, width)),
	];
}
