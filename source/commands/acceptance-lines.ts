import { type HeldAcceptance, stripToLine } from '../engine/index.ts';
import { cell, paragraphLines, tableLines, type View } from './layout.ts';

/** What was accepted about one version, until when and why. */
export function acceptanceLines(id: string, { rule, text, reason, expires, by, isExpired }: HeldAcceptance, view: View): readonly string[] {
	const end = expires.slice(0, 10);
	return [
		...tableLines(
			[[cell(stripToLine(id), 'strong'), `${rule} accepted`, cell(isExpired ? `ended ${end}` : `until ${end}`, isExpired ? 'bad' : 'dim')]],
			{ view, indent: 2 },
		),
		...paragraphLines(stripToLine(text), { view, indent: 4 }),
		...paragraphLines(`${reason === null ? 'No reason was given' : `"${stripToLine(reason)}"`} (${stripToLine(by)})`, {
			view,
			indent: 4,
			tone: 'dim',
		}),
	];
}
