import { type Command, hideResult } from './command.ts';

/** A command before anybody typed it: its name and its aliases, which are repeated in its definition, and how to load that. */
export type ListedCommand = { readonly words: readonly [name: string, ...aliases: string[]]; readonly load: () => Promise<Command> };

type Group<T> = { readonly title: string; readonly commands: readonly T[] };

export type CommandGroup = Group<Command>;

/** Every scripted command under what somebody wants to do with it, in the order of the help. Loading all of them takes longer than most of them run. */
export const LISTED_COMMANDS: readonly Group<ListedCommand>[] = [
	{
		title: 'Find and compare',
		commands: [
			{ words: ['search', 'find', 's'], load: async () => hideResult((await import('./search.ts')).search) },
			{ words: ['info', 'show', 'view'], load: async () => hideResult((await import('./info.ts')).info) },
			{ words: ['resolve'], load: async () => hideResult((await import('./resolve.ts')).resolve) },
			{ words: ['explain'], load: async () => hideResult((await import('./explain.ts')).explain) },
			{ words: ['evaluate'], load: async () => hideResult((await import('./evaluate.ts')).evaluate) },
			{ words: ['outdated'], load: async () => hideResult((await import('./outdated.ts')).outdated) },
			{ words: ['review'], load: async () => hideResult((await import('./review.ts')).review) },
			{ words: ['why'], load: async () => hideResult((await import('./why.ts')).why) },
		],
	},
	{
		title: 'Install and change',
		commands: [
			{ words: ['install', 'add', 'i'], load: async () => hideResult((await import('./install.ts')).install) },
			{ words: ['update', 'upgrade', 'up'], load: async () => hideResult((await import('./update.ts')).update) },
			{ words: ['remove', 'rm'], load: async () => hideResult((await import('./remove.ts')).remove) },
			{ words: ['list', 'ls'], load: async () => hideResult((await import('./list.ts')).list) },
			{ words: ['pin'], load: async () => hideResult((await import('./marks.ts')).pin) },
			{ words: ['unpin'], load: async () => hideResult((await import('./marks.ts')).unpin) },
			{ words: ['hold'], load: async () => hideResult((await import('./marks.ts')).hold) },
			{ words: ['unhold'], load: async () => hideResult((await import('./marks.ts')).unhold) },
			{ words: ['enable'], load: async () => hideResult((await import('./marks.ts')).enable) },
			{ words: ['disable'], load: async () => hideResult((await import('./marks.ts')).disable) },
			{ words: ['override'], load: async () => hideResult((await import('./override.ts')).override) },
			{ words: ['lock'], load: async () => hideResult((await import('./lock.ts')).lock) },
		],
	},
	{
		title: 'Go back',
		commands: [
			{ words: ['history', 'log'], load: async () => hideResult((await import('./history.ts')).history) },
			{ words: ['diff'], load: async () => hideResult((await import('./diff.ts')).diff) },
			{ words: ['rollback'], load: async () => hideResult((await import('./rollback.ts')).rollback) },
			{ words: ['undo'], load: async () => hideResult((await import('./undo.ts')).undo) },
			{ words: ['redo'], load: async () => hideResult((await import('./redo.ts')).redo) },
			{ words: ['switch'], load: async () => hideResult((await import('./switch.ts')).switchGeneration) },
			{ words: ['profile'], load: async () => hideResult((await import('./profile.ts')).profile) },
			{ words: ['keep'], load: async () => hideResult((await import('./keep.ts')).keep) },
			{ words: ['gc'], load: async () => hideResult((await import('./gc.ts')).gc) },
		],
	},
	{
		title: 'Run',
		commands: [
			{ words: ['run'], load: async () => hideResult((await import('./run.ts')).run) },
			{ words: ['x', 'exec'], load: async () => hideResult((await import('./x.ts')).x) },
			{ words: ['start'], load: async () => hideResult((await import('./start.ts')).start) },
			{ words: ['ps'], load: async () => hideResult((await import('./ps.ts')).ps) },
			{ words: ['logs'], load: async () => hideResult((await import('./logs.ts')).logs) },
			{ words: ['stop'], load: async () => hideResult((await import('./stop.ts')).stop) },
			{ words: ['reload'], load: async () => hideResult((await import('./reload.ts')).reload) },
			{ words: ['limits'], load: async () => hideResult((await import('./limits.ts')).limits) },
			{ words: ['jobs'], load: async () => hideResult((await import('./jobs.ts')).jobs) },
			{ words: ['dev'], load: async () => hideResult((await import('./dev.ts')).dev) },
			{ words: ['test'], load: async () => hideResult((await import('./test.ts')).test) },
		],
	},
	{
		title: 'Trust and rights',
		commands: [
			{ words: ['trust'], load: async () => hideResult((await import('./trust.ts')).trust) },
			{ words: ['permissions'], load: async () => hideResult((await import('./permissions.ts')).permissions) },
			{ words: ['policy'], load: async () => hideResult((await import('./policy.ts')).policy) },
			{ words: ['verify'], load: async () => hideResult((await import('./verify.ts')).verify) },
			{ words: ['audit-log'], load: async () => hideResult((await import('./audit-log.ts')).auditLog) },
			{ words: ['quarantine'], load: async () => hideResult((await import('./quarantine.ts')).quarantine) },
			{ words: ['advisories'], load: async () => hideResult((await import('./advisories.ts')).advisories) },
		],
	},
	{
		title: 'Look after',
		commands: [
			{ words: ['doctor'], load: async () => hideResult((await import('./doctor.ts')).doctor) },
			{ words: ['registry', 'registries'], load: async () => hideResult((await import('./registry.ts')).registry) },
			{ words: ['settings', 'config'], load: async () => hideResult((await import('./settings.ts')).settings) },
			{ words: ['cache'], load: async () => hideResult((await import('./cache.ts')).cache) },
			{ words: ['data'], load: async () => hideResult((await import('./data.ts')).data) },
			{ words: ['export'], load: async () => hideResult((await import('./export.ts')).exportTree) },
			{ words: ['import'], load: async () => hideResult((await import('./import.ts')).importHome) },
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

/** All of them, in their groups. */
export async function loadCommandGroups(): Promise<readonly CommandGroup[]> {
	return Promise.all(
		LISTED_COMMANDS.map(async ({ title, commands }) => ({ title, commands: await Promise.all(commands.map(({ load }) => load())) })),
	);
}

/** All of them. */
export async function loadCommands(): Promise<readonly Command[]> {
	return (await loadCommandGroups()).flatMap(({ commands }) => commands);
}
