import type { ExaminedRegistry } from '../../engine/index.ts';
import { cleanLine } from '../../format.ts';
import { keyNames } from '../../key-bindings.ts';
import type { KeyName } from '../../key-bindings.ts';
import { topPage } from '../../select.ts';
import type { Loadable, State } from '../../state.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { failureDocument } from './failure-document.ts';
import { BLANK, fact, heading, paragraph } from './lines.ts';

const THINGS = [
	['find-new', 'Find something to install', () => 'Search by what it should do. You see a plan before anything changes.'],
	['go-doctor', 'See whether this machine is ready', () => 'The doctor looks at sandbox, home and registry, and says what to do.'],
	['help', 'Learn the keys', (key: KeyName) => `Every screen tells its own. ${key('palette')} finds any command by a part of its words.`],
] as const;

/** What somebody reads whose home is empty, or who asks for it: what this is, what to do first, and who answers. */
export function welcomeDocument(state: State, width: number): readonly Line[] {
	const key = keyNames(state);
	const { value, failure } = state.registries;
	const sources = [
		heading('Where packages come from'),
		...registryLines(state.registries, { registry: state.registry, width, key: key('refresh') }),
		...fact('This home', state.homePath, width, 'dim'),
	];
	const things = [...thingLines(key, width), BLANK, ...closingLines(state, key, width)];
	return [
		...paragraph(
			'Plugins that you do not have to trust: each is proven before a byte of it is unpacked, may do nothing until you allow it, and every earlier state can be brought back.',
			width,
		),
		BLANK,
		// Without a registry there is nothing to begin with.
		...(value === null && failure !== null ? [...sources, BLANK, ...things] : [...things, BLANK, ...sources]),
	];
}

function thingLines(key: KeyName, width: number): readonly Line[] {
	return [
		heading('Three things to begin with'),
		...THINGS.flatMap(([command, title, text]) => [
			[
				{ ...span(`  ${key(command, 'welcome')}  `, 'accent'), command },
				{ ...span(title, 'strong'), command },
			],
			...paragraph(text(key), width, { indent: 5, tone: 'dim' }),
		]),
	];
}

function closingLines(state: State, key: KeyName, width: number): readonly Line[] {
	const close = key('close-welcome', 'welcome');
	const text =
		topPage(state)?.type === 'welcome'
			? `${close} closes this.`
			: `This goes away once something is installed, or with ${close}; ${key('open-welcome')} brings it again.`;
	return paragraph(text, width, { tone: 'dim' });
}

function registryLines(
	{ value, failure }: Loadable<readonly ExaminedRegistry[]>,
	{ registry, width, key }: { readonly registry: string; readonly width: number; readonly key: string },
): readonly Line[] {
	if (value === null) {
		return failure === null
			? paragraph(`Asking ${registry} what it serves ...`, width, { tone: 'dim' })
			: failureDocument(failure, width, key);
	}

	return value.flatMap((one) => [
		...fact(one.scope === null ? 'Registry' : cleanLine(one.scope), one.url, width),
		...paragraph(servesWords(one, key), width, { indent: 13, tone: one.answer.type === 'silent' ? 'warning' : 'dim' }),
	]);
}

/** What a registry can be asked for, in words that say what it means for the user. */
function servesWords({ answer }: ExaminedRegistry, key: string): string {
	switch (answer.type) {
		case 'not-asked':
			return 'It was not asked: offline.';
		case 'silent':
			return `${answer.text} What was fetched before can still be installed. ${key} asks again.`;
		case 'answered': {
			const search = answer.hasSearch
				? 'It can be searched.'
				: 'It has no search: type exact names, or words of packages that were seen before.';
			const keys = answer.hasKeys
				? 'It signs its packages, and the signatures are checked.'
				: 'It signs nothing, so only the bytes are held against what it announces.';
			return `${search} ${keys}`;
		}
	}
}
