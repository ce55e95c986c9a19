import meow from 'meow';
import { EngineError, stripToLine } from '../engine/index.ts';
import { loadCommand, loadCommands } from './catalogue.ts';
import type { Command, FlagDefinition, FlagTable, ParsedArguments } from './command.ts';
import { COMMON_FLAGS, dashed } from './flags.ts';
import { nearestWord } from './nearest-word.ts';
import { SCREEN_FLAGS } from './screen-flags.ts';

export type Invocation =
	/** No command: the screen when there is a terminal. */
	| { readonly type: 'bare'; readonly parsed: ParsedArguments }
	| { readonly type: 'help'; readonly command: Command | null }
	| { readonly type: 'version' }
	| { readonly type: 'command'; readonly command: Command; readonly parsed: ParsedArguments };

/** The commands that must be loaded to read the words after `plugward`: mostly the one that stands there, and all where more is asked. */
export async function commandsToRead(argv: readonly string[]): Promise<readonly Command[]> {
	const words = beforeSeparator(argv);
	const at = positionOfCommand(words, FREE_FLAGS);
	const isAloneKnown = words.slice(0, at ?? words.length).every((word) => !isFlag(word) || lookUp(word, FREE_FLAGS) !== null);
	if (at === null && isAloneKnown) {
		return [];
	}

	const command = at === null || !isAloneKnown ? null : await loadCommand(words[at] ?? '');
	return command === null ? loadCommands() : [command];
}

/** Reads the words after `plugward`. Throws `usage`. */
export function parseArguments(argv: readonly string[], commands: readonly Command[]): Invocation {
	const words = beforeSeparator(argv);
	const literal = argv.slice(words.length + 1);
	if (words.includes('--version') || words.includes('-V')) {
		return { type: 'version' };
	}

	const at = positionOfCommand(words, everyFlag(commands));
	const name = at === null ? null : (words[at] ?? null);
	if (name === null) {
		const parsed = parseFlags(words, FREE_FLAGS);
		return parsed.flags['help'] === true ? { type: 'help', command: null } : { type: 'bare', parsed };
	}

	const rest = words.filter((_, index) => index !== at);
	if (name === 'help') {
		return { type: 'help', command: helpTopic(rest, commands) };
	}

	const command = requireCommand(name, commands);
	const parsed = parseFlags(rest, { ...COMMON_FLAGS, ...command.flags });
	if (parsed.flags['help'] === true) {
		return { type: 'help', command };
	}

	return { type: 'command', command, parsed: { ...parsed, positionals: [...parsed.positionals, ...literal] } };
}

function beforeSeparator(argv: readonly string[]): readonly string[] {
	const separator = argv.indexOf('--');
	return separator === -1 ? argv : argv.slice(0, separator);
}

function helpTopic(words: readonly string[], commands: readonly Command[]): Command | null {
	const [topic] = parseFlags(words, everyFlag(commands)).positionals;
	return topic === undefined ? null : requireCommand(topic, commands);
}

function requireCommand(name: string, commands: readonly Command[]): Command {
	const command = commands.find((one) => one.name === name || one.aliases.includes(name));
	if (command === undefined) {
		const near = nearestWord(
			name,
			commands.map((candidate) => candidate.name),
		);
		throw new EngineError('usage', `"${stripToLine(name)}" is not a plugward command.`, {
			hint: near === null ? 'See them all: plugward help' : `Did you mean: plugward ${near}`,
		});
	}

	return command;
}

/** Index of the first word that is neither a flag nor the value of one. Flags of any command may stand before its name. */
function positionOfCommand(words: readonly string[], table: FlagTable): number | null {
	for (let index = 0; index < words.length; index++) {
		const word = words[index] ?? '';
		if (!isFlag(word)) {
			return index;
		}

		const flag = word.includes('=') ? null : lookUp(word, table);
		if (flag !== null && takesNextWord(flag.definition)) {
			index++;
		}
	}

	return null;
}

/** Those that can stand without a command. */
const FREE_FLAGS: FlagTable = { ...COMMON_FLAGS, ...SCREEN_FLAGS };

function everyFlag(commands: readonly Command[]): FlagTable {
	return Object.assign({}, ...commands.map((command) => command.flags), FREE_FLAGS);
}

function isFlag(word: string): boolean {
	return word.length > 1 && word.startsWith('-');
}

function takesNextWord(definition: FlagDefinition): boolean {
	return definition.type !== 'boolean' && definition.isValueOptional !== true;
}

type FoundFlag = { readonly key: string; readonly definition: FlagDefinition };

