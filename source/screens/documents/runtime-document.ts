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

type Columns = {
	readonly name: number;
	readonly level: number;
	readonly bar: number;
	readonly cpu: number;
	readonly spark: number;
	/** Whether there is room for them. */
	readonly hasRate: boolean;
	readonly hasDenied: boolean;
	readonly hasRestarts: boolean;
	readonly hasUptime: boolean;
};

const STATE_WIDTH = 12;

/** What does not fit beside names that can be told apart is left out, least important first. */
function columnsOf(width: number): Columns {
	const level = width >= 104 ? 10 : 1;
	const bar = width >= 104 ? 10 : width >= 84 ? 6 : width >= 48 ? 4 : 0;
	const cpu = width >= 96 ? 6 : 0;
	const hasRate = width >= 62;
	const spark = hasRate ? (width >= 96 ? 6 : width >= 84 ? 4 : 0) : 0;
	const [hasDenied, hasRestarts, hasUptime] = [width >= 54, width >= 76, width >= 72];
	const others =
		[level, STATE_WIDTH, 4, bar + 7].reduce((sum, cells) => sum + cells + 1, 0) +
		(cpu === 0 ? 0 : cpu + 1) +
		(hasRate ? 7 + spark : 0) +
		(hasDenied ? 5 : 0) +
		(hasRestarts ? 4 : 0) +
		(hasUptime ? 5 : 0);
	return { level, bar, cpu, spark, hasRate, hasDenied, hasRestarts, hasUptime, name: Math.max(6, width - others) };
}

export function runtimeHeader(width: number): string {
	const { name, level, bar, cpu, spark, hasRate, hasDenied, hasRestarts, hasUptime } = columnsOf(width);
	return [
		fit('PLUGIN', name),
		fit(level === 1 ? 'L' : 'LEVEL', level),
		fit('STATE', STATE_WIDTH),
		fitRight('CPU', 4) + ' '.repeat(cpu === 0 ? 0 : cpu + 1),
		bar === 0 ? fitRight('MEMORY', 7) : fit('MEMORY', bar + 7),
		...(hasRate ? [fit('RATE', 6 + spark)] : []),
		...(hasDenied ? [fitRight('DENY', 4)] : []),
		...(hasRestarts ? [fitRight('RST', 3)] : []),
		...(hasUptime ? [fitRight('UP', 4)] : []),
	].join(' ');
}

export function runtimeRow({ core, plugin }: RuntimeItem, { trail = NO_TRAIL, now, width }: Drawn): Line {
	const columns = columnsOf(width);
	const { name, level, bar, cpu } = columns;
	if (plugin === null) {
		return [
			span(fit(`process ${core.pid}`, name), 'strong'),
			span(` ! ${truncate(cleanLine(core.problem ?? ''), width - name - 3)}`, 'bad'),
		];
	}

	const badge = levelBadge(plugin.level);
	const phase = PHASES[plugin.phase];
	const { memoryBytes, limits } = plugin;
	const isTight = memoryBytes > limits.memoryBytes * 0.8;
	return [
		span(fitName(plugin.plugin, name), 'strong'),
		span(` ${fit(level === 1 ? badge.sign : badgeText(badge), level)}`, badge.tone),
		span(` ${fit(phase.text, STATE_WIDTH)}`, phase.tone),
		span(` ${fitRight(`${trail.cpuPercent}%`, 4)}`, trail.cpuPercent >= 80 ? 'warning' : 'plain'),
		span(cpu === 0 ? '' : ` ${sparkline(lastOf(trail.cpu, cpu), 100)}`, 'info'),
		span(` ${bar === 0 ? '' : useBar(memoryBytes, limits.memoryBytes, bar)}`, isTight ? 'bad' : 'info'),
		span(fitRight(formatBytes(memoryBytes), 7), isTight ? 'bad' : 'plain'),
		...countCells(plugin, columns, { trail, now }),
	];
}

/** How often it was called, what was denied, how often it was started again, and since when it runs. */
function countCells(
	{ callsPerSecond, denied, restarts, phase, startedAt }: RuntimePlugin,
	{ spark, hasRate, hasDenied, hasRestarts, hasUptime }: Columns,
	{ trail, now }: { readonly trail: RuntimeTrail; readonly now: number },
): Line {
	const uptime = phase === 'stopped' ? '' : coarseAge(now - Date.parse(startedAt));
	return [
		...(hasRate
			? [span(` ${fitRight(shortNumber(callsPerSecond), 5)} `), span(spark === 0 ? '' : sparkline(lastOf(trail.rates, spark)), 'accent')]
			: []),
		...(hasDenied ? [span(` ${fitRight(shortNumber(denied), 4)}`, denied > 0 ? 'warning' : 'dim')] : []),
		...(hasRestarts ? [span(` ${fitRight(shortNumber(restarts), 3)}`, restarts > 0 ? 'warning' : 'dim')] : []),
		...(hasUptime ? [span(` ${fitRight(uptime, 4)}`, 'dim')] : []),
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
