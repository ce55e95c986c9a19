import type { ExaminedRegistry, RegistryAnswer, RegistrySource } from '../../engine/index.ts';
import { cleanLine, fit } from '../../format.ts';
import { keyNames } from '../../key-bindings.ts';
import type { Setting } from '../../setting-entries.ts';
import type { SettingItem } from '../../select.ts';
import type { State } from '../../state.ts';
import { span } from '../../theme.ts';
import type { Line, Tone } from '../../theme.ts';
import { BLANK, fact, heading, paragraph } from '../documents/lines.ts';
import { BADGE_SAMPLES } from './samples.ts';

export const SOURCE_WORDS: Readonly<Record<RegistrySource, string>> = {
	option: '--registry or the setting "registry"',
	project: "the project's .npmrc",
	environment: 'the environment',
	user: 'your .npmrc',
	global: 'the .npmrc of this machine',
	default: 'nobody: it is the default',
};

const NAME_WIDTH = 24;

export function settingRow(item: SettingItem, width: number): Line {
	return item.type === 'setting' ? ownRow(item.setting, width) : registryRow(item.registry, width);
}

function ownRow({ key, value, isSet }: Setting, width: number): Line {
	const name = Math.min(NAME_WIDTH, Math.floor(width * 0.4));
	const where = width >= 60 ? 10 : 0;
	return [
		span(fit(key, name), 'strong'),
		span(` ${fit(value === '' ? '-' : cleanLine(value), Math.max(0, width - name - where - 2))}`, isSet ? 'accent' : 'plain'),
		span(where === 0 ? '' : ` ${fit(isSet ? 'set' : 'default', where)}`, 'dim'),
	];
}

function registryRow({ scope, url, hasCredentials, answer }: ExaminedRegistry, width: number): Line {
	const name = Math.min(NAME_WIDTH, Math.floor(width * 0.4));
	const right = width >= 60 ? 16 : 12;
	const { text, tone } = answerWords(answer);
	return [
		span(fit(cleanLine(`registry ${scope ?? 'default'}`), name), 'strong'),
		span(` ${fit(cleanLine(url), Math.max(0, width - name - right - 2))}`),
		span(` ${fit(`${hasCredentials ? '* ' : '  '}${text}`, right)}`, tone),
	];
}

function answerWords(answer: RegistryAnswer): { readonly text: string; readonly tone: Tone } {
	switch (answer.type) {
		case 'answered':
			return { text: `${answer.status} in ${Math.round(answer.milliseconds)} ms`, tone: answer.status >= 500 ? 'bad' : 'good' };
		case 'silent':
			return { text: '! no answer', tone: 'bad' };
		case 'not-asked':
			return { text: 'not asked', tone: 'dim' };
	}
}

/** One setting with its default and where it comes from, or one registry with what it answers. */
export function settingDocument(item: SettingItem, state: State, width: number): readonly Line[] {
	return item.type === 'setting' ? ownDocument(item.setting, width) : registryDocument(item.registry, state, width);
}

function ownDocument({ key, value, default: usual, isSet, help, choices }: Setting, width: number): readonly Line[] {
	return [
		[span(key, 'accent')],
		BLANK,
		...paragraph(`${help}.`, width),
		BLANK,
		...fact('Value', value === '' ? 'nothing' : value, width, isSet ? 'accent' : 'plain'),
		...fact('Default', usual === '' ? 'nothing' : usual, width),
		...fact('Comes from', isSet ? 'settings.json' : 'nobody: it is the default', width),
		...(choices.length === 0 ? [] : fact('One of', choices.join(', '), width)),
		...(key === 'display.theme' || key.startsWith('display.colours.') ? [BLANK, heading('How it looks'), ...BADGE_SAMPLES] : []),
		...(['display.lowBandwidth', 'display.reducedMotion', 'display.screenReader'].includes(key)
			? [BLANK, ...paragraph('It counts from the next start.', width, { tone: 'dim' })]
			: []),
	];
}

function registryDocument({ scope, url, source, hasCredentials, answer }: ExaminedRegistry, state: State, width: number): readonly Line[] {
	return [
		[span(cleanLine(scope ?? 'Everything without a registry of its own'), 'accent')],
		BLANK,
		...fact('Asked at', url, width),
		...fact('Named by', SOURCE_WORDS[source], width),
		...fact(
			'Signed in',
			hasCredentials ? '* yes; the token itself is never shown' : 'no; public packages need none',
			width,
			hasCredentials ? 'good' : 'plain',
		),
		...(state.registries.status === 'loading'
			? fact('Answers', 'being asked ...', width, 'dim')
			: answerLines(answer, keyNames(state)('refresh'), width)),
	];
}

function answerLines(answer: RegistryAnswer, retryKey: string, width: number): readonly Line[] {
	const word = (has: boolean | null): string => (has === null ? 'does not say' : has ? 'yes' : 'no');
	switch (answer.type) {
		case 'answered':
			return [
				...fact('Answers', answerWords(answer).text, width, answerWords(answer).tone),
				...fact('Search', word(answer.hasSearch), width),
				...fact('Signs', answer.hasKeys === true ? 'yes, and tells its keys' : word(answer.hasKeys), width),
			];
		case 'silent':
			return [
				...fact('Answers', 'no', width, 'bad'),
				...fact('Cause', answer.text, width),
				...fact('Try again', `press ${retryKey}`, width),
			];
		case 'not-asked':
			return fact('Answers', 'offline, so it was not asked', width, 'dim');
	}
}
