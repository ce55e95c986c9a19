import type { KeyName } from '../../key-bindings.ts';
import type { TrustAct } from '../../state.ts';
import { trustCommandText } from '../../trust-forms.ts';
import type { Line } from '../../theme.ts';
import { BLANK, fact, heading, paragraph } from './lines.ts';

/** What would be signed or written, and the scripted command that does the same. */
export function confirmDocument(act: TrustAct, { width, key }: { readonly width: number; readonly key: KeyName }): readonly Line[] {
	return [
		...whatHappens(act, width),
		BLANK,
		heading('The same as a command'),
		...paragraph(`plugward ${trustCommandText(act)}`, width, { tone: 'accent' }),
		BLANK,
		...paragraph(`${key('confirm', 'confirm')} does it; ${key('back', 'confirm')} leaves, and nothing was signed or written.`, width, {
			tone: 'dim',
		}),
	];
}

function whatHappens(act: TrustAct, width: number): readonly Line[] {
	switch (act.type) {
		case 'endorse': {
			const { verdict, spec, from, notes, expires } = act.review;
			return [
				heading('This is signed with your own key'),
				...(verdict === 'endorse'
					? fact('Verdict', 'endorse: you looked at it and would use it', width, 'good')
					: fact('Verdict', 'reject: nobody should use it', width, 'bad')),
				...fact('About', spec, width),
				...fact('Looked at', from === null ? 'the whole' : `the difference from ${from}`, width),
				...fact('Notes', notes === '' ? 'none' : notes, width),
				...fact('Until', expires.slice(0, 10), width),
				BLANK,
				...paragraph('It names the bytes by their sha512. Others who trust your key count it; you can take it back at any time.', width),
			];
		}
		case 'revoke':
			return [
				heading('This is signed with your own key'),
				...fact('About', act.about, width),
				...fact('Takes back', act.sha256, width, 'warning'),
				BLANK,
				...paragraph('It never ends: what was taken back can only be said anew.', width),
			];
		case 'import':
			return [
				heading('This is read and verified'),
				...fact('From', act.source, width),
				BLANK,
				...paragraph(
					'What does not verify is told and left out. Nobody counts who is not named in your policy, directly or through others.',
					width,
				),
			];
		case 'unpin':
			return [
				heading('This is taken out of your policy'),
				...fact('Plugin', act.name, width),
				BLANK,
				...paragraph('Another builder is then asked about instead of refused, and the pin raises its level no more.', width),
			];
		case 'pin':
			return [
				heading('This is written into your policy'),
				...fact('Plugin', act.name, width),
				...fact('Rule', 'only who built the installed version may build the next ones', width),
				BLANK,
				...paragraph(
					'A version built by anybody else is refused, whoever published it. Proven by its builder it counts as trusted.',
					width,
				),
			];
		case 'except': {
			const { package: name, rule, reason, expires } = act.exception;
			return [
				heading('This is written into your policy'),
				...fact('Plugin', name, width),
				...fact('Free from', rule, width, 'warning'),
				...fact('Reason', reason, width),
				...fact('Until', expires.slice(0, 10), width),
				BLANK,
				...paragraph('Every other rule still holds, and false evidence is never accepted.', width),
			];
		}
	}
}
