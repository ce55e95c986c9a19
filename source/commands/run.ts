import { EngineError, parsePermission, type Permission, type RunRequest, type RunResult } from '../engine/index.ts';
import { formatBytes, formatDuration, plural } from '../format.ts';
import type { CommandContext, CommandDefinition, ParsedArguments } from './command.ts';
import { parseAllowance, quoteWord } from './consent.ts';
import { isSet, listFlag, requirePositionals, textFlag } from './flags.ts';
import { paragraphLines, type View } from './layout.ts';
import { observedLines } from './observed-text.ts';
import { outputText } from './output-text.ts';

const USAGE = 'run <plugin|./folder> [task] --input JSON';

export const run: CommandDefinition<RunResult> = {
	name: 'run',
	aliases: [],
	summary: 'Run a task of a plugin in its isolate',
	usage: '<plugin|./folder> [task]',
	flags: {
		input: { type: 'string', placeholder: 'JSON', description: 'Input of the task: JSON, @FILE, or - for standard input' },
		allow: {
			type: 'string',
			isMultiple: true,
			placeholder: '[PLUGIN=]PERMISSION',
			description: 'Grant a permission for this run alone',
		},
		observe: { type: 'boolean', description: 'Watch what the plugin needs and propose its permissions; for code of your own' },
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
		return engine.runTask(observe === null ? request : { ...request, observe }, call);
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

function permissionFor(target: string, typed: string): Permission {
	const allowance = parseAllowance(typed);
	if (allowance.plugin !== null && allowance.plugin !== nameOfTarget(target)) {
		throw new EngineError('usage', `--allow names ${allowance.plugin}, but ${target} is what runs.`, {
			hint: `Type: --allow ${allowance.permission}`,
		});
	}

	return parsePermission(allowance.permission);
}

/** `@a/b@1.0.0` -> `@a/b`. */
function nameOfTarget(target: string): string {
	const at = target.indexOf('@', 1);
	return at === -1 ? target : target.slice(0, at);
}

async function readTaskInput({ parsed, readText }: CommandContext): Promise<unknown> {
	const given = textFlag(parsed, 'input');
	if (given === null) {
		return {};
	}

	const isSource = given === '-' || given.startsWith('@');
	const text = isSource ? await readText(given === '-' ? '-' : given.slice(1)) : given;
	try {
		const value: unknown = JSON.parse(text);
		return value;
	} catch (error) {
		throw new EngineError('usage', 'The value of --input is not JSON.', {
			cause: error,
			hint: `Quote it for the shell, for instance --input '{"text":"hello"}', or name a file: --input @input.json`,
		});
	}
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