function lookUp(word: string, table: FlagTable): FoundFlag | null {
	const name = word.split('=', 1)[0] ?? word;
	for (const [key, definition] of Object.entries(table)) {
		if (name === `--${dashed(key)}` || (definition.short !== undefined && name === `-${definition.short}`)) {
			return { key, definition };
		}
	}

	return null;
}

/**
 * Lets meow type the flags of one command. Left to itself meow would let a bare `--json` swallow the next word, take `--input -` for
 * a flag without a value, strip the quotes of a JSON string and leave the process on an unknown flag; so every flag reaches it as
 * `--name=value`, and unknown ones never do.
 */
function parseFlags(words: readonly string[], table: FlagTable): ParsedArguments {
	const flags = Object.fromEntries(
		Object.entries(table).map(([key, definition]) => [
			key,
			{ type: definition.type, ...(definition.isMultiple === true ? { isMultiple: true } : {}) },
		]),
	);
	try {
		const parsed = meow({
			importMeta: import.meta,
			pkg: { name: 'plugward' },
			description: false,
			argv: lastOfEach(explicitWords(words, table), table),
			autoHelp: false,
			autoVersion: false,
			booleanDefault: undefined,
			flags,
		});
		return { positionals: parsed.input, flags: parsed.flags };
	} catch (error) {
		if (error instanceof EngineError) {
			throw error;
		}

		throw new EngineError('usage', error instanceof Error ? error.message : String(error), { cause: error });
	}
}

/** `--json=name --json` means the last one; meow would say nothing of either. Other flags that stand once may not stand twice. */
function lastOfEach(words: readonly string[], table: FlagTable): string[] {
	const nameOf = (word: string) => word.split('=', 1)[0] ?? word;
	const last = new Map(words.map((word, index) => [nameOf(word), index]));
	return words.filter(
		(word, index) => !isFlag(word) || lookUp(word, table)?.definition.isValueOptional !== true || last.get(nameOf(word)) === index,
	);
}

function explicitWords(words: readonly string[], table: FlagTable): string[] {
	const explicit: string[] = [];
	for (let index = 0; index < words.length; index++) {
		const word = words[index] ?? '';
		if (!isFlag(word)) {
			explicit.push(word);
			continue;
		}

		const negated = word.startsWith('--no-') ? lookUp(`--${word.slice('--no-'.length)}`, table) : null;
		if (negated?.definition.type === 'boolean') {
			explicit.push(`--${dashed(negated.key)}=false`);
			continue;
		}

		const flag = lookUp(word, table) ?? unknownFlag(word, table);
		const equals = word.indexOf('=');
		if (equals === -1 && takesNextWord(flag.definition)) {
			index++;
		}

		explicit.push(`--${dashed(flag.key)}=${valueOf(flag, equals === -1 ? words[index] : word.slice(equals + 1), equals !== -1)}`);
	}

	return explicit;
}

function valueOf({ key, definition }: FoundFlag, value: string | undefined, isAttached: boolean): string {
	if (definition.type === 'boolean') {
		if (isAttached && value !== 'true' && value !== 'false') {
			throw new EngineError('usage', `--${dashed(key)} takes no value.`, { hint: `Type only --${dashed(key)}.` });
		}

		return isAttached ? String(value) : 'true';
	}

	if (!isAttached && definition.isValueOptional === true) {
		return '';
	}

	const isMissing = value === undefined || value === '' || (!isAttached && value.startsWith('--'));
	if (isMissing && definition.isValueOptional !== true) {
		throw new EngineError('usage', `--${dashed(key)} needs a value.`, {
			hint: `For example: --${dashed(key)} ${definition.placeholder ?? 'VALUE'}`,
		});
	}

	return protectQuotes(value ?? '');
}

/** The parser below meow drops one pair of quotes around a value; an extra pair of the other kind is dropped instead. */
function protectQuotes(value: string): string {
	const first = value[0];
	if ((first === '"' || first === "'") && value.endsWith(first)) {
		const other = first === '"' ? "'" : '"';
		return `${other}${value}${other}`;
	}

	return value;
}

function unknownFlag(word: string, table: FlagTable): never {
	const name = word.split('=', 1)[0] ?? word;
	const near = nearestWord(
		name,
		Object.keys(table).map((key) => `--${dashed(key)}`),
	);
	throw new EngineError('usage', `"${stripToLine(name)}" is not a flag of this command.`, {
		hint: near === null ? 'Add --help to see its flags.' : `Did you mean: ${near}`,
	});
}
