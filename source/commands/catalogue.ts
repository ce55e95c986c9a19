import { type Command, hideResult } from './command.ts';

/** A command before anybody typed it: what the help says of it, which is repeated from its definition, and how to load that. */
export type ListedCommand = {
	readonly words: readonly [name: string, ...aliases: string[]];
	readonly summary: string;
	readonly load: () => Promise<Command>;
};

/** Every scripted command under what somebody wants to do with it, in the order of the help. Loading all of them takes longer than most of them run. */
export const LISTED_COMMANDS: readonly { readonly title: string; readonly commands: readonly ListedCommand[] }[] = [
	{
		title: 'Find and compare',
		commands: [
			{
				words: ['search', 'find', 's'],
				summary: 'Find plugins in the registry',
				load: async () => hideResult((await import('./search.ts')).search),
			},
			{
				words: ['info', 'show', 'view'],
				summary: 'Tell everything known about one package',
				load: async () => hideResult((await import('./info.ts')).info),
			},
			{
				words: ['resolve'],
				summary: 'Work out the versions that would be installed, and fetch no package',
				load: async () => hideResult((await import('./resolve.ts')).resolve),
			},
			{
				words: ['explain'],
				summary: 'Tell what would come of a request, or why it cannot be had',
				load: async () => hideResult((await import('./explain.ts')).explain),
			},
			{
				words: ['evaluate'],
				summary: 'Tell what a package and all it depends on can do, before installing it',
				load: async () => hideResult((await import('./evaluate.ts')).evaluate),
			},
			{
				words: ['outdated'],
				summary: 'Show what is behind and what keeps it there',
				load: async () => hideResult((await import('./outdated.ts')).outdated),
			},
			{
				words: ['review'],
				summary: 'Show what an update of one plugin changes: files, changelog, rights and proof',
				load: async () => hideResult((await import('./review.ts')).review),
			},
			{
				words: ['why'],
				summary: 'Show who asked for a package and who holds it back',
				load: async () => hideResult((await import('./why.ts')).why),
			},
		],
	},
	{
		title: 'Install and change',
		commands: [
			{
				words: ['install', 'add', 'i'],
				summary: 'Verify plugins and install them as a new generation',
				load: async () => hideResult((await import('./install.ts')).install),
			},
			{
				words: ['update', 'upgrade', 'up'],
				summary: 'Bring plugins to the newest version that their range allows',
				load: async () => hideResult((await import('./update.ts')).update),
			},
			{
				words: ['remove', 'rm'],
				summary: 'Remove plugins and what only they needed',
				load: async () => hideResult((await import('./remove.ts')).remove),
			},
			{ words: ['list', 'ls'], summary: 'Show what is installed', load: async () => hideResult((await import('./list.ts')).list) },
			{ words: ['pin'], summary: 'Stay at exactly the installed version', load: async () => hideResult((await import('./marks.ts')).pin) },
			{
				words: ['unpin'],
				summary: 'Allow newer versions of the same major again',
				load: async () => hideResult((await import('./marks.ts')).unpin),
			},
			{ words: ['hold'], summary: 'Make updates leave plugins alone', load: async () => hideResult((await import('./marks.ts')).hold) },
			{ words: ['unhold'], summary: 'Let updates move plugins again', load: async () => hideResult((await import('./marks.ts')).unhold) },
			{ words: ['enable'], summary: 'Let disabled plugins run again', load: async () => hideResult((await import('./marks.ts')).enable) },
			{
				words: ['disable'],
				summary: 'Stop plugins from running without removing them',
				load: async () => hideResult((await import('./marks.ts')).disable),
			},
			{
				words: ['override'],
				summary: 'Replace the versions that packages ask for, or end that',
				load: async () => hideResult((await import('./override.ts')).override),
			},
			{
				words: ['lock'],
				summary: 'Write the exact versions to a file to install from',
				load: async () => hideResult((await import('./lock.ts')).lock),
			},
		],
	},
	{
		title: 'Go back',
		commands: [
			{
				words: ['history', 'log'],
				summary: 'Show the generations of this home, or one of them',
				load: async () => hideResult((await import('./history.ts')).history),
			},
			{
				words: ['diff'],
				summary: 'Show what differs between two generations, or between one and the current',
				load: async () => hideResult((await import('./diff.ts')).diff),
			},
			{
				words: ['rollback'],
				summary: 'Make an earlier generation current again, without the network',
				load: async () => hideResult((await import('./rollback.ts')).rollback),
			},
			{
				words: ['undo'],
				summary: 'Take back what one generation changed, and nothing else',
				load: async () => hideResult((await import('./undo.ts')).undo),
			},
			{
				words: ['redo'],
				summary: 'Return to the generation that the last undo or rollback left',
				load: async () => hideResult((await import('./redo.ts')).redo),
			},
			{
				words: ['switch'],
				summary: 'Make any generation current, earlier or later, without the network',
				load: async () => hideResult((await import('./switch.ts')).switchGeneration),
			},
			{
				words: ['profile'],
				summary: 'Keep several lines of generations in one home',
				load: async () => hideResult((await import('./profile.ts')).profile),
			},
			{
				words: ['keep'],
				summary: 'Mark a generation so that gc never removes it',
				load: async () => hideResult((await import('./keep.ts')).keep),
			},
			{
				words: ['gc'],
				summary: 'Remove old generations and what only they needed',
				load: async () => hideResult((await import('./gc.ts')).gc),
			},
		],
	},
	{
		title: 'Run',
		commands: [
			{ words: ['run'], summary: 'Run a task of a plugin in its isolate', load: async () => hideResult((await import('./run.ts')).run) },
			{
				words: ['x', 'exec'],
				summary: 'Run the program of a package in the sandbox, without installing it',
				load: async () => hideResult((await import('./x.ts')).x),
			},
			{
				words: ['start'],
				summary: 'Start plugins that stay, and keep them running until it is interrupted',
				load: async () => hideResult((await import('./start.ts')).start),
			},
			{
				words: ['ps'],
				summary: 'Show the plugins that run now, and in which process',
				load: async () => hideResult((await import('./ps.ts')).ps),
			},
			{
				words: ['logs'],
				summary: 'Show what the plugins that run have written',
				load: async () => hideResult((await import('./logs.ts')).logs),
			},
			{ words: ['stop'], summary: 'Stop plugins that run', load: async () => hideResult((await import('./stop.ts')).stop) },
			{
				words: ['reload'],
				summary: 'Let plugins that run take over what is installed now, with their state',
				load: async () => hideResult((await import('./reload.ts')).reload),
			},
			{
				words: ['limits'],
				summary: 'Show or change the limits of a plugin that runs',
				load: async () => hideResult((await import('./limits.ts')).limits),
			},
			{
				words: ['jobs'],
				summary: 'Show what went on after its terminal was lost',
				load: async () => hideResult((await import('./jobs.ts')).jobs),
			},
			{
				words: ['dev'],
				summary: "Run a task of a plugin's folder now and after each change",
				load: async () => hideResult((await import('./dev.ts')).dev),
			},
			{
				words: ['test'],
				summary: "Run the tests of a plugin's folder in the sandbox",
				load: async () => hideResult((await import('./test.ts')).test),
			},
		],
	},
	{
		title: 'Trust and rights',
		commands: [
			{
				words: ['trust'],
				summary: 'Show why something is trusted, say what you trust, and tell others',
				load: async () => hideResult((await import('./trust.ts')).trust),
			},
			{
				words: ['permissions'],
				summary: 'Tell why calls of a plugin are allowed or denied, or take a grant away',
				load: async () => hideResult((await import('./permissions.ts')).permissions),
			},
			{
				words: ['policy'],
				summary: 'Show which trust rules hold and whose they are, sign a policy, or except a package from a rule',
				load: async () => hideResult((await import('./policy.ts')).policy),
			},
			{
				words: ['verify'],
				summary: 'Read everything installed again and check every proof',
				load: async () => hideResult((await import('./verify.ts')).verify),
			},
			{
				words: ['audit-log'],
				summary: 'Show, verify or export what was run, granted and denied',
				load: async () => hideResult((await import('./audit-log.ts')).auditLog),
			},
			{
				words: ['quarantine'],
				summary: 'Show plugins that crashed too often, or let one run again',
				load: async () => hideResult((await import('./quarantine.ts')).quarantine),
			},
			{
				words: ['advisories'],
				summary: 'Show, import, fetch or sign sets of security advisories',
				load: async () => hideResult((await import('./advisories.ts')).advisories),
			},
		],
	},
	{
		title: 'Look after',
		commands: [
			{
				words: ['doctor'],
				summary: 'Check the machine, the home and the registry',
				load: async () => hideResult((await import('./doctor.ts')).doctor),
			},
			{
				words: ['registry', 'registries'],
				summary: 'Show and change which registries are asked, and sign in to them',
				load: async () => hideResult((await import('./registry.ts')).registry),
			},
			{
				words: ['settings', 'config'],
				summary: 'Show and change what is set once',
				load: async () => hideResult((await import('./settings.ts')).settings),
			},
			{
				words: ['cache'],
				summary: 'Show, verify or clean what is kept to be faster',
				load: async () => hideResult((await import('./cache.ts')).cache),
			},
			{
				words: ['data'],
				summary: 'Show what plugins keep in this home, or remove what one of them keeps',
				load: async () => hideResult((await import('./data.ts')).data),
			},
			{
				words: ['export'],
				summary: 'Make a node_modules, or one file that another home imports',
				load: async () => hideResult((await import('./export.ts')).exportTree),
			},
			{
				words: ['import'],
				summary: 'Install what `export --archive` wrote, without a registry',
				load: async () => hideResult((await import('./import.ts')).importHome),
			},
		],
	},
];

/** What can be typed for a command. */
export const COMMAND_WORDS: readonly string[] = LISTED_COMMANDS.flatMap(({ commands }) => commands.flatMap(({ words }) => words));

/** The one that a word names; null for no command's word. */
export async function loadCommand(word: string): Promise<Command | null> {
	const listed = LISTED_COMMANDS.flatMap(({ commands }) => commands).find(({ words }) => words.includes(word));
	return listed === undefined ? null : listed.load();
}

/** All of them. */
export async function loadCommands(): Promise<readonly Command[]> {
	return Promise.all(LISTED_COMMANDS.flatMap(({ commands }) => commands.map(({ load }) => load())));
}
