import type { Change, InstalledPlugin, SearchQuery } from '../engine/index.ts';
import { cleanLine, fit, fitRight, formatAge, formatDuration, textWidth } from '../format.ts';
import { highlighted } from '../highlight.ts';
import { hasUpdate } from '../select.ts';
import type { Runnable } from '../select.ts';
import type { Operation } from '../state.ts';
import { badgeText, changeBadge, levelBadge, span } from '../theme.ts';
import type { Line, Span } from '../theme.ts';
import { versionWords } from '../version-words.ts';

/** One line per item of each list; columns are padded here, so that a row is one text for the renderer. */

export const LEVEL_WIDTH = 10;
/** Nothing is searched for, so nothing is marked. */
const EVERYTHING = { words: [] };

/** Widths of the installed table; what does not fit is left out, least important first. */
export function installedColumns(width: number): {
	readonly name: number;
	readonly version: number;
	readonly tasks: number;
	readonly permissions: number;
} {
	const permissions = width >= 62 ? (width >= 100 ? 14 : 11) : 0;
	const tasks = width >= 72 ? 7 : 0;
	const version = width >= 90 ? 20 : 16;
	const name = Math.max(10, width - version - LEVEL_WIDTH - tasks - permissions - 4);
	return { name, version, tasks, permissions };
}

export function installedHeader(width: number): string {
	const columns = installedColumns(width);
	return joinCells([
		fit('NAME', columns.name),
		fit('VERSION', columns.version),
		fit('LEVEL', LEVEL_WIDTH),
		fit('TASKS', columns.tasks),
		fit('PERMISSIONS', columns.permissions),
	]);
}

export function installedRow(plugin: InstalledPlugin, width: number, query: Pick<SearchQuery, 'words'> = EVERYTHING): Line {
	const columns = installedColumns(width);
	const badge = levelBadge(plugin.level);
	const isOld = hasUpdate(plugin);
	const marks = `${plugin.isHeld ? ' held' : ''}${plugin.isDisabled ? ' off' : ''}`;
	const version = `${plugin.version}${isOld && marks === '' ? ` -> ${plugin.wanted ?? ''}` : marks}`;
	return [
		...highlighted(cleanLine(plugin.name), { width: columns.name, tone: 'strong', query, isName: true }),
		span(' '),
		...joinSpans([
			span(fit(cleanLine(version), columns.version), isOld ? 'accent' : 'plain'),
			span(fit(badgeText(badge), LEVEL_WIDTH), badge.tone),
			span(fit(plugin.tasks === null ? '-' : String(plugin.tasks.length), columns.tasks), 'dim'),
			span(fit(permissionSummary(plugin), columns.permissions), plugin.grants.length > 0 ? 'plain' : 'dim'),
		]),
	];
}

function permissionSummary(plugin: InstalledPlugin): string {
	if (plugin.permissions.length === 0) {
		return 'none';
	}

	return `${plugin.grants.length} of ${plugin.permissions.length}`;
}

export function changeLine(change: Change, width: number): Line {
	const badge = changeBadge(change.type);
	const versions = cleanLine(versionWords(change));
	// In a narrow place the whole name is worth more than versions that stand beneath each other.
	const name = Math.max(12, Math.min(38, width - 13 - textWidth(versions)));
	return [
		span(`${badge.sign} ${fit(badge.word, 9)} `, badge.tone),
		span(fit(cleanLine(change.name), name), change.isRoot ? 'strong' : 'plain'),
		span(` ${versions}`, 'dim'),
	];
}

const operationTimeWidth = (width: number): number => Math.min(26, Math.floor(width * 0.34));

export function operationHeader(width: number): string {
	const time = operationTimeWidth(width);
	return joinCells([fit('STATE', 12), fit('WHAT', Math.max(0, width - 14 - time)), fitRight('TOOK, ENDED', time)]);
}

export function operationRow(operation: Operation, now: number, width: number): Line {
	const word = { running: '> running', cancelling: '> cancelling', done: '+ done', failed: '! failed', cancelled: '- cancelled' }[
		operation.status
	];
	const tone = ({ running: 'accent', cancelling: 'warning', done: 'good', failed: 'bad', cancelled: 'warning' } as const)[operation.status];
	const time =
		operation.endedAt === null
			? ''
			: `${formatDuration(operation.endedAt - operation.startedAt)}  ${formatAge(new Date(operation.endedAt).toISOString(), now)}`;
	const timeWidth = operationTimeWidth(width);
	return joinSpans([
		span(fit(word, 12), tone),
		span(fit(cleanLine(operation.title), Math.max(0, width - 14 - timeWidth)), 'strong'),
		span(fitRight(time, timeWidth), 'dim'),
	]);
}

const runnableNameWidth = (width: number): number => Math.max(12, Math.min(32, Math.floor(width * 0.45)));

export function runnableHeader(width: number): string {
	const name = runnableNameWidth(width);
	return joinCells([fit('PLUGIN', name), fit('TASK', Math.max(0, width - name - LEVEL_WIDTH - 2)), fit('LEVEL', LEVEL_WIDTH)]);
}

export function runnableRow(runnable: Runnable, width: number): Line {
	const name = runnableNameWidth(width);
	const badge = levelBadge(runnable.plugin.level);
	return joinSpans([
		span(fit(cleanLine(runnable.plugin.name), name), 'strong'),
		span(
			fit(
				runnable.task === null ? 'plain package: call a function' : cleanLine(runnable.task),
				Math.max(0, width - name - LEVEL_WIDTH - 2),
			),
			runnable.task === null ? 'dim' : 'accent',
		),
		span(fit(badgeText(badge), LEVEL_WIDTH), badge.tone),
	]);
}

export function joinCells(cells: readonly string[]): string {
	return cells.filter((cell) => cell !== '').join(' ');
}

export function joinSpans(spans: readonly Span[]): Line {
	return spans.filter((part) => part.text !== '').flatMap((part, index) => (index === 0 ? [part] : [span(' '), part]));
}
