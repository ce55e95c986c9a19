import { EngineError, type PluginLimits, type RuntimePlugin } from '../engine/index.ts';
import { formatBytes, formatDuration } from '../format.ts';
import { parseBytes, parseMilliseconds } from './amounts.ts';
import type { CommandDefinition, ParsedArguments } from './command.ts';
import { countFlag, requirePositionals, textFlag } from './flags.ts';
import { labelledLines, paragraphLines } from './layout.ts';

const LABEL_WIDTH = 9;

export const limits: CommandDefinition<RuntimePlugin> = {
	name: 'limits',
	aliases: [],
	summary: 'Show or change the limits of a plugin that runs',
	usage: '<plugin>',
	flags: {
		memory: { type: 'string', placeholder: 'SIZE', description: 'Resident memory above that of an empty process, for instance 128MiB' },
		cpu: { type: 'string', placeholder: 'TIME', description: 'Processor time of one call, for instance 10s' },
		wall: { type: 'string', placeholder: 'TIME', description: 'How long one call may take, for instance 1m' },
		pid: { type: 'number', placeholder: 'PID', description: 'In which process, when several run it' },
	},
	examples: ['plugward limits my-plugin', 'plugward limits my-plugin --memory 128MiB --cpu 10s'],
	fields: ['plugin', 'version', 'limits', 'cpuMilliseconds', 'memoryBytes', 'peakMemoryBytes'],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 1, most: 1, usage: 'limits PLUGIN --memory SIZE --cpu TIME' });
		// Without a change it says what holds.
		return engine.cores.setLimits(
			{ plugin: parsed.positionals[0] ?? '', pid: countFlag(parsed, 'pid', 1), limits: readLimits(parsed) },
			call,
		);
	},
	toJson: ({ plugin, version, limits: held, cpuMilliseconds, memoryBytes, peakMemoryBytes }) => ({
		plugin,
		version,
		limits: held,
		cpuMilliseconds,
		memoryBytes,
		peakMemoryBytes,
	}),
	toText: ({ plugin, version, limits: held, cpuMilliseconds, peakMemoryBytes }, view) =>
		[
			...paragraphLines(`${plugin} ${version}`, { view, tone: 'strong' }),
			...labelledLines('memory', `${formatBytes(held.memoryBytes)}; at most ${formatBytes(peakMemoryBytes)} used`, {
				view,
				labelWidth: LABEL_WIDTH,
			}),
			...labelledLines('cpu', `${formatDuration(held.cpuMilliseconds)} a call; ${formatDuration(cpuMilliseconds)} used by all`, {
				view,
				labelWidth: LABEL_WIDTH,
			}),
			...labelledLines('wall', `${formatDuration(held.wallMilliseconds)} a call`, { view, labelWidth: LABEL_WIDTH }),
		].join('\n'),
};

function readLimits(parsed: ParsedArguments): Partial<PluginLimits> {
	const [memory, cpu, wall] = [textFlag(parsed, 'memory'), textFlag(parsed, 'cpu'), textFlag(parsed, 'wall')];
	if (memory === '' || cpu === '' || wall === '') {
		throw new EngineError('usage', 'A limit has no value.', { hint: 'For example: --memory 128MiB --cpu 10s' });
	}

	return {
		...(memory === null ? {} : { memoryBytes: parseBytes(memory, 'memory') }),
		...(cpu === null ? {} : { cpuMilliseconds: parseMilliseconds(cpu, 'cpu') }),
		...(wall === null ? {} : { wallMilliseconds: parseMilliseconds(wall, 'wall') }),
	};
}
