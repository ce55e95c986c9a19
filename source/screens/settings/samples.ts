import { LEVELS } from '../../engine/index.ts';
import { badgeText, evidenceBadge, levelBadge, span } from '../../theme.ts';
import type { Line } from '../../theme.ts';

/** What the colours of a theme are for, in those colours. */
export const BADGE_SAMPLES: readonly Line[] = [
	LEVELS.toReversed().flatMap((level) => [span(badgeText(levelBadge(level)), levelBadge(level).tone), span('  ')]),
	(['verified', 'absent', 'unavailable', 'invalid'] as const).flatMap((state) => [
		span(badgeText(evidenceBadge(state)), evidenceBadge(state).tone),
		span('  '),
	]),
	[span('a key', 'accent'), span('  '), span('strong', 'strong'), span('  plain  '), span('less', 'dim')],
];
