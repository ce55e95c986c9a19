import type { OutdatedPlugin } from '../../engine/index.ts';
import { cleanLine, fit, formatAge } from '../../format.ts';
import { keyNames } from '../../key-bindings.ts';
import { installedPlugins, isMovable, reviewOf } from '../../select.ts';
import type { State } from '../../state.ts';
import { badgeText, levelBadge, span } from '../../theme.ts';
import type { Line, Span } from '../../theme.ts';
import { shareCells, widestOf } from '../column-widths.ts';
import { joinCells, joinSpans } from '../rows.ts';

export type UpdateColumns = {
	readonly name: number;
	readonly step: number;
	/** 0 where there is no room for it; the same goes for `age` and `level`. */
	readonly latest: number;
	readonly age: number;
	readonly level: number;
	readonly meaning: number;
};

const MARK_WIDTH = 3;
const BEING_FETCHED = 'being fetched and proven ...';

/** What does not fit is left out, least important first; what an update means takes what is left. */
export function updateColumns(plugins: readonly OutdatedPlugin[], state: State, width: number): UpdateColumns {
	const age = width >= 116 ? 14 : 0;
	const latest =
		width < 100
			? 0
			: widestOf(
					plugins.map((plugin) => cleanLine(plugin.latest)),
					{ header: 'LATEST', most: 16 },
				);
	// What it means is worth more than the word of a level, whose sign stays.
	const level = width >= 130 ? 22 : width >= 62 ? 10 : width >= 50 ? 1 : 0;
	const room = width - MARK_WIDTH - age - latest - level - 3 - [age, latest, level].filter((one) => one > 0).length;
	const [name = 0, step = 0, meaning = 0] = shareCells(room, [
		widestOf(
			plugins.map((plugin) => cleanLine(plugin.name)),
			{ header: 'NAME', most: 40 },
		) + 1,
		widestOf(
			plugins.map((plugin) => cleanLine(stepOf(plugin))),
			{ header: 'UPDATE', most: 28 },
		) + 1,
		widestOf(
			plugins.map((plugin) => meaningCell(plugin, state).text),
			// What is yet to be said is as wide, so that nothing moves when it is known.
			{ header: plugins.some((plugin) => isMovable(plugin)) ? BEING_FETCHED : 'WHAT IT MEANS', most: room },
		),
	]);
	return { name, step, latest, age, level, meaning: Math.max(meaning, room - name - step) };
}

export function updatesHeader(columns: UpdateColumns): string {
	return joinCells([
		fit('', MARK_WIDTH),
		fit('NAME', columns.name),
		fit('UPDATE', columns.step),
		fit('LATEST', columns.latest),
		fit('PUBLISHED', columns.age),
		fit(columns.level === 1 ? 'L' : 'LEVEL', columns.level),
		fit('WHAT IT MEANS', columns.meaning),
	]);
}

export function updateRow(plugin: OutdatedPlugin, state: State, columns: UpdateColumns): Line {
	const isMarked = state.marked.includes(plugin.name);
	const meaning = meaningCell(plugin, state);
	return joinSpans([
		span(isMarked ? '[x]' : '[ ]', isMarked ? 'accent' : 'dim'),
		span(fit(cleanLine(plugin.name), columns.name), 'strong'),
		span(fit(cleanLine(stepOf(plugin)), columns.step), isMovable(plugin) ? 'accent' : 'dim'),
		span(fit(cleanLine(plugin.latest), columns.latest), 'dim'),
		span(fit(formatAge(plugin.publishedAt, state.now), columns.age), 'dim'),
		levelCell(plugin, state, columns.level),
		span(fit(meaning.text, columns.meaning), meaning.tone),
	]);
}

function stepOf(plugin: OutdatedPlugin): string {
	return isMovable(plugin) ? `${plugin.current} -> ${plugin.wanted ?? ''}` : plugin.wanted === null ? 'no solution' : plugin.current;
}

/** The level now, and after the update once that was reviewed. */
function levelCell(plugin: OutdatedPlugin, state: State, width: number): Span {
	const now = installedPlugins(state).find(({ name }) => name === plugin.name)?.level;
	const then = plugin.wanted === null ? null : reviewOf(state, { name: plugin.name, to: plugin.wanted }).value;
	if (now === undefined) {
		return span(fit('', width));
	}

	if (width === 1) {
		const badge = levelBadge(then?.to.level ?? now);
		return span(badge.sign, badge.tone);
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
function meaningCell(plugin: OutdatedPlugin, state: State): Span {
	const review = plugin.wanted === null ? null : reviewOf(state, { name: plugin.name, to: plugin.wanted });
	const reasons = plugin.reasons.map(({ text }) => text).join('; ');
	if (!isMovable(plugin)) {
		return span(cleanLine(reasons), 'warning');
	}

	if (review?.status === 'loading' && review.value === null) {
		return span(BEING_FETCHED, 'dim');
	}

	const grave = review?.value?.widenings.filter(({ isGrave }) => isGrave).length ?? 0;
	if (review?.value !== undefined && review.value !== null) {
		return grave > 0 ? span(`! ${grave} worse`, 'bad') : span('+ nothing worse', 'good');
	}

	return span(reasons === '' ? `${keyNames(state)('review', 'updates')} reviews it` : cleanLine(reasons), 'dim');
}
