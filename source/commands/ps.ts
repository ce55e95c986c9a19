import type { RuntimeCore, RuntimePlugin } from '../engine/index.ts';
import { formatBytes, formatDuration } from '../format.ts';
import { levelBadge } from '../theme.ts';
import type { CommandDefinition } from './command.ts';
import { requirePositionals } from './flags.ts';
import { type Cell, cell, joinBlocks, paragraphLines, tableLines, type View } from './layout.ts';

export const ps: CommandDefinition<readonly RuntimeCore[]> = {
	name: 'ps',
	aliases: [],
	summary: 'Show the plugins that run now, and in which process',
	usage: '',
	flags: {},
	examples: ['plugward ps', 'plugward ps --json=plugin,phase,memoryBytes'],
	fields: [
		'core',
		'plugin',
		'version',
		'level',
		'target',
		'phase',
		'isShared',
		'pid',
		'startedAt',
		'tasks',
		'cpuMilliseconds',
		'memoryBytes',
		'peakMemoryBytes',
		'heapBytes',
		'limits',
		'grants',
		'calls',
		'callsPerSecond',
		'inFlight',
		'waiting',
		'denied',
		'restarts',
		'crashes',
		'retryAt',
		'failure',
	],
	rows: 'plugins',
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 0, most: 0, usage: 'ps' });
		return engine.cores.list(call);
	},
	toJson: (cores) => ({
		cores: cores.map(({ pid, isOwn, startedAt, command, problem }) => ({ pid, isOwn, startedAt, command, problem })),
		plugins: cores.flatMap(({ pid, plugins }) => plugins.map((plugin) => ({ core: pid, ...plugin }))),
	}),
	toText: psText,
};

function psText(cores: readonly RuntimeCore[], view: View): string {
	if (cores.length === 0) {
		return joinBlocks([
			paragraphLines('No plugin runs in this home.', { view }),
			paragraphLines('Keep some running: plugward start PLUGIN...', { view, tone: 'dim' }),
		]);
	}

	return joinBlocks(cores.map((core) => coreLines(core, view)));
}

function coreLines({ pid, command, startedAt, plugins, problem }: RuntimeCore, view: View): readonly string[] {
	const title = command === null ? `process ${pid}` : `process ${pid}: plugward ${command}`;
	const since = startedAt === null ? '' : `, for ${formatDuration(Math.max(0, view.now - Date.parse(startedAt)))}`;
	const head = paragraphLines(`${title}${since}`, { view, tone: 'strong' });
	if (problem !== null) {
		return [...head, ...paragraphLines(`! ${problem}`, { view, indent: 2, tone: 'warning' })];
	}

	if (plugins.length === 0) {
		return [...head, ...paragraphLines('No plugin runs in it.', { view, indent: 2 })];
	}

	const header: readonly Cell[] = ['plugin', 'version', 'level', 'state', 'cpu', 'memory', 'calls', 'denied', 'restarts'].map((word) =>
		cell(word, 'dim'),
	);
	return [
		...head,
		...tableLines([header, ...plugins.map(pluginRow)], { view, indent: 2, flexible: 0, alignRight: [4, 5, 6, 7, 8] }),
		...plugins.flatMap(({ plugin, phase, failure }) =>
			failure === null || (phase !== 'backing-off' && phase !== 'quarantined')
				? []
				: paragraphLines(`! ${plugin}: ${failure}`, { view, indent: 2, tone: 'warning' }),
		),
	];
}

function pluginRow(plugin: RuntimePlugin): readonly Cell[] {
	const { phase, denied, restarts, memoryBytes, limits } = plugin;
	return [
		plugin.plugin,
		plugin.version,
		cell(plugin.level, levelBadge(plugin.level).tone),
		cell(phase, phase === 'ready' || phase === 'executing' ? 'good' : 'warning'),
		formatDuration(plugin.cpuMilliseconds),
		`${formatBytes(memoryBytes)}/${formatBytes(limits.memoryBytes)}`,
		String(plugin.calls),
		cell(String(denied), denied > 0 ? 'warning' : 'plain'),
		cell(String(restarts), restarts > 0 ? 'warning' : 'plain'),
	];
}
