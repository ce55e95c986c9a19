import { Text } from 'ink';

import { LEVELS } from '../../engine/index.ts';
import type { Level } from '../../engine/index.ts';
import { countLevels } from '../../select.ts';
import { badgeText, levelBadge, toneStyle } from '../../theme.ts';

/** How many plugins have each level, most proven first. */
export function LevelMix({ plugins }: { readonly plugins: readonly { readonly level: Level }[] }) {
	const counts = countLevels(plugins);
	return (
		<Text wrap="truncate">
			{LEVELS.toReversed().map((level) => {
				const count = counts.get(level) ?? 0;
				const badge = levelBadge(level);
				return (
					<Text key={level} {...(count === 0 ? { dimColor: true } : toneStyle(badge.tone))}>
						{`${badgeText(badge)} ${count}   `}
					</Text>
				);
			})}
		</Text>
	);
}
