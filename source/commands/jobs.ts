import { EngineError, type KnownJob, stripToLine } from '../engine/index.ts';
import { formatAge, formatTime, plural } from '../format.ts';
import type { Tone } from '../theme.ts';
import type { CommandDefinition } from './command.ts';
import { requirePositionals } from './flags.ts';
import { cell, joinBlocks, paragraphLines, tableLines, type View } from './layout.ts';

type JobsResult = { readonly jobs: readonly KnownJob[]; /** Null when nothing was to be forgotten. */ readonly forgotten: number | null };

const USAGE = 'jobs [list | clear]';
const STATUS_WORDS: Readonly<Record<KnownJob['status'], { readonly word: string; readonly tone: Tone }>> = {
	running: { word: '> running', tone: 'accent' },
	done: { word: '+ done', tone: 'good' },
	failed: { word: '! failed', tone: 'bad' },
	cancelled: { word: '- cancelled', tone: 'warning' },
	lost: { word: '? ended without a word', tone: 'warning' },
};

export const jobs: CommandDefinition<JobsResult> = {
	name: 'jobs',
	aliases: [],
	summary: 'Show what went on after its terminal was lost',
	usage: '[list | clear]',
	flags: {},
	subcommands: [
		['list', 'What the full-screen app went on with when its connection broke, and what came of it; also without a word'],
		['clear', 'Forget those that have ended'],
	],
	examples: ['plugward jobs', 'plugward jobs clear', 'plugward jobs --json=title,status,sentences'],
	fields: ['id', 'title', 'command', 'status', 'startedAt', 'endedAt', 'pid', 'sentences', 'isSeen'],
	rows: 'jobs',
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 0, most: 1, usage: USAGE });
		const [word = 'list'] = parsed.positionals;
		if (word !== 'list' && word !== 'clear') {
			throw new EngineError('usage', `jobs cannot "${stripToLine(word)}".`, { hint: `Type: plugward ${USAGE}` });
		}

		const forgotten = word === 'clear' ? await engine.jobs.clear(call) : null;
		return { jobs: await engine.jobs.list(call), forgotten };
	},
	toJson: ({ jobs: rows, forgotten }) => ({ jobs: rows, forgotten }),
	toText: jobsText,
};

function jobsText({ jobs: rows, forgotten }: JobsResult, view: View): string {
	return joinBlocks([
		forgotten === null
			? []
			: paragraphLines(forgotten === 0 ? 'There was nothing to forget.' : `Forgot ${plural(forgotten, 'operation')}.`, {
					view,
					tone: 'good',
				}),
		...rows.map((job) => jobLines(job, view)),
		rows.length === 0 && forgotten === null ? paragraphLines('Nothing went on without a terminal.', { view }) : [],
	]);
}

function jobLines({ title, command, status, startedAt, endedAt, pid, sentences }: KnownJob, view: View): string[] {
	const { word, tone } = STATUS_WORDS[status];
	const time = endedAt === null ? `since ${formatTime(startedAt)}, process ${pid}` : formatAge(endedAt, view.now);
	return [
		...tableLines([[cell(word, tone), cell(title, 'strong'), cell(time, 'dim')]], { view, flexible: 1 }),
		...sentences.flatMap((sentence) => paragraphLines(sentence, { view, indent: 4 })),
		...paragraphLines(
			status === 'lost'
				? `What it left half done is completed or taken back; do it again: plugward ${command}`
				: `The same: plugward ${command}`,
			{ view, indent: 4, tone: 'dim' },
		),
	];
}
