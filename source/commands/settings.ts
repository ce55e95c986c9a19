import { EngineError, stripToLine } from '../engine/index.ts';
import type { Setting } from '../setting-entries.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { requirePositionals } from './flags.ts';
import { cell, joinBlocks, paragraphLines, tableLines, type View } from './layout.ts';

type SettingsResult = { readonly type: 'list' | 'keys' | 'get' | 'changed'; readonly settings: readonly Setting[] };

const USAGE = 'settings list | keys | get KEY | set KEY VALUE | unset KEY';

export const settings: CommandDefinition<SettingsResult> = {
	name: 'settings',
	aliases: ['config'],
	summary: 'Show and change what is set once',
	usage: 'list | keys | get <key> | set <key> <value> | unset <key>',
	flags: {},
	subcommands: [
		['list', 'Every setting with its value, its default and what it does'],
		['keys', 'What each key of the app does, and the name by which it gets another one'],
		['get <key>', 'One value, as a script reads it'],
		['set <key> <value>', 'Change it; a value that is none is refused and nothing is written'],
		['unset <key>', 'Go back to the default'],
	],
	examples: [
		'plugward settings list',
		'plugward settings set keys.quit Q',
		'plugward settings set display.theme light',
		'plugward settings get waitSeconds',
	],
	fields: ['key', 'kind', 'choices', 'value', 'default', 'isSet', 'help'],
	rows: 'settings',
	run: runSettings,
	toJson: ({ settings: rows }) => ({ settings: rows }),
	toText: settingsText,
};

async function runSettings({ settings: door, parsed }: CommandContext): Promise<SettingsResult> {
	requirePositionals(parsed, { least: 1, most: 3, usage: USAGE });
	const [word = '', key = '', value = ''] = parsed.positionals;
	switch (word) {
		case 'list':
			requirePositionals(parsed, { least: 1, most: 1, usage: 'settings list' });
			return { type: 'list', settings: await door.list() };
		case 'keys':
			requirePositionals(parsed, { least: 1, most: 1, usage: 'settings keys' });
			return { type: 'keys', settings: await door.keys() };
		case 'get': {
			requirePositionals(parsed, { least: 2, most: 2, usage: 'settings get KEY' });
			const all = key.startsWith('keys.') ? await door.keys() : await door.list();
			// A command is named without its place too.
			const found = all.filter((one) => one.key === key || (key.startsWith('keys.') && one.key.endsWith(key.slice('keys'.length))));
			if (found.length === 0) {
				throw new EngineError('usage', `There is no setting "${stripToLine(key)}".`, {
					hint: key.startsWith('keys.') ? 'See them: plugward settings keys' : `There are: ${all.map((one) => one.key).join(', ')}`,
				});
			}

			return { type: 'get', settings: found };
		}
		case 'set':
			requirePositionals(parsed, { least: 3, most: 3, usage: 'settings set KEY VALUE' });
			return { type: 'changed', settings: [await door.change(key, value)] };
		case 'unset':
			requirePositionals(parsed, { least: 2, most: 2, usage: 'settings unset KEY' });
			return { type: 'changed', settings: [await door.change(key, null)] };
		default:
			throw new EngineError('usage', `settings cannot "${stripToLine(word)}".`, { hint: `Type: plugward ${USAGE}` });
	}
}

function settingsText({ type, settings: rows }: SettingsResult, view: View): string {
	const [first] = rows;
	if (type === 'get' || first === undefined) {
		return first?.value ?? '';
	}

	if (type === 'changed') {
		const value = first.value === '' ? 'nothing' : first.value;
		return joinBlocks([paragraphLines(`${first.key} is ${value}${first.isSet ? '' : ', the default'}.`, { view, tone: 'good' })]);
	}

	if (type === 'keys') {
		return joinBlocks([keyLines(rows, view), paragraphLines('Change one: plugward settings set NAME "KEY KEY"', { view, tone: 'dim' })]);
	}

	return joinBlocks([
		rows.flatMap(({ key, value, isSet, default: usual, choices, help }) => [
			...tableLines(
				[
					[
						cell(key, 'strong'),
						cell(value === '' ? '-' : value, isSet ? 'accent' : 'plain'),
						cell(isSet ? `set; default ${usual === '' ? '-' : usual}` : 'default', 'dim'),
					],
				],
				{ view },
			),
			...paragraphLines(`${help}${choices.length === 0 ? '' : ` (${choices.join(', ')})`}`, { view, indent: 4, tone: 'dim' }),
		]),
		paragraphLines('Change one: plugward settings set KEY VALUE', { view, tone: 'dim' }),
	]);
}

function keyLines(rows: readonly Setting[], view: View): string[] {
	return tableLines(
		rows.map(({ key, value, isSet, help }) => [cell(key, isSet ? 'accent' : 'plain'), cell(value, 'strong'), cell(help, 'dim')]),
		{ view },
	);
}
