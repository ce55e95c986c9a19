import { describe, expect, it } from 'vitest';
import { LISTED_COMMANDS, loadCommands } from '../../source/commands/catalogue.ts';
import { COMMON_FLAGS } from '../../source/commands/flags.ts';
import { commandsToRead, type Invocation, parseArguments } from '../../source/commands/parse-arguments.ts';

const COMMANDS = await loadCommands();
const read = (words: readonly string[]): Invocation => parseArguments(words, COMMANDS);

describe('the command line', () => {
	it('finds the command and its arguments', () => {
		expect(summary(['install', 'eslint@9', 'prettier', '--yes'])).toEqual({
			command: 'install',
			positionals: ['eslint@9', 'prettier'],
			yes: true,
		});
	});

	it('knows the short names of commands', () => {
		expect(['add', 'i', 'rm', 'ls'].map((alias) => summary([alias, 'x']).command)).toEqual(['install', 'install', 'remove', 'list']);
	});

	it('does not let a bare --json swallow the next word', () => {
		expect(summary(['list', '--json', 'foo'])).toEqual({ command: 'list', positionals: ['foo'], json: '' });
		expect(summary(['--json', 'list'])).toEqual({ command: 'list', positionals: [], json: '' });
		expect(summary(['list', '--json=name,version'])).toEqual({ command: 'list', positionals: [], json: 'name,version' });
	});

	it('takes everything after -- as it stands', () => {
		expect(summary(['run', 'x', '--', '--yes', '-h'])).toEqual({ command: 'run', positionals: ['x', '--yes', '-h'] });
	});

	it('takes flags before the command, also those with a value', () => {
		expect(summary(['--home', '/a', '--wait', '3', 'list'])).toEqual({ command: 'list', positionals: [], home: '/a', wait: 3 });
	});

	it('takes a single dash as the value of a flag', () => {
		expect(summary(['run', 'x', '--input', '-'])).toEqual({ command: 'run', positionals: ['x'], input: '-' });
	});

	it.each(['"text"', "'text'", '"', '{"a":"b c"}', '[1]', '-5', '""', 'a=b'])('keeps the value %s as it was typed', (value) => {
		expect(summary(['run', 'x', '--input', value]).input).toBe(value);
		expect(summary(['run', 'x', `--input=${value}`]).input).toBe(value);
	});

	it('does not take a plugin called true for the value of --yes', () => {
		expect(summary(['install', '--yes', 'true'])).toEqual({ command: 'install', positionals: ['true'], yes: true });
	});

	it('collects every --allow', () => {
		expect(summary(['install', 'x', '--allow', 'x=net:a.example', '--allow=x=env:HOME']).allow).toEqual(['x=net:a.example', 'x=env:HOME']);
	});

	it('reads --no-color as color off', () => {
		expect(summary(['list', '--no-color']).color).toBe(false);
	});

	it('leaves the screen to be chosen when there is no command', () => {
		expect(read(['--offline'])).toMatchObject({ type: 'bare', parsed: { flags: { offline: true } } });
	});

	it.each([[['help']], [['--help']], [['-h']], [['--home', '/a', 'help']], [['help', '--no-color']]])(
		'shows the overview for %j',
		(words) => {
			expect(read(words)).toEqual({ type: 'help', command: null });
		},
	);

	it.each([[['help', 'run']], [['--home', '/a', 'help', 'run']], [['run', '--help']], [['run', 'x', '-h']]])(
		'shows the help of one command for %j',
		(words) => {
			expect(read(words)).toMatchObject({ type: 'help', command: { name: 'run' } });
		},
	);
});

describe('a command line that is wrong', () => {
	it.each([
		[['instal', 'x'], '"instal" is not a plugward command.', 'Did you mean: plugward install'],
		[['frobnicate'], '"frobnicate" is not a plugward command.', 'See them all: plugward help'],
		[['install', 'x', '--alow', 'y'], '"--alow" is not a flag of this command.', 'Did you mean: --allow'],
		[['list', '--dry-run'], '"--dry-run" is not a flag of this command.', 'Add --help to see its flags.'],
		[['list', '--home'], '--home needs a value.', 'For example: --home FOLDER'],
		[['list', '--home', '--json'], '--home needs a value.', 'For example: --home FOLDER'],
		[['list', '--yes=maybe'], '--yes takes no value.', 'Type only --yes.'],
	])('%j is refused with a hint', (words, message, hint) => {
		expect(() => read(words)).toThrow(expect.objectContaining({ code: 'usage', message, hint }));
	});

	it('is refused when a flag that stands once stands twice', () => {
		expect(() => read(['list', '--home', 'a', '--home', 'b'])).toThrow(expect.objectContaining({ code: 'usage' }));
	});
});

