import { formatAge, formatShortAge, plural } from '../format.ts';
import { type Line, span, type Tone } from '../theme.ts';

export type Moment = { readonly number: number; readonly createdAt: string; readonly isCurrent: boolean; readonly isKept: boolean };

const WIDEST_GAP = 6;
const DAY = 86_400_000;

/**
 * Generations on one line, oldest left: `1 o--o-----#--*  5 now`. The current one is filled, a kept one is square, and the longer the time
 * between two, the longer the line; of more than fit, the newest.
 */
export function timeline(moments: readonly Moment[], { width, now }: { readonly width: number; readonly now: number }): Line {
	const all = moments.toSorted((a, b) => a.number - b.number);
	const last = all.at(-1);
	if (last === undefined) {
		return [];
	}

	const end = ` ${last.number}, ${formatShortAge(last.createdAt, now)}`;
	const pieces: Line[] = [];
	let room = width - end.length - String(last.number).length - 5;
	let first = all.length;
	for (const [index, moment] of all.entries().toArray().toReversed()) {
		const gap = gapBefore(moment, all[index - 1]);
		if (room < gap.length + 1) {
			break;
		}

		room -= gap.length + 1;
		first = index;
		pieces.unshift([span(gap, 'dim'), sign(moment)]);
	}

	const oldest = all[first];
	const start = `${first > 0 ? '... ' : ''}${oldest?.number ?? ''} `;
	return [span(start, 'dim'), ...pieces.flatMap((piece, index) => (index === 0 ? piece.slice(1) : piece)), span(end, 'dim')];
}

function sign({ isCurrent, isKept }: Moment): ReturnType<typeof span> {
	const tone: Tone = isCurrent ? 'good' : isKept ? 'info' : 'plain';
	return span(isCurrent ? '●' : isKept ? '■' : '○', tone);
}

/** What the signs of the picture mean, as far as it has them, behind how many there are and how old the oldest is. */
export function timelineLegend(moments: readonly Moment[], now: number): Line {
	const [first] = moments.toSorted((a, b) => a.number - b.number);
	if (first === undefined) {
		return [];
	}

	const signs = [
		{ moment: moments.find(({ isCurrent }) => isCurrent), words: 'current' },
		{ moment: moments.find(({ isCurrent, isKept }) => isKept && !isCurrent), words: 'kept' },
		{ moment: moments.find(({ isCurrent, isKept }) => !isKept && !isCurrent), words: 'other' },
	];
	return [
		span(`${plural(moments.length, 'generation')}, the oldest made ${formatAge(first.createdAt, now)}`, 'dim'),
		...signs.flatMap(({ moment, words }) => (moment === undefined ? [] : [span('   '), sign(moment), span(` ${words}`, 'dim')])),
	];
}

/** One cell for up to a day, and one more each time that doubles. */
function gapBefore(moment: Moment, before: Moment | undefined): string {
	const days = before === undefined ? 0 : Math.max(0, Date.parse(moment.createdAt) - Date.parse(before.createdAt)) / DAY;
	return '─'.repeat(Number.isFinite(days) ? Math.min(WIDEST_GAP, 1 + Math.floor(Math.log2(days + 1))) : 1);
}

/** The same for who hears it. */
export function timelineWords(moments: readonly Moment[], now: number): string {
	const all = moments.toSorted((a, b) => a.number - b.number);
	const [first] = all;
	const current = all.find(({ isCurrent }) => isCurrent);
	const kept = all.filter(({ isKept }) => isKept).length;
	if (first === undefined) {
		return 'no generation yet';
	}

	return [
		`${plural(all.length, 'generation')}, the oldest is ${first.number}, made ${formatAge(first.createdAt, now)}`,
		...(current === undefined ? [] : [`the current one is ${current.number}`]),
		...(kept === 0 ? [] : [`${kept} kept`]),
	].join('; ');
}
