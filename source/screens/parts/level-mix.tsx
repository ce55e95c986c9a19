import { LEVELS } from '../../engine/index.ts';
import type { Level } from '../../engine/index.ts';
import { shareBar } from '../../pictures/share-bar.ts';
import { countLevels } from '../../select.ts';
import { badgeText, levelBadge, span } from '../../theme.ts';
import { LineRow } from './line-row.tsx';

/** Five words with their numbers. */
const LEGEND_CELLS = 68;
const BAR_CELLS = 32;

/** How many plugins have each level, most proven first: as a bar where there is room, and in words. */
export function LevelMix({ plugins, columns }: { readonly plugins: readonly { readonly level: Level }[]; readonly columns: number }) {
	if (plugins.length === 0) {
		return null;
	}

	const counts = countLevels(plugins);
	const shares = LEVELS.toReversed().map((level) => ({ badge: levelBadge(level), count: counts.get(level) ?? 0 }));
	const bar = shareBar(shares, Math.min(BAR_CELLS, columns - LEGEND_CELLS));
	const legend = shares.map(({ badge, count }) => span(`${badgeText(badge)} ${count}   `, count === 0 ? 'dim' : badge.tone));
	return <LineRow line={[...bar, span(bar.length === 0 ? '' : '  '), ...legend]} width={columns} />;
}
