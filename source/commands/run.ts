import { EngineError, type RunRequest, type RunResult } from '../engine/index.ts';
import { formatBytes, formatDuration, plural } from '../format.ts';
import type { CommandDefinition, ParsedArguments } from './command.ts';
import { quoteWord } from './consent.ts';
import { isSet, listFlag, requirePositionals } from './flags.ts';
import { paragraphLines, type View } from './layout.ts';
import { observedLines } from './observed-text.ts';
import { outputText } from './output-text.ts';
import { permissionFor, readTaskInput, TASK_FLAGS } from './task-flags.ts';

const USAGE = 'run <plugin|./folder> [task] --input JSON';

export const run: CommandDefinition<RunResult> = {
	name: 'run',
	aliases: [],
	summary: 'Run a task of a plugin in its isolate',
	usage: '<plugin|./folder> [task]',
	flags: {
		...TASK_FLAGS,
		observe: { type: 'boolean', description: 'Watch what the plugin needs and propose its permissions; for code of your own' },
		anyway: { type: 'boolean', description: 'Run it although it imports what the sandbox does not have; calling that fails' },
		write: { type: 'boolean', description: 'With --observe: put the proposal into the package.json of the folder' },
	},
	examples: [
		`plugward run @examples/link-checker check --input '{"markdown":"[home](https://example.com)"}'`,
		'plugward run ./my-plugin --input @input.json --allow net:example.com',
	],
	fields: ['plugin', 'version', 'task', 'level', 'output', 'milliseconds', 'peakMemoryBytes', 'denied', 'observed'],
	rows: null,
	run: async (context) => {
		const { parsed, engine, call } = context;
		requirePositionals(parsed, { least: 1, most: 2, usage: USAGE });
		const target = parsed.positionals[0] ?? '';
		const allow = listFlag(parsed, 'allow').map((typed) => permissionFor(target, typed));
		const observe = observeMode(parsed);
		const request = { target, task: parsed.positionals[1] ?? null, input: await readTaskInput(context), allow };
		const anyway = isSet(parsed, 'anyway');
		return engine.runTask({ ...request, ...(anyway ? { anyway } : {}), ...(observe === null ? {} : { observe }) }, call);
	},
	toJson: ({ plugin, version, task, level, output, milliseconds, peakMemoryBytes, denied, observed }) => ({
		plugin,
		version,
		task,
		level,
		output,
		milliseconds: Math.round(milliseconds),
		peakMemoryBytes,
		denied,
		...(observed === undefined ? {} : { observed }),
	}),
	toText: ({ output, failure }, view) => (failure === undefined ? outputText(output, view) : ''),
	toNotes: notesText,
	toFailure: ({ failure }) => failure ?? null,
};

function observeMode(parsed: ParsedArguments): NonNullable<RunRequest['observe']> | null {
	if (!isSet(parsed, 'observe')) {
		if (isSet(parsed, 'write')) {
			throw new EngineError('usage', '--write writes what --observe has seen.', { hint: 'Add: --observe' });
		}

		return null;
	}

	return isSet(parsed, 'write') ? 'write' : 'report';
}

function notesText(result: RunResult, view: View): string {
	const memory = result.peakMemoryBytes === null ? '' : `, ${formatBytes(result.peakMemoryBytes)} at most`;
	const ended = result.failure === undefined ? '' : ' It failed; what was seen until then is below.';
	const lines = paragraphLines(
		`${result.plugin} ${result.version}, task ${result.task}, level ${result.level}${result.failure === undefined ? `: ${formatDuration(result.milliseconds)}${memory}` : ''}.${ended}`,
		{ view, tone: 'dim' },
	);
	for (const { permission, count, hint } of result.denied) {
		lines.push(
			...paragraphLines(`! denied ${plural(count, 'time')}: ${permission}`, { view, tone: 'warning' }),
			...paragraphLines(withQuotedFlag(hint), { view, indent: 2, tone: 'dim' }),
		);
	}

	return [...lines, ...(result.observed === undefined ? [] : observedLines(result.observed, view))].join('\n');
}

/** What stands behind `--allow` at the end of a hint names paths that the plugin chose; pasted into a shell it must stay one word. */
function withQuotedFlag(hint: string): string {
	return hint.replace(/--allow ([^'].*)$/, (_, word: string) => `--allow ${quoteWord(word)}`);
}
