import type { CoreLogLine, RuntimePhase, RuntimePlugin } from '../../engine/index.ts';
import { cleanLine, cleanLines, fit, fitName, fitRight, formatBytes, formatDuration, plural, truncate } from '../../format.ts';
import { type RuntimeItem, type RuntimeTrail } from '../../runtime-view.ts';
import { sparkline, trendWords } from '../../pictures/sparkline.ts';
import { useBar } from '../../pictures/use-bar.ts';
import type { RuntimeLog } from '../../state.ts';
import { badgeText, levelBadge, type Line, span, type Tone } from '../../theme.ts';
import { fact, heading, paragraph } from './lines.ts';

const PHASES: Readonly<Record<RuntimePhase, { readonly text: string; readonly tone: Tone }>> = {
	stopped: { text: '- stopped', tone: 'dim' },
	starting: { text: '> starting', tone: 'accent' },
	initializing: { text: '> starting', tone: 'accent' },
	ready: { text: '+ ready', tone: 'good' },
	executing: { text: '+ busy', tone: 'accent' },
	reloading: { text: '> reloading', tone: 'accent' },
	draining: { text: '> stopping', tone: 'warning' },
	stopping: { text: '> stopping', tone: 'warning' },
	'backing-off': { text: '! crashed', tone: 'bad' },
	quarantined: { text: '! quarantine', tone: 'bad' },
};
const NO_TRAIL: RuntimeTrail = { cpuPercent: 0, cpu: [], rates: [0, 0, 0, 0, 0, 0, 0, 0] };
/** Below this the facts are three lines, so that the log has room. */
const ROOMY_ROWS = 14;
/** Below this they are one. */
const FIT_ROWS = 7;

type Columns = { readonly name: number; readonly level: number; readonly bar: number; readonly cpu: number; readonly spark: number };

/** State, numbers and the space between them. */
const FIXED_CELLS = 48;
const LEAST_NAME = 16;

/** Pictures as far as the name leaves room for them, the most telling first. */
function columnsOf(width: number): Columns {
	let room = width - FIXED_CELLS - LEAST_NAME - 1;
	const take = (cells: number): number => {
		const taken = room >= cells ? cells : 0;
		room -= taken;
		return taken;
	};
	// With the space in front of it.
	const cpu = Math.max(0, take(7) - 1);
	const smallBar = take(4);
	const level = 1 + take(9);
	const spark = take(6);
	const bar = smallBar + (smallBar === 0 ? 0 : take(6));
	return { level, bar, cpu, spark, name: Math.max(8, LEAST_NAME + room) };
}

export function runtimeHeader(width: number): string {
	const { name, level, bar, cpu, spark } = columnsOf(width);
	return [
		fit('PLUGIN', name),
		fit(level === 1 ? 'L' : 'LEVEL', level),
		fit('STATE', 12),
		fitRight('CPU', 4) + ' '.repeat(cpu === 0 ? 0 : cpu + 1),
		bar === 0 ? fitRight('MEMORY', 7) : fit('MEMORY', bar + 7),
		fit('RATE', 6 + spark),
		fitRight('DENY', 4),
		fitRight('RST', 3),
		fitRight('UP', 4),
	].join(' ');
}

