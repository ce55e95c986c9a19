import { THEMES } from '../display.ts';
import type { Display, Theme } from '../display.ts';
import { EngineError } from '../engine/index.ts';
import { SECTIONS } from '../sections.ts';
import type { OwnKeys } from '../keys/own-keys.ts';
import type { Settings } from '../settings.ts';
import type { Section } from '../sections.ts';
import type { FlagTable, ParsedArguments } from './command.ts';
import { isSet, textFlag } from './flags.ts';

/** Flags of the full-screen app, which is what opens without a command. */
export const SCREEN_FLAGS: FlagTable = {
	screen: { type: 'string', placeholder: 'NAME', description: `Start at ${SECTIONS.join(', ')}` },
	theme: { type: 'string', placeholder: 'NAME', description: `${THEMES.join(', ')}; auto asks the terminal` },
	ascii: { type: 'boolean', description: 'ASCII only; letters that have none are question marks' },
	lowBandwidth: { type: 'boolean', description: 'Ten frames a second at most, nothing that only moves' },
	reducedMotion: { type: 'boolean', description: 'Nothing that only moves' },
	mouse: { type: 'boolean', description: 'Clicks and the wheel go to the app' },
	screenReader: { type: 'boolean', description: 'In lines of text for a screen reader, nothing drawn' },
};

export type ScreenChoices = {
	/** Left out where nobody named one: then it is the one that was left. */
	readonly section?: Section;
	readonly display: Display;
	/** False for `--no-color`, true for `--color`; undefined leaves it to the environment. */
	readonly color: boolean | undefined;
	readonly ownKeys: OwnKeys;
};

/** What the command line says about the screen, and the settings where it says nothing. Throws `usage`. */
export function screenChoices(parsed: ParsedArguments, { display: settings, keys }: Pick<Settings, 'display' | 'keys'>): ScreenChoices {
	const theme = textFlag(parsed, 'theme');
	const section = textFlag(parsed, 'screen');
	const { color } = parsed.flags;
	return {
		ownKeys: keys,
		color: typeof color === 'boolean' ? color : undefined,
		...(section === null ? {} : { section: oneOf<Section>('screen', section, SECTIONS) }),
		display: {
			theme: theme === null ? settings.theme : oneOf<Theme>('theme', theme, THEMES),
			colours: settings.colours,
			ascii: isSet(parsed, 'ascii') || settings.ascii,
			lowBandwidth: isSet(parsed, 'lowBandwidth') || settings.lowBandwidth,
			reducedMotion: isSet(parsed, 'reducedMotion') || settings.reducedMotion,
			mouse: isSet(parsed, 'mouse') || settings.mouse,
			screenReader: isSet(parsed, 'screenReader') || settings.screenReader,
		},
	};
}

function oneOf<T extends string>(flag: string, word: string, known: readonly T[]): T {
	const found = known.find((candidate) => candidate === word);
	if (found === undefined) {
		throw new EngineError('usage', `--${flag} does not know "${word}".`, { hint: `Use one of: ${known.join(', ')}` });
	}

	return found;
}
