import { EngineError, type ExaminedRegistry, type RegistryAnswer, type RegistrySource, stripToLine } from '../engine/index.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { requirePositionals, textFlag } from './flags.ts';
import { type Cell, cell, joinBlocks, paragraphLines, tableLines, type View } from './layout.ts';

type RegistryResult =
	| { readonly type: 'list'; readonly registries: readonly ExaminedRegistry[] }
	| { readonly type: 'set' | 'removed'; readonly scope: string | null; readonly url: string | null }
	| { readonly type: 'signed-in' | 'signed-out'; readonly url: string };

const USAGE = 'registry list | add [SCOPE] URL | remove [SCOPE] | login [REGISTRY] | logout [REGISTRY]';

export const registry: CommandDefinition<RegistryResult> = {
	name: 'registry',
	aliases: ['registries'],
	summary: 'Show and change which registries are asked, and sign in to them',
	usage: 'list | add [scope] <url> | remove [scope] | login [registry] | logout [registry]',
	flags: { tokenFrom: { type: 'string', placeholder: 'FILE', description: 'With login: where the token stands; - reads standard input' } },
	subcommands: [
		['list', 'Every registry: who names it, whether it answers, what it can do, and whether you are signed in'],
		['add [scope] <url>', 'Ask this registry for the packages of a scope; without one, for everything else'],
		['remove [scope]', 'Take that line out of your own .npmrc'],
		['login [registry]', 'Keep a token for a registry (a URL or a scope) in your own .npmrc, readable by you alone'],
		['logout [registry]', 'Take the token away'],
	],
	examples: [
		'plugward registry list',
		'plugward registry add @acme https://npm.acme.example/',
		'plugward registry login @acme --token-from token.txt',
		'plugward registry logout @acme',
	],
	fields: ['type', 'registries', 'scope', 'url'],
	rows: null,
	run: runRegistry,
	toJson: (result) => ({ ...result }),
	toText: registryText,
};

async function runRegistry({ engine, parsed, call, readText }: CommandContext): Promise<RegistryResult> {
	requirePositionals(parsed, { least: 1, most: 3, usage: USAGE });
	const [word = '', ...rest] = parsed.positionals;
	const [first = null] = rest;
	switch (word) {
		case 'list':
			requirePositionals(parsed, { least: 1, most: 1, usage: 'registry list' });
			return { type: 'list', registries: await engine.registries.list(call) };
		case 'add': {
			requirePositionals(parsed, { least: 2, most: 3, usage: 'registry add [SCOPE] URL' });
			const [scope, url] = rest.length === 2 ? [first, rest[1] ?? ''] : [null, first ?? ''];
			await engine.registries.set({ scope, url }, call);
			return { type: 'set', scope, url };
		}
		case 'remove':
			requirePositionals(parsed, { least: 1, most: 2, usage: 'registry remove [SCOPE]' });
			await engine.registries.remove(first, call);
			return { type: 'removed', scope: first, url: null };
		case 'login': {
			requirePositionals(parsed, { least: 1, most: 2, usage: 'registry login [REGISTRY] --token-from FILE' });
			const source = textFlag(parsed, 'tokenFrom');
			if (source === null) {
				// A token on the command line would stand in the history of the shell and in the list of processes.
				throw new EngineError('usage', 'Where the token stands was not said.', {
					hint: `Type: plugward registry login${first === null ? '' : ` ${stripToLine(first)}`} --token-from FILE, or - for standard input`,
				});
			}

			const token = (await readText(source)).trim();
			return { type: 'signed-in', url: await engine.registries.signIn({ registry: first, token }, call) };
		}
		case 'logout':
			requirePositionals(parsed, { least: 1, most: 2, usage: 'registry logout [REGISTRY]' });
			return { type: 'signed-out', url: await engine.registries.signOut(first, call) };
		default:
			throw new EngineError('usage', `registry cannot "${stripToLine(word)}".`, { hint: `Type: plugward ${USAGE}` });
	}
}

const SOURCE_WORDS: Readonly<Record<RegistrySource, string>> = {
	option: '--registry or a setting',
	project: "the project's .npmrc",
	environment: 'the environment',
	user: 'your .npmrc',
	global: 'the .npmrc of this machine',
	default: 'nobody; it is the default',
};

function registryText(result: RegistryResult, view: View): string {
	switch (result.type) {
		case 'list':
			return joinBlocks(result.registries.map((one) => registryLines(one, view)));
		case 'set':
			return joinBlocks([
				paragraphLines(`${result.scope ?? 'Everything without a registry of its own'} is asked of ${result.url ?? ''} from now on.`, {
					view,
					tone: 'good',
				}),
			]);
		case 'removed':
			return joinBlocks([
				paragraphLines(`Your .npmrc names no registry for ${result.scope ?? 'everything else'} any more.`, { view, tone: 'good' }),
			]);
		case 'signed-in':
			return joinBlocks([
				paragraphLines(`Signed in to ${result.url}.`, { view, tone: 'good' }),
				paragraphLines('The token stands in your .npmrc, readable by you alone. See that it works: plugward registry list', {
					view,
					tone: 'dim',
				}),
			]);
		case 'signed-out':
			return joinBlocks([
				paragraphLines(`Signed out of ${result.url}.`, { view, tone: 'good' }),
				paragraphLines('The token still holds at the registry until it is revoked there.', { view, tone: 'dim' }),
			]);
	}
}

function registryLines({ scope, url, source, hasCredentials, answer }: ExaminedRegistry, view: View): string[] {
	const rows: (readonly Cell[])[] = [
		[cell('asked by', 'dim'), SOURCE_WORDS[source]],
		[cell('signed in', 'dim'), hasCredentials ? 'yes' : 'no; public packages need none'],
		[cell('answers', 'dim'), answerCell(answer)],
		...(answer.type === 'answered' ? [[cell('offers', 'dim'), offersOf(answer)]] : []),
	];
	return [...tableLines([[cell(scope ?? 'default', 'strong'), url]], { view }), ...tableLines(rows, { view, indent: 2, flexible: 1 })];
}

function answerCell(answer: RegistryAnswer): Cell {
	switch (answer.type) {
		case 'answered':
			return cell(`${answer.status} in ${Math.round(answer.milliseconds)} ms`, answer.status >= 500 ? 'bad' : 'good');
		case 'silent':
			return cell(answer.text, 'bad');
		case 'not-asked':
			return cell('offline, so it was not asked', 'dim');
	}
}

function offersOf({ hasSearch, hasKeys }: Extract<RegistryAnswer, { readonly type: 'answered' }>): string {
	const word = (name: string, has: boolean | null): string => `${name}: ${has === null ? 'does not say' : has ? 'yes' : 'no'}`;
	return `${word('search', hasSearch)}, ${word('signing keys', hasKeys)}`;
}
