import type { DevelopRound } from '../engine/index.ts';
import { formatDuration, plural } from '../format.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { listFlag, requirePositionals } from './flags.ts';
import { paragraphLines } from './layout.ts';
import { permissionFor, readTaskInput, TASK_FLAGS } from './task-flags.ts';

type Watched = { readonly rounds: number };

export const dev: CommandDefinition<Watched> = {
	name: 'dev',
	aliases: [],
	summary: "Run a task of a plugin's folder now and after each change",
	usage: '<./folder> [task]',
	flags: TASK_FLAGS,
	examples: ['plugward dev ./my-plugin count --input \'{"file":"a.txt"}\' --allow \'fs.read:$project/texts/**\''],
	fields: ['rounds'],
	rows: null,
	run: async (context) => {
		const { engine, parsed, call } = context;
		requirePositionals(parsed, { least: 1, most: 2, usage: 'dev ./FOLDER [TASK] --input JSON' });
		const [target = '', task = null] = parsed.positionals;
		const allow = listFlag(parsed, 'allow').map((typed) => permissionFor(target, typed));
		const input = await readTaskInput(context);
		return engine.develop({ target, task, input, allow, onRound: (round) => tell(context, { target, round }) }, call);
	},
	toJson: ({ rounds }) => ({ rounds }),
	toText: ({ rounds }, view) => paragraphLines(`Ran ${plural(rounds, 'time')}.`, { view }).join('\n'),
};

/** Each round is told as it ends, as what a plugin says is; the command itself ends only when it is interrupted. */
function tell({ call: { onEvent } }: CommandContext, { target, round }: { readonly target: string; readonly round: DevelopRound }): void {
	const { number, changed, result, failure } = round;
	const say = (stream: 'log' | 'error', text: string): void =>
		onEvent({ type: 'plugin-output', plugin: result?.plugin ?? target, stream, text });
	const why = changed.length === 0 ? '' : ` after ${changed.slice(0, 3).join(', ')}`;
	if (result !== null) {
		say('log', JSON.stringify(result.output, null, 2));
		say('log', `-- run ${number}${why}: ${formatDuration(result.milliseconds)}; waiting for a change`);
	} else if (failure !== null) {
		say('error', `${failure.message}${failure.hint === undefined ? '' : ` (${failure.hint})`}`);
		say('error', `-- run ${number}${why} failed; waiting for a change`);
	}
}
