import type { ObservedPermissions } from '../engine/index.ts';
import { plural } from '../format.ts';
import { cell, paint, paragraphLines, tableLines, titleLine, type View } from './layout.ts';

const WORDS = { granted: 'granted', 'let-through': 'let through', denied: 'denied' } as const;

/** What a watched run wanted, and the permissions to declare for it. */
export function observedLines({ accesses, proposal, unneeded, writtenTo }: ObservedPermissions, view: View): readonly string[] {
	if (accesses.length === 0) {
		return ['', ...paragraphLines('It needed no permission at all.', { view }), ...unneededLines(unneeded, view)];
	}

	const isBlind = accesses.some(({ answer }) => answer === 'denied');
	return [
		'',
		titleLine('What it wanted', view),
		...tableLines(
			accesses.map(({ permission, answer, count }) => [
				cell(WORDS[answer], answer === 'denied' ? 'warning' : 'plain'),
				cell(permission, 'strong'),
				cell(count === 1 ? '' : plural(count, 'time'), 'dim'),
			]),
			{ view, indent: 2 },
		),
		...(isBlind
			? paragraphLines('What comes after a denial may not have been seen. Add --allow with what was denied, and watch again.', {
					view,
					indent: 2,
					tone: 'dim',
				})
			: []),
		'',
		titleLine('plugward.permissions that allow all of it', view),
		...proposal.map(
			({ reason, ...rest }) =>
				`  ${paint(JSON.stringify({ ...rest, reason: reason === '' ? 'Why the user should allow this' : reason }), 'plain', view)}`,
		),
		...paragraphLines(writtenTo === null ? '' : `Written to ${writtenTo}. Say in each "reason" why the user should allow it.`, {
			view,
			indent: 2,
			tone: 'good',
		}).filter((line) => line.trim() !== ''),
		...unneededLines(unneeded, view),
	];
}

function unneededLines(unneeded: ObservedPermissions['unneeded'], view: View): readonly string[] {
	return unneeded.length === 0
		? []
		: ['', ...paragraphLines(`Asked for by package.json, and not needed in this run: ${unneeded.join(', ')}`, { view, tone: 'dim' })];
}
