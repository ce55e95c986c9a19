import type { DoctorCheck } from '../../engine/index.ts';
import { cleanLine, fit } from '../../format.ts';
import type { KeyName } from '../../key-bindings.ts';
import { span } from '../../theme.ts';
import type { Line, Tone } from '../../theme.ts';
import { BLANK, fact, heading, paragraph } from '../documents/lines.ts';

const STATES: Readonly<Record<DoctorCheck['state'], { readonly sign: string; readonly word: string; readonly tone: Tone }>> = {
	ok: { sign: '+', word: 'ok', tone: 'good' },
	warn: { sign: '~', word: 'warning', tone: 'warning' },
	fail: { sign: '!', word: 'FAILS', tone: 'bad' },
};

const STATE_WIDTH = 9;
const ID_WIDTH = 24;

function idWidthOf(width: number): number {
	return Math.min(ID_WIDTH, Math.floor(width * 0.38));
}

export function checkHeader(width: number): string {
	return `${fit('STATE', STATE_WIDTH)} ${fit('CHECK', idWidthOf(width))} FOUND`;
}

export function checkRow({ id, state, text }: DoctorCheck, width: number): Line {
	const { sign, word, tone } = STATES[state];
	const idWidth = idWidthOf(width);
	return [
		span(fit(`${sign} ${word}`, STATE_WIDTH), tone),
		span(` ${fit(cleanLine(id), idWidth)}`, 'strong'),
		span(` ${fit(cleanLine(text), Math.max(0, width - STATE_WIDTH - idWidth - 2))}`, state === 'ok' ? 'dim' : 'plain'),
	];
}

/** What was looked at, what was found, and what to do about it. */
export function checkDocument(
	{ id, state, text, fix }: DoctorCheck,
	{ width, key }: { readonly width: number; readonly key: KeyName },
): readonly Line[] {
	const { sign, word, tone } = STATES[state];
	return [
		[span(cleanLine(id), 'accent'), span(`  ${sign} ${word}`, tone)],
		BLANK,
		...paragraph(text, width),
		BLANK,
		...(fix === null
			? paragraph(state === 'ok' ? 'There is nothing to do.' : 'Nothing can be done about it here.', width, { tone: 'dim' })
			: [heading('What to do'), ...paragraph(fix, width, { tone: 'accent' })]),
		...(state === 'ok'
			? []
			: [
					BLANK,
					...fact(key('fix', 'doctor'), 'puts right what can be put right safely', width),
					...fact(key('refresh', 'doctor'), 'looks again', width),
				]),
	];
}
