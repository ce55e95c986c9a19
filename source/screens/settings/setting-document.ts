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

type Columns = {
	readonly name: number;
	readonly value: number;
	/** Who says so, or what it answers; 0 where there is no room. */ readonly where: number;
};

function columnsOf(width: number): Columns {
	const name = Math.min(24, Math.floor(width * 0.4));
	const where = width >= 56 ? 18 : 0;
	return { name, value: Math.max(0, width - name - where - (where === 0 ? 1 : 2)), where };
}

export function settingHeader(width: number): string {
	const { name, value, where } = columnsOf(width);
	return `${fit('NAME', name)} ${fit('VALUE', value)}${where === 0 ? '' : ` ${fit('FROM', where)}`}`;
}

export function settingRow(item: SettingItem, width: number): Line {
	return item.type === 'setting' ? ownRow(item.setting, width) : registryRow(item.registry, width);
}

function ownRow({ key, value, isSet }: Setting, width: number): Line {
	const columns = columnsOf(width);
	return [
		span(fit(key, columns.name), 'strong'),
		span(` ${fit(value === '' ? '-' : cleanLine(value), columns.value)}`, isSet ? 'accent' : value === '' ? 'dim' : 'plain'),
		span(columns.where === 0 ? '' : ` ${fit(isSet ? 'set' : 'default', columns.where)}`, 'dim'),
	];
}

function registryRow({ scope, url, hasCredentials, answer }: ExaminedRegistry, width: number): Line {
	const columns = columnsOf(width);
	const { text, tone } = answerWords(answer);
	return [
		span(fit(cleanLine(`registry ${scope ?? 'default'}`), columns.name), 'strong'),
		span(` ${fit(cleanLine(url.replace(/^https?:\/\//, '').replace(/\/$/, '')), columns.value)}`),
		span(columns.where === 0 ? '' : ` ${fit(`${hasCredentials ? '* ' : '  '}${text}`, columns.where)}`, tone),
	];
}

function answerWords(answer: RegistryAnswer): { readonly text: string; readonly tone: Tone } {
	switch (answer.type) {
		case 'answered':
			return {
				text: `${answer.status < 400 ? 'answers' : `answers ${answer.status}`} in ${Math.round(answer.milliseconds)} ms`,
				tone: answer.status >= 500 ? 'bad' : 'good',
			};
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
				...fact('Answers', `${answer.status} in ${Math.round(answer.milliseconds)} ms`, width, answerWords(answer).tone),
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
