import { firstReason, isBusy, noMovable, nothingSelected, notMovable, notReviewable } from '../key-refusals.ts';
import type { Binding } from './binding.ts';

/** What is behind, and one update before it is planned. */
export const REVIEW_KEYS: readonly Binding[] = [
	{
		place: 'updates',
		command: 'review',
		keys: ['return', 'l', 'right'],
		label: 'review',
		help: 'Review the update: changelog, files, rights and proof, then and now',
		whyNot: firstReason(nothingSelected, notReviewable),
	},
	{
		place: 'updates',
		command: 'mark',
		keys: ['space'],
		label: 'mark',
		help: 'Mark it for the next update, or take the mark away',
		whyNot: firstReason(nothingSelected, notMovable),
	},
	{
		place: 'updates',
		command: 'update',
		keys: ['u'],
		label: 'update',
		help: 'Plan the update of what is marked, else of the selected plugin',
		whyNot: firstReason(nothingSelected, isBusy, notMovable),
	},
	{
		place: 'updates',
		command: 'update-all',
		keys: ['U'],
		label: 'update all',
		help: 'Plan the update of everything',
		whyNot: firstReason(isBusy, noMovable),
	},
	{
		place: 'updates',
		command: 'update-latest',
		keys: ['L'],
		label: 'latest',
		help: 'Plan to leave the range and take the latest version',
		whyNot: firstReason(nothingSelected, isBusy),
	},
	{
		place: 'updates',
		command: 'hold',
		keys: ['h'],
		label: 'hold',
		help: 'Hold the selected plugin, so that updates leave it alone, or let it go',
		whyNot: firstReason(nothingSelected, isBusy),
	},
	{ place: 'updates', command: 'filter', keys: ['/'], label: 'filter', help: 'Filter by name, reason or the word update' },

	{
		place: 'review',
		command: 'next-tab',
		keys: ['tab', ']'],
		label: 'next pane',
		help: 'To the next pane: then and now, changelog, files',
	},
	{ place: 'review', command: 'previous-tab', keys: ['shift-tab', '['], label: null, help: 'To the pane before' },
	{
		place: 'review',
		command: 'open',
		keys: ['return', 'l', 'right'],
		label: 'open file',
		help: 'Show what differs in the selected file',
		whyNot: nothingSelected,
	},
	{
		place: 'review',
		command: 'update',
		keys: ['u'],
		label: 'plan update',
		help: 'Plan this update; nothing changes before you agree',
		whyNot: isBusy,
	},
	{ place: 'review', command: 'back', keys: ['escape', 'backspace', 'h', 'left'], label: 'back', help: 'Back' },

	{ place: 'review-file', command: 'next-hunk', keys: ['n', ']'], label: 'next place', help: 'To the next place that differs' },
	{ place: 'review-file', command: 'previous-hunk', keys: ['p', '['], label: 'place before', help: 'To the place before' },
	{ place: 'review-file', command: 'back', keys: ['escape', 'backspace', 'h', 'left'], label: 'back', help: 'Back to the update' },
];
