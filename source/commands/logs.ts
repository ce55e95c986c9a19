import { type CoreLogLine, EngineError, type RuntimeLogQuery, stripToLine } from '../engine/index.ts';
import { cleanLines } from '../format.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { countFlag, isSet, requirePositionals, textFlag } from './flags.ts';
import { paint, paragraphLines, type View } from './layout.ts';

type Logs = { readonly type: 'told' | 'followed'; readonly lines: readonly CoreLogLine[] };

const LEVELS = ['log', 'warn', 'error'] as const;
const DEFAULT_LINES = 100;
const MOST_LINES = 2000;

export const logs: CommandDefinition<Logs> = {
	name: 'logs',
	aliases: [],
	summary: 'Show what the plugins that run have written',
	usage: '[plugin]',
	flags: {
		follow: { type: 'boolean', short: 'f', description: 'Go on until it is interrupted or the last process ends' },
		level: { type: 'string', placeholder: 'LEVEL', description: 'Only warn and worse, or only error' },
		filter: { type: 'string', placeholder: 'TEXT', description: 'Only lines with this text' },
		last: { type: 'number', placeholder: 'COUNT', description: `How many of the newest lines (${DEFAULT_LINES}; at most ${MOST_LINES})` },
	},
	examples: ['plugward logs', 'plugward logs @examples/link-checker --follow --level warn', 'plugward logs --filter timeout --json'],
	fields: ['pid', 'number', 'at', 'plugin', 'stream', 'text'],
	rows: 'lines',
	run: async (context) => {
		const { parsed, engine, call } = context;
		requirePositionals(parsed, { least: 0, most: 1, usage: 'logs [PLUGIN]' });
		const query = readQuery(context);
		if (isSet(parsed, 'follow')) {
			return follow(context, query);
		}

		return { type: 'told', lines: await engine.cores.logs(query, call) };
	},
	toJson: ({ lines }) => ({ lines }),
	toText: ({ type, lines }, view) =>
		type === 'told' && lines.length === 0
			? paragraphLines('Nothing of that kind was written.', { view }).join('\n')
			: lines.flatMap((line) => lineText(line, view)).join('\n'),
};

function readQuery({ parsed }: CommandContext): RuntimeLogQuery {
	const level = textFlag(parsed, 'level') ?? 'log';
	const known = LEVELS.find((one) => one === level);
	if (known === undefined) {
		throw new EngineError('usage', `"${stripToLine(level)}" is no level: expected ${LEVELS.join(', ')}.`, {
			hint: 'For example: --level warn',
		});
	}

	const last = Math.min(countFlag(parsed, 'last', 0) ?? DEFAULT_LINES, MOST_LINES);
	return { plugin: parsed.positionals[0] ?? null, level: known, filter: textFlag(parsed, 'filter') ?? '', last };
}

/** Each line is told when it comes: as text, or as an event of `--events`. */
async function follow({ engine, call, parsed, terminal }: CommandContext, query: RuntimeLogQuery): Promise<Logs> {
	if (textFlag(parsed, 'json') !== null) {
		throw new EngineError('usage', '--json prints one document, and --follow has no end.', {
			hint: 'Use --events, which prints a line for each',
		});
	}

	const { stdout, view, isText } = terminal;
	const following = engine.cores.follow(query, {
		...call,
		onLines: (lines) => {
			for (const line of lines) {
				if (isText) {
					stdout.write(`${lineText(line, view).join('\n')}\n`);
				} else {
					const { plugin, stream, text } = line;
					call.onEvent({ type: 'plugin-output', plugin, stream, text });
				}
			}
		},
	});
	await following.catch((error: unknown) => {
		// To interrupt it is how one ends it.
		if (!call.signal.aborted) {
			throw error;
		}
	});
	return { type: 'followed', lines: [] };
}

/** The first line of a text has time and plugin; the others stand under it. */
function lineText({ at, plugin, stream, text }: CoreLogLine, view: View): readonly string[] {
	const tone = stream === 'error' ? 'bad' : stream === 'warn' ? 'warning' : 'plain';
	const head = `${paint(at.slice(11, 19), 'dim', view)} ${paint(plugin, 'strong', view)}${stream === 'log' ? '' : ` ${paint(stream, tone, view)}`}`;
	const [first = '', ...others] = cleanLines(text);
	return [`${head} ${paint(first, tone, view)}`, ...others.map((line) => `         ${paint(line, tone, view)}`)];
}
