import type { OutdatedPlugin } from '../../engine/index.ts';
import { cleanLine, fit, formatAge } from '../../format.ts';
import { installedPlugins, isMovable, reviewOf } from '../../select.ts';
import type { State } from '../../state.ts';
import { badgeText, levelBadge, span } from '../../theme.ts';
import type { Line, Span } from '../../theme.ts';

type Columns = {
	readonly name: number;
	readonly step: number;
	readonly latest: number;
	readonly age: number;
	readonly level: number;
	readonly last: number;
};

const MARK_WIDTH = 3;

/** What does not fit is left out, least important first; the last column takes what is left. */
function columnsOf(width: number): Columns {
	const age = width >= 116 ? 14 : 0;
	const latest = width >= 100 ? 13 : 0;
	const level = width >= 130 ? 22 : width >= 50 ? 10 : 0;
	const step = width >= 70 ? 20 : 18;
	const name = Math.max(10, Math.min(32, Math.floor(width * 0.25)));
	const gaps = 3 + [age, latest, level].filter((one) => one > 0).length;
	return { name, step, latest, age, level, last: Math.max(0, width - MARK_WIDTH - name - step - latest - age - level - gaps) };
}

export function updatesHeader(width: number): string {
	const columns = columnsOf(width);
	return [
		fit('', MARK_WIDTH),
		fit('NAME', columns.name),
		fit('UPDATE', columns.step),
		fit('LATEST', columns.latest),
		fit('PUBLISHED', columns.age),
		fit('LEVEL', columns.level),
		fit('WHAT IT MEANS', columns.last),
	]
		.filter((cell) => cell !== '')
		.join(' ');
}

export function updateRow(plugin: OutdatedPlugin, state: State, width: number): Line {
	const columns = columnsOf(width);
	const isMarked = state.marked.includes(plugin.name);
	const step = isMovable(plugin) ? `${plugin.current} -> ${plugin.wanted ?? ''}` : plugin.wanted === null ? 'no solution' : plugin.current;
	const cells: readonly Span[] = [
		span(isMarked ? '[x]' : '[ ]', isMarked ? 'accent' : 'dim'),
		span(fit(cleanLine(plugin.name), columns.name), 'strong'),
		span(fit(cleanLine(step), columns.step), isMovable(plugin) ? 'accent' : 'dim'),
		span(fit(cleanLine(plugin.latest), columns.latest), 'dim'),
		span(fit(formatAge(plugin.publishedAt, state.now), columns.age), 'dim'),
		levelCell(plugin, state, columns.level),
		meaningCell(plugin, state, columns.last),
	];
	return cells.filter(({ text }) => text !== '').flatMap((part, index) => (index === 0 ? [part] : [span(' '), part]));
}

/** The level now, and after the update once that was reviewed. */
function levelCell(plugin: OutdatedPlugin, state: State, width: number): Span {
	const now = installedPlugins(state).find(({ name }) => name === plugin.name)?.level;
	const then = plugin.wanted === null ? null : reviewOf(state, { name: plugin.name, to: plugin.wanted }).value;
	if (now === undefined) {
		return span(fit('', width));
	}

	if (then === null || then.to.level === now) {
		return span(fit(badgeText(levelBadge(now)), width), levelBadge(now).tone);
	}

	return span(
		fit(width < 20 ? `> ${then.to.level}` : `${now} -> ${badgeText(levelBadge(then.to.level))}`, width),
		levelBadge(then.to.level).tone,
	);
}

/** What an update would make worse, or what holds it back. */
function meaningCell(plugin: OutdatedPlugin, state: State, width: number): Span {
	const review = plugin.wanted === null ? null : reviewOf(state, { name: plugin.name, to: plugin.wanted });
	const reasons = plugin.reasons.map(({ text }) => text).join('; ');
	if (!isMovable(plugin)) {
		return span(fit(cleanLine(reasons), width), 'warning');
	}

	if (review?.status === 'loading' && review.value === null) {
		return span(fit('being fetched and proven ...', width), 'dim');
	}

	const grave = review?.value?.widenings.filter(({ isGrave }) => isGrave).length ?? 0;
	if (review?.value !== undefined && review.value !== null) {
		return grave > 0 ? span(fit(`! ${grave} worse`, width), 'bad') : span(fit('+ nothing worse', width), 'good');
	}

	return span(fit(reasons === '' ? 'Enter reviews it' : cleanLine(reasons), width), 'dim');
}
