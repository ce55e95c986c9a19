import { LEVELS } from '../../engine/index.ts';
import type { Level } from '../../engine/index.ts';
import type { KeyName } from '../../key-bindings.ts';
import { badgeText, evidenceBadge, levelBadge, span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { BLANK, heading, paragraph } from './lines.ts';

const MEANINGS: Readonly<Record<Level, string>> = {
	core: "Your organisation's signed policy lists it as its own, and the one who built it is the one named there.",
	verified:
		'Who built it from which source is proven, it is the builder of the version that you approved before (or a pinned one), and a certifier you recognise certified it.',
	trusted: 'Your policy pins its builder and that is who built it, or enough people whom you trust endorsed it.',
	known: 'At least one thing is proven: a signature of the registry, who built it, or an OpenPGP signature by a key that you named.',
	unknown: 'Nothing is proven beyond its bytes being those that the registry announces, or something got worse and you did not accept it.',
};

/** What each level takes, most proven first, and the signs of the table. */
export function levelsDocument({ width, key }: { readonly width: number; readonly key: KeyName }): readonly Line[] {
	return [
		...paragraph('A level says how much is proven about a package. It grants nothing: every plugin starts without rights.', width),
		BLANK,
		...LEVELS.toReversed().flatMap((level) => {
			const badge = levelBadge(level);
			return [[span(badgeText(badge), badge.tone)], ...paragraph(MEANINGS[level], width, { indent: 2, tone: 'dim' })];
		}),
		BLANK,
		heading('The columns SIGN and BUILD'),
		...(['verified', 'absent', 'unavailable', 'invalid'] as const).flatMap((state) => {
			const badge = evidenceBadge(state);
			return [[span(`${badge.sign} ${badge.word.padEnd(12)}`, badge.tone), span(STATES[state], 'dim')]];
		}),
		BLANK,
		...paragraph(
			`A plugin counts as much as the least proven package that it depends on. On Trust, ${key('trust-why', 'trust')} tells why one has its level.`,
			width,
		),
	];
}

const STATES = {
	verified: 'it was checked, and it holds',
	absent: 'the registry serves such proof, and has none of this',
	unavailable: 'nobody could look',
	invalid: 'it was checked, and it is wrong: this is refused',
} as const;