export function runtimeRow({ core, plugin }: RuntimeItem, { trail = NO_TRAIL, now, width }: Drawn): Line {
	const { name, level, bar, cpu, spark } = columnsOf(width);
	if (plugin === null) {
		return [
			span(fit(`process ${core.pid}`, name), 'strong'),
			span(` ! ${truncate(cleanLine(core.problem ?? ''), width - name - 3)}`, 'bad'),
		];
	}

	const badge = levelBadge(plugin.level);
	const phase = PHASES[plugin.phase];
	const { memoryBytes, limits, denied, restarts } = plugin;
	const isTight = memoryBytes > limits.memoryBytes * 0.8;
	const isGone = plugin.phase === 'stopped';
	const process = core.isOwn || name < 30 ? '' : ` @${core.pid}`;
	return [
		span(`${fitName(plugin.plugin, name - process.length)}${process}`, 'strong'),
		span(` ${fit(level === 1 ? badge.sign : badgeText(badge), level)}`, badge.tone),
		span(` ${fit(phase.text, 12)}`, phase.tone),
		span(` ${fitRight(`${trail.cpuPercent}%`, 4)}`, trail.cpuPercent >= 80 ? 'warning' : 'plain'),
		span(cpu === 0 ? '' : ` ${sparkline(lastOf(trail.cpu, cpu), 100)}`, 'info'),
		span(` ${bar === 0 ? '' : useBar(memoryBytes, limits.memoryBytes, bar)}`, isTight ? 'bad' : 'info'),
		span(fitRight(formatBytes(memoryBytes), 7), isTight ? 'bad' : 'plain'),
		span(` ${fitRight(shortNumber(plugin.callsPerSecond), 5)} `),
		span(sparkline(lastOf(trail.rates, spark)), 'accent'),
		span(` ${fitRight(shortNumber(denied), 4)}`, denied > 0 ? 'warning' : 'dim'),
		span(` ${fitRight(shortNumber(restarts), 3)}`, restarts > 0 ? 'warning' : 'dim'),
		span(` ${fitRight(isGone ? '' : coarseAge(now - Date.parse(plugin.startedAt)), 4)}`, 'dim'),
	];
}

type Drawn = { readonly trail?: RuntimeTrail | undefined; readonly now: number; readonly width: number };

/** Facts about the selected plugin, and the end of its log. */
export function runtimeDocument(
	{ core, plugin }: RuntimeItem,
	{
		lines,
		log,
		filter,
		rows,
		...drawn
	}: Drawn & {
		readonly lines: readonly CoreLogLine[];
		readonly log: RuntimeLog;
		readonly filter: string;
		readonly rows: number;
	},
): readonly Line[] {
	const { width } = drawn;
	if (plugin === null) {
		return [
			...paragraph(core.problem ?? '', width, { tone: 'warning' }),
			...paragraph('It may be halted, or of another release of plugward.', width, { tone: 'dim' }),
		];
	}

	const facts = rows >= ROOMY_ROWS ? allFacts(core, plugin, drawn) : shortFacts(core, plugin, { ...drawn, rows });
	const found = lines
		.filter((line) => line.pid === core.pid && line.plugin === plugin.plugin && isWanted(line, { log, filter }))
		.flatMap((line) => logLine(line, width));
	const title = [
		log.isFollowing ? 'Log' : 'Log, standing still',
		...(log.level === 'log' ? [] : [`${log.level === 'warn' ? 'warn and worse' : 'error'} only`]),
		...(filter === '' ? [] : [`with "${cleanLine(filter)}"`]),
	].join(', ');
	const head = [...facts, heading(title)];
	const none: readonly Line[] = [[span(filter === '' && log.level === 'log' ? 'It has written nothing.' : 'No line is like that.', 'dim')]];
	const shown = found.length === 0 ? none : log.isFollowing ? found.slice(-Math.max(1, rows - head.length)) : found;
	return [...head, ...shown];
}

function isWanted({ stream, text }: CoreLogLine, { log, filter }: { readonly log: RuntimeLog; readonly filter: string }): boolean {
	const order = ['log', 'warn', 'error'];
	return order.indexOf(stream) >= order.indexOf(log.level) && text.toLowerCase().includes(filter);
}

function logLine({ at, stream, text }: CoreLogLine, width: number): readonly Line[] {
	const tone = stream === 'error' ? 'bad' : stream === 'warn' ? 'warning' : 'plain';
	const sign = stream === 'error' ? '!' : stream === 'warn' ? '?' : ' ';
	return cleanLines(text).map((line, index) => [
		span(index === 0 ? `${at.slice(11, 19)} ${sign} ` : ' '.repeat(11), index === 0 && stream !== 'log' ? tone : 'dim'),
		span(truncate(line, Math.max(1, width - 11)), tone),
	]);
}

