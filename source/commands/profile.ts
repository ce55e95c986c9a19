import { EngineError, type ProfileSummary } from '../engine/index.ts';
import { plural } from '../format.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { countFlag, isSet, requirePositionals } from './flags.ts';
import { cell, joinBlocks, paint, paragraphLines, tableLines, type View } from './layout.ts';
import { unknownSubcommand } from './unknown-subcommand.ts';

export type ProfileResult = {
	readonly type: 'list' | 'made' | 'switched' | 'removed';
	/** All of them, or the one that something was done to. */
	readonly profiles: readonly ProfileSummary[];
};

const USAGE = 'profile list|new NAME|switch NAME|remove NAME';

export const profile: CommandDefinition<ProfileResult> = {
	name: 'profile',
	aliases: [],
	summary: 'Keep several lines of generations in one home',
	usage: 'list | new <name> | switch <name> | remove <name>',
	subcommands: [
		['list', 'Every line of generations in this home'],
		['new <name>', 'Start another one, from the current generation unless told otherwise'],
		['switch <name>', 'Work in it from now on'],
		['remove <name>', 'Forget it; its generations stay until a collection'],
	],
	flags: {
		from: { type: 'number', placeholder: 'GENERATION', description: 'With new: start at this generation (the current one)' },
		empty: { type: 'boolean', description: 'With new: start with nothing installed' },
	},
	examples: ['plugward profile list', 'plugward profile new work', 'plugward profile switch work', 'plugward profile new clean --empty'],
	fields: ['name', 'generation', 'isSelected', 'pluginCount'],
	rows: 'profiles',
	run: runProfile,
	toJson: ({ type, profiles }) => ({ type, profiles }),
	toText: profileText,
};

async function runProfile({ engine, parsed, call }: CommandContext): Promise<ProfileResult> {
	requirePositionals(parsed, { least: 1, most: 2, usage: USAGE });
	const [word = '', name = null] = parsed.positionals;
	if (word === 'list') {
		requirePositionals(parsed, { least: 1, most: 1, usage: 'profile list' });
		return { type: 'list', profiles: await engine.profiles(call) };
	}

	if (word !== 'new' && word !== 'switch' && word !== 'remove') {
		throw unknownSubcommand({ command: 'profile', word, known: ['list', 'new', 'switch', 'remove'], usage: USAGE });
	}

	if (name === null) {
		throw new EngineError('usage', 'No profile was named.', { hint: `For example: plugward profile ${word} work` });
	}

	switch (word) {
		case 'new': {
			const from = countFlag(parsed, 'from', 1);
			if (from !== null && isSet(parsed, 'empty')) {
				throw new EngineError('usage', '--from and --empty exclude each other.', { hint: 'Give one of them.' });
			}

			return { type: 'made', profiles: [await engine.makeProfile({ name, from: isSet(parsed, 'empty') ? 0 : from }, call)] };
		}
		case 'switch':
			return { type: 'switched', profiles: [await engine.selectProfile(name, call)] };
		case 'remove':
			return { type: 'removed', profiles: [await engine.removeProfile(name, call)] };
	}
}

function profileText({ type, profiles }: ProfileResult, view: View): string {
	const [first] = profiles;
	if (type === 'list' || first === undefined) {
		return joinBlocks([
			tableLines(
				profiles.map(({ name, isSelected, generation, pluginCount }) => [
					cell(isSelected ? '*' : ' ', 'good'),
					cell(name, 'strong'),
					generation === 0 ? 'nothing yet' : `generation ${generation}`,
					cell(plural(pluginCount, 'plugin'), 'dim'),
				]),
				{ view, flexible: 2 },
			),
			paragraphLines('* is used when no --profile is given.', { view, tone: 'dim' }),
		]);
	}

	const { name, generation, pluginCount } = first;
	const holds = generation === 0 ? 'nothing is installed in it' : `generation ${generation} with ${plural(pluginCount, 'plugin')}`;
	switch (type) {
		case 'made':
			return joinBlocks([
				[paint(`Made the profile ${name}: ${holds}.`, 'good', view)],
				paragraphLines(`Work in it: plugward profile switch ${name}, or --profile ${name} for one command.`, { view, tone: 'dim' }),
			]);
		case 'switched':
			return paint(`Working in the profile ${name} from now on: ${holds}.`, 'good', view);
		case 'removed':
			return joinBlocks([
				[paint(`Removed the profile ${name}; its generations stay until the next gc.`, 'good', view)],
				generation === 0 ? [] : paragraphLines(`Take it back: plugward profile new ${name} --from ${generation}`, { view, tone: 'dim' }),
			]);
	}
}
