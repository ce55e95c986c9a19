import { LISTED_COMMANDS } from './catalogue.ts';
import type { Command, FlagTable } from './command.ts';
import { COMMON_FLAGS, dashed } from './flags.ts';
import { SCREEN_FLAGS } from './screen-flags.ts';
import { joinBlocks, paint, paragraphLines, tableLines, titleLine, type View } from './layout.ts';

/** Exit codes as the help tells them; the numbers themselves belong to the engine's table of errors. */
export const EXIT_CODE_WORDS: readonly (readonly [number, string])[] = [
	[0, 'done'],
	[1, 'failed, or the plugin failed'],
	[2, 'the command line or a setting is wrong'],
	[3, 'no such package, plugin or generation'],
	[4, 'the registry wants a sign-in'],
	[5, 'verification failed or the policy refuses'],
	[6, 'no set of versions fits, or not the lock'],
	[7, 'network or registry trouble'],
	[8, 'the home is busy, damaged or not writable'],
	[9, 'a decision is missing: --yes, --allow, --accept-...'],
	[10, 'changes available (--dry-run --exit-code)'],
	[124, 'the plugin went over a limit'],
	[125, 'the sandbox could not start or was broken out of'],
	[126, 'the plugin was denied something and stopped'],
	[127, 'the plugin has no such task'],
	[130, 'interrupted; 143 when terminated'],
];

/** What `plugward help` shows. */
export function overview(view: View): string {
	return joinBlocks([
		[titleLine('plugward', view), ...paragraphLines('A package manager for code you do not fully trust.', { view })],
		[
			titleLine('Usage', view),
			'  plugward                      open the full-screen app',
			'  plugward <command> [flags]    do one thing and exit',
			'  plugward help <command>       flags and examples',
			'  plugward --version            the version of plugward',
		],
		...commandLines(view),
		[titleLine('Flags of the full-screen app', view), ...flagLines(SCREEN_FLAGS, view)],
		[titleLine('Flags of every command', view), ...flagLines(COMMON_FLAGS, view)],
		[
			titleLine('Exit codes', view),
			...tableLines(
				EXIT_CODE_WORDS.map(([code, words]) => [String(code), words]),
				{ view, indent: 2, flexible: 1, alignRight: [0] },
			),
		],
	]);
}

/** One table in blocks, so that what stands beside the names begins at one column in all of them. */
function commandLines(view: View): string[][] {
	const lines = tableLines(
		LISTED_COMMANDS.flatMap(({ commands }) => commands.map(({ words, summary }) => [words.join(', '), summary])),
		{ view, indent: 2, flexible: 1 },
	);
	return LISTED_COMMANDS.map(({ title, commands }) => [titleLine(title, view), ...lines.splice(0, commands.length)]);
}

/** What `plugward help COMMAND` shows. */
export function commandHelp(command: Command, view: View): string {
	const names = command.aliases.length === 0 ? '' : ` (also ${command.aliases.join(', ')})`;
	const own = flagLines(command.flags, view);
	return joinBlocks([
		[`${paint(`plugward ${command.name}`, 'strong', view)}${names}`, ...paragraphLines(`${command.summary}.`, { view })],
		[titleLine('Usage', view), `  plugward ${[command.name, command.usage].filter((part) => part !== '').join(' ')} [flags]`],
		subcommandLines(command, view),
		own.length === 0 ? [] : [titleLine('Flags', view), ...own],
		[titleLine('Flags of every command', view), ...flagLines(COMMON_FLAGS, view)],
		[titleLine('Examples', view), ...command.examples.map((example) => `  ${example}`)],
		[titleLine('Fields for --json=', view), ...paragraphLines(command.fields.join(', '), { view, indent: 2 })],
	]);
}

function subcommandLines({ name, subcommands = [] }: Command, view: View): string[] {
	return subcommands.length === 0
		? []
		: [
				titleLine('What it does', view),
				...describedLines(
					subcommands.map(([usage, does]) => [`${name} ${usage}`, does]),
					view,
				),
			];
}

function flagLines(flags: FlagTable, view: View): string[] {
	const rows = Object.entries(flags).map(([key, flag]): readonly [string, string] => {
		const value = flag.placeholder === undefined ? '' : flag.isValueOptional === true ? `[=${flag.placeholder}]` : ` ${flag.placeholder}`;
		const short = flag.short === undefined ? '' : `-${flag.short}, `;
		return [`${short}--${dashed(key)}${value}`, flag.description];
	});
	return describedLines(rows, view);
}

const WIDEST_TERM = 34;

/** What is typed, and beside it what it does; long words are broken under themselves, since half a sentence helps nobody. */
function describedLines(rows: readonly (readonly [string, string])[], view: View): string[] {
	const labelWidth = Math.min(WIDEST_TERM, Math.max(0, ...rows.map(([term]) => term.length)));
	return rows.flatMap(([term, does]) => {
		const isLong = term.length > labelWidth;
		return [
			...(isLong ? [`  ${term}`] : []),
			...paragraphLines(does, { view, indent: labelWidth + 4 }).map((line, index) =>
				index === 0 && !isLong ? `  ${term.padEnd(labelWidth)}  ${line.trimStart()}` : line,
			),
		];
	});
}