function shortFacts(
	core: RuntimeItem['core'],
	plugin: RuntimePlugin,
	{ trail = NO_TRAIL, width, rows }: Drawn & { readonly rows: number },
) {
	const { failure, phase, tasks, memoryBytes, limits } = plugin;
	const hasFailed = failure !== null && phase !== 'ready';
	const place = core.isOwn ? 'in this app' : `process ${core.pid}: plugward ${cleanLine(core.command ?? '')}`;
	const line = hasFailed ? cleanLine(failure) : `${plural(tasks.length, 'task')}, ${place}`;
	const last: Line = [span(truncate(line, width), hasFailed ? 'warning' : 'dim')];
	const now = `Memory ${useBar(memoryBytes, limits.memoryBytes, 8)} ${formatBytes(memoryBytes)} of ${formatBytes(limits.memoryBytes)}, processor ${sparkline(trail.cpu, 100)} ${trail.cpuPercent}%, ${trendWords(trail.cpu, '%')}`;
	return rows < FIT_ROWS ? [last] : [titleOf(plugin), [span(truncate(now, width), 'info')], last];
}

function titleOf(plugin: RuntimePlugin): Line {
	const badge = levelBadge(plugin.level);
	return [span(`${cleanLine(plugin.plugin)} ${cleanLine(plugin.version)}  `, 'strong'), span(badgeText(badge), badge.tone)];
}

function allFacts(core: RuntimeItem['core'], plugin: RuntimePlugin, { trail = NO_TRAIL, width }: Drawn): readonly Line[] {
	const { limits, failure, grants, heapBytes } = plugin;
	const heap = heapBytes === null ? '' : `; heap of its isolate ${formatBytes(heapBytes)}`;
	return [
		titleOf(plugin),
		...fact(
			'State',
			`${plugin.phase}${plugin.retryAt === null ? '' : `, starts again at ${plugin.retryAt.slice(11, 19)}`}`,
			width,
			PHASES[plugin.phase].tone,
		),
		...fact(
			'Runs in',
			core.isOwn
				? `this app, process ${plugin.pid ?? '-'}${plugin.isShared ? ' with others' : ''}`
				: `process ${core.pid}, another plugward: plugward ${core.command ?? ''}`,
			width,
		),
		...fact(
			'Processor',
			`${sparkline(trail.cpu, 100)} ${trail.cpuPercent}% now, ${trendWords(trail.cpu, '%')}; ${formatDuration(plugin.cpuMilliseconds)} in all; ${formatDuration(limits.cpuMilliseconds)} a call`,
			width,
		),
		...fact(
			'Memory',
			`${formatBytes(plugin.memoryBytes)}, at most ${formatBytes(plugin.peakMemoryBytes)}, of ${formatBytes(limits.memoryBytes)}${heap}`,
			width,
		),
		...fact(
			'Calls',
			`${plugin.calls}; ${shortNumber(plugin.callsPerSecond)} a second, ${plugin.inFlight} under way, ${plugin.waiting} waiting`,
			width,
		),
		...fact(
			'Denied',
			`${plugin.denied}; restarted ${plural(plugin.restarts, 'time')}, ${plural(plugin.crashes, 'crash', 'crashes')} lately`,
			width,
		),
		...fact('Grants', grants.length === 0 ? 'none' : grants.map(cleanLine).join(', '), width),
		...(failure === null ? [] : fact('Last failure', failure, width, 'warning')),
		[],
	];
}

/** Exactly so many, nothing where nothing was measured yet. */
function lastOf(values: readonly number[], count: number): readonly number[] {
	return count === 0 ? [] : [...Array.from({ length: count }, () => 0), ...values].slice(-count);
}

/** Five places at most. */
function shortNumber(value: number): string {
	if (value >= 9950) {
		return `${Math.round(value / 1000)}k`;
	}

	return value >= 10 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}

/** Minutes at the least, so that a screen on which nothing happens does not change. */
function coarseAge(milliseconds: number): string {
	const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
	return minutes < 1
		? '<1m'
		: minutes < 60
			? `${minutes}m`
			: minutes < 1440
				? `${Math.floor(minutes / 60)}h`
				: `${Math.floor(minutes / 1440)}d`;
}
