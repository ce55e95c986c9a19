import type { CommandResult, Demonstration } from './demonstration.ts';

type Step = {
	readonly title: string;
	readonly parameters: readonly string[];
	readonly exitCode: number;
	/** What the output must show for the step to have done what it says. */
	readonly shows: readonly RegExp[];
};

const LOGS = '@examples/log-summary';
const GREEDY = '@examples/greedy-notes';
const READ_LOGS = `${LOGS}=fs.read:$project/logs/**`;

const STORY: readonly Step[] = [
	{ title: 'Find a plugin', parameters: ['search', 'log'], exitCode: 0, shows: [/log-summary/] },
	{ title: 'Look at it before anything is installed', parameters: ['info', LOGS], exitCode: 0, shows: [/1\.1\.0/] },
	{
		title: 'See what installing it would change',
		parameters: ['install', `${LOGS}@1.0.0`, '--dry-run'],
		exitCode: 0,
		shows: [/log-summary/, /fs\.read/],
	},
	{
		title: 'Install it, and allow the one thing it needs',
		parameters: ['install', `${LOGS}@1.0.0`, '--allow', READ_LOGS, '--yes'],
		exitCode: 0,
		shows: [/generation 1/i],
	},
	{
		title: 'Run it in its isolate',
		parameters: ['run', LOGS, 'summarise', '--input', '{"folder":"$project/logs"}'],
		exitCode: 0,
		shows: [/ERROR|error/],
	},
	{
		title: 'Install a plugin that asks for more, and allow it nothing',
		parameters: ['install', GREEDY, '--yes'],
		exitCode: 0,
		shows: [/generation 2/i],
	},
	{
		title: 'Run it: what nobody granted is denied, and it is told what would grant it',
		parameters: ['run', GREEDY, '--input', '{}'],
		exitCode: 0,
		shows: [/denied/i, /--allow/],
	},
	{
		title: 'Update the first plugin to its newest version',
		parameters: ['update', LOGS, '--latest', '--yes'],
		exitCode: 0,
		shows: [/1\.0\.0.*1\.1\.0/s, /generation 3/i],
	},
	{
		title: 'The new version runs with the grant carried over',
		parameters: ['run', LOGS, 'summarise', '--input', '{"folder":"$project/logs"}'],
		exitCode: 0,
		shows: [/hour/i],
	},
	{ title: 'Go back to the generation before', parameters: ['rollback', '--yes'], exitCode: 0, shows: [/generation 2/i] },
	{ title: 'The old version is there again', parameters: ['list'], exitCode: 0, shows: [/log-summary\s+1\.0\.0/] },
	{ title: 'Every state is kept', parameters: ['history'], exitCode: 0, shows: [/\b3\b/, /\b2\b/, /\b1\b/] },
	{ title: 'Check every file on disk against the lock', parameters: ['verify'], exitCode: 0, shows: [/packages?/] },
];

/** Plays the story and prints it as a reader would type it. Resolves with the exit code: 0 only when every step did what it says. */
export async function narrate({ plugward }: Pick<Demonstration, 'plugward'>): Promise<number> {
	for (const [i, step] of STORY.entries()) {
		print(`\n${i + 1}. ${step.title}\n   $ plugward ${step.parameters.map(quoteForShell).join(' ')}\n`);
		const result = await plugward(step.parameters);
		print(indent(`${result.stdout}${result.stderr}`));
		const problem = problemOf(step, result);
		if (problem !== null) {
			print(`\n   failed: ${problem}\n`);
			return 1;
		}
	}

	print(`\nAll ${STORY.length} steps did what they say.\n`);
	return 0;
}

function problemOf(step: Step, { exitCode, stdout, stderr }: CommandResult): string | null {
	if (exitCode !== step.exitCode) {
		return `expected exit code ${step.exitCode}, got ${exitCode}`;
	}

	const missing = step.shows.find((pattern) => !pattern.test(`${stdout}${stderr}`));
	return missing === undefined ? null : `the output does not show ${String(missing)}`;
}

function print(text: string): void {
	process.stdout.write(text);
}

function indent(text: string): string {
	return text
		.trimEnd()
		.split('\n')
		.map((line) => (line === '' ? '\n' : `     ${line}\n`))
		.join('');
}

function quoteForShell(word: string): string {
	return /^[\w@./:=+-]+$/.test(word) ? word : `'${word}'`;
}
