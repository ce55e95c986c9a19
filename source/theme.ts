import type { Change, EvidenceState, Level } from './engine/index.ts';
import { drawable } from './format.ts';
import type { Command } from './keys/binding.ts';

/** What a piece of text means; the colour follows from it. Only the sixteen colours of the user's own theme are used. */
export type Tone = 'plain' | 'dim' | 'strong' | 'accent' | 'good' | 'warning' | 'bad' | 'info' | 'match';

export type Span = {
	readonly text: string;
	readonly tone: Tone;
	/** What a click on it does. */
	readonly command?: Command;
};

/** One row of a screen. */
export type Line = readonly Span[];

export type ToneStyle = { readonly color?: string; readonly bold?: boolean; readonly dimColor?: boolean; readonly underline?: boolean };

const STYLES: Readonly<Record<Tone, ToneStyle>> = {
	plain: {},
	dim: { dimColor: true },
	strong: { bold: true },
	accent: { color: 'cyan', bold: true },
	good: { color: 'green' },
	warning: { color: 'yellow' },
	bad: { color: 'red', bold: true },
	info: { color: 'blue' },
	match: { color: 'cyan', bold: true, underline: true },
};

export function toneStyle(tone: Tone): ToneStyle {
	return STYLES[tone];
}

const PARAMETERS: Readonly<Record<Tone, string>> = {
	plain: '',
	dim: '2',
	strong: '1',
	accent: '1;36',
	good: '32',
	warning: '33',
	bad: '1;31',
	info: '34',
	match: '1;4;36',
};

/** A row with its styles in it, as a terminal takes them. */
export function styledText(line: Line): string {
	return line.map(({ text, tone }) => (tone === 'plain' || text === '' ? text : `\u001B[${PARAMETERS[tone]}m${text}\u001B[0m`)).join('');
}

/** Whoever makes a row cleans its texts first, to know their width; here nothing that acts gets through if that was forgotten. */
export function span(text: string, tone: Tone = 'plain'): Span {
	return { text: drawable(text), tone };
}

/** Word and sign together, since colour alone says nothing to many readers. */
export type Badge = { readonly sign: string; readonly word: string; readonly tone: Tone };

const LEVEL_BADGES: Readonly<Record<Level, Badge>> = {
	core: { sign: '*', word: 'core', tone: 'accent' },
	verified: { sign: '+', word: 'verified', tone: 'good' },
	trusted: { sign: '=', word: 'trusted', tone: 'info' },
	known: { sign: '-', word: 'known', tone: 'plain' },
	unknown: { sign: '?', word: 'unknown', tone: 'warning' },
};

const EVIDENCE_BADGES: Readonly<Record<EvidenceState, Badge>> = {
	verified: { sign: '+', word: 'verified', tone: 'good' },
	absent: { sign: '-', word: 'absent', tone: 'plain' },
	unavailable: { sign: '~', word: 'unavailable', tone: 'warning' },
	invalid: { sign: '!', word: 'INVALID', tone: 'bad' },
};

const CHANGE_BADGES: Readonly<Record<Change['type'], Badge>> = {
	add: { sign: '+', word: 'add', tone: 'good' },
	remove: { sign: '-', word: 'remove', tone: 'bad' },
	update: { sign: '^', word: 'update', tone: 'info' },
	downgrade: { sign: 'v', word: 'downgrade', tone: 'warning' },
};

export function levelBadge(level: Level): Badge {
	return LEVEL_BADGES[level];
}

export function evidenceBadge(state: EvidenceState): Badge {
	return EVIDENCE_BADGES[state];
}

export function changeBadge(type: Change['type']): Badge {
	return CHANGE_BADGES[type];
}

export function badgeText(badge: Badge): string {
	return `${badge.sign} ${badge.word}`;
}