describe('the table of commands', () => {
	it('gives a flag the same meaning wherever it may stand, since flags may stand before the command', () => {
		const takesValue = new Map<string, boolean>();
		for (const [key, flag] of [COMMON_FLAGS, ...COMMANDS.map((command) => command.flags)].flatMap((table) => Object.entries(table))) {
			const value = flag.type !== 'boolean' && flag.isValueOptional !== true;
			expect(takesValue.get(key) ?? value, key).toBe(value);
			takesValue.set(key, value);
		}
	});

	it('says of each command what its definition says', () => {
		const listed = LISTED_COMMANDS.flatMap(({ commands }) => commands.map(({ words, summary: text }) => ({ words, text })));
		expect(listed).toEqual(COMMANDS.map(({ name, aliases, summary: text }) => ({ words: [name, ...aliases], text })));
	});

	it('has no word twice', () => {
		const words = COMMANDS.flatMap((command) => [command.name, ...command.aliases]);
		expect(new Set(words).size).toBe(words.length);
	});

	it('takes the last --json of several, and every --allow', () => {
		expect(summary(['list', '--json=name', '--json'])).toMatchObject({ json: '' });
		expect(summary(['list', '--json', '--json=name'])).toMatchObject({ json: 'name' });
		expect(summary(['install', 'a', '--allow', 'net:a', '--allow', 'net:b'])).toMatchObject({ allow: ['net:a', 'net:b'] });
	});

	it('has examples that parse', () => {
		for (const command of COMMANDS) {
			for (const example of command.examples) {
				const words = example.match(/'[^']*'|\S+/g)?.map((word) => word.replaceAll("'", '')) ?? [];
				expect(read(words.slice(1)), example).toMatchObject({ type: 'command', command: { name: command.name } });
			}
		}
	});
});

describe('the commands that are loaded to read the words', () => {
	it.each([
		[['list', '--json'], ['list']],
		[['--home', '/a', '--offline', 'ls'], ['list']],
		[['--home', '/a', '--screen', 'history'], []],
		[[], []],
		[['install', 'list'], ['install']],
	])('of %j are %j', async (words, names) => {
		expect((await commandsToRead(words)).map(({ name }) => name)).toEqual(names);
	});

	it.each([
		[['help', 'run']],
		[['instal', 'x']],
		[['--allow', 'net:a', 'install', 'x']],
		[['--dry-run', 'install', 'x']],
		[['--nonsense', 'list']],
		[['--nonsense']],
	])('of %j are all, since more is asked or only their flags tell where the command stands', async (words) => {
		expect(await commandsToRead(words)).toHaveLength(COMMANDS.length);
	});

	it('read them as all commands would', async () => {
		const examples = COMMANDS.flatMap(({ examples: own }) => own.map((example) => example.split(' ').slice(1)));
		for (const words of examples.flatMap((given) => [given, ['--home', '/a', ...given], ['-y', '--json', ...given]])) {
			const [few, all] = [parseArguments(words, await commandsToRead(words)), read(words)];
			expect(JSON.stringify(few), words.join(' ')).toBe(JSON.stringify(all));
		}
	});
});

type Summary = {
	readonly command: string;
	readonly positionals: readonly string[];
	readonly input?: unknown;
	readonly allow?: unknown;
	readonly color?: unknown;
};

function summary(words: readonly string[]): Summary {
	const invocation: Invocation = read(words);
	if (invocation.type !== 'command') {
		throw new Error(`expected a command, got ${invocation.type}`);
	}

	const { command, parsed } = invocation;
	const flags = Object.entries(parsed.flags).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
	return { command: command.name, positionals: parsed.positionals, ...Object.fromEntries(flags) };
}
