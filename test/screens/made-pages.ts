import { commandOf, titleOf } from '../../source/actions/request-words.ts';
import { applyForm, applyProblem } from '../../source/apply-form.ts';
import { EngineError } from '../../source/engine/index.ts';
import { failureOf } from '../../source/failure.ts';
import { keyNames } from '../../source/key-bindings.ts';
import type { KeyName } from '../../source/key-bindings.ts';
import type { OwnKeys } from '../../source/keys/own-keys.ts';
import { reduce } from '../../source/reduce.ts';
import type { Action } from '../../source/reduce.ts';
import type { Slot } from '../../source/slot.ts';
import { taskForm } from '../../source/run-form.ts';
import { limitsForm } from '../../source/runtime-forms.ts';
import type { Section } from '../../source/sections.ts';
import { registryForm, settingForm, signInForm } from '../../source/setting-forms.ts';
import type { Failure, Operation, OperationRequest, OperationResult, Page, RunForm, State } from '../../source/state.ts';
import { EMPTY_LINE } from '../../source/terminal/index.ts';
import { exceptionForm, importForm, reviewForm } from '../../source/trust-forms.ts';
import { runtimePlugin } from '../helpers/fake-cores.ts';
import { createFakeEngine } from '../helpers/fake-engine.ts';
import { AWAY, CALL, NAME, NOW, opened } from './screen-table.ts';
import { startWatch } from '../../source/transfer-watch.ts';

/** A page that is made from what is here already, so that it can be neither loading nor offline. */
export type MadePage = {
	readonly screen: string;
	readonly section?: Section;
	/** What was loaded before this page can be opened. */
	readonly before?: readonly Slot[];
	/** What happens until it is shown. */
	readonly actions: (key: KeyName) => Promise<readonly Action[]> | readonly Action[];
	/** A sentence of it. */
	readonly says: string;
};

const UPDATE: OperationRequest = { type: 'update', names: [], toLatest: false };
const CHANGE = { type: 'update', name: 'yaml', from: '2.8.0', to: '2.8.1', isRoot: true } as const;
const NONE = { added: [], removed: [] } as const;

const CONFLICT = failureOf(
	new EngineError('no-solution', 'clash-a and clash-b exclude each other.', {
		details: {
			sentences: ['clash-a and clash-b exclude each other.'],
			suggestions: [
				{
					type: 'change-root',
					name: 'clash-a',
					spec: '1.9.0',
					sentence: 'Ask for clash-a 1.9.0.',
					command: 'plugward install clash-a@1.9.0',
				},
				{
					type: 'change-root',
					name: 'clash-b',
					spec: '2.0.0',
					sentence: 'Ask for clash-b 2.0.0.',
					command: 'plugward install clash-b@2.0.0',
				},
			],
		},
	}),
);

export const MADE_PAGES: readonly MadePage[] = [
	{ screen: 'Help', actions: () => [pushed({ type: 'help' })], says: 'Open the plugin page' },
	{ screen: 'Every key', actions: () => [pushed({ type: 'keys' })], says: 'Each can have other keys' },
	{ screen: 'What the levels mean', actions: () => [pushed({ type: 'levels' })], says: 'A level says how much is proven' },
	{
		screen: 'Commands, none found',
		actions: () => [pushed({ type: 'palette', line: EMPTY_LINE, entries: [] })],
		says: 'No command says that.',
	},
	{ screen: 'Activity, empty', section: 'activity', actions: () => [], says: 'Nothing has run since plugward started.' },
	{
		screen: 'Activity',
		section: 'activity',
		actions: () => [started(UPDATE), ended({ failure: AWAY }), { type: 'page-closed' }],
		says: 'does not answer',
	},
	{
		screen: 'Plan',
		actions: async () => [started(UPDATE), ended({ result: { type: 'planned', plan: await planOf('link-doctor') } })],
		says: 'decision',
	},
	{ screen: 'Conflict', actions: () => [started(UPDATE), ended({ failure: CONFLICT })], says: 'Ask for clash-a 1.9.0.' },
	{
		screen: 'Conflict without a way out',
		actions: () => [started(UPDATE), ended({ failure: { ...CONFLICT, details: null } })],
		says: 'No single change solves it.',
	},
	...operationPages(),
	...formPages(),
	{
		screen: 'Asked before a registry goes',
		section: 'settings',
		actions: () => [
			pushed({
				type: 'ask',
				request: { type: 'registry', act: { type: 'remove', scope: '@acme' } },
				sentences: ['It goes out of .npmrc.'],
			}),
		],
		says: 'plugward registry remove @acme',
	},
	{
		screen: 'Asked before a builder is pinned',
		section: 'trust',
		actions: () => [pushed({ type: 'confirm', act: { type: 'pin', name: NAME } })],
		says: 'plugward trust pin @acme/links',
	},
	{
		screen: 'Asked before a plugin is killed',
		section: 'runtime',
		before: ['runtime'],
		actions: () => [pushed({ type: 'runtime-confirm', act: { type: 'kill', plugin: NAME, pid: 4100, isOneOfSeveral: false } })],
		says: '--force',
	},
	{
		screen: 'Grants of a plugin that has none',
		section: 'runtime',
		before: ['runtime'],
		actions: () => [pushed({ type: 'runtime-grants', key: 'none', plugin: 'log-summary' })],
		says: 'It has no grant',
	},
	{
		screen: 'Plan that changes nothing',
		actions: async () => {
			const plan = await planOf('link-doctor');
			return [started(UPDATE), ended({ result: { type: 'planned', plan: { ...plan, changes: [], packages: [], requirements: [] } } })];
		},
		says: 'This plan changes nothing',
	},
	{
		screen: 'Grants of a plugin that runs',
		section: 'runtime',
		before: ['runtime'],
		actions: () => [pushed({ type: 'runtime-grants', key: '4100 @acme/notes', plugin: '@acme/notes' })],
		says: 'grant',
	},
];

function operationPages(): readonly MadePage[] {
	const page = (screen: string, says: string, told: readonly Action[]): MadePage => ({
		screen: `Operation, ${screen}`,
		actions: () => [started(UPDATE), ...told],
		says,
	});
	const done = (result: OperationResult): readonly Action[] => [ended({ result })];
	const collected = {
		removed: false,
		generations: [1, 2],
		keptGenerations: [3],
		packageCount: 4,
		bundleCount: 1,
		bytes: 9000,
		forgottenHomes: [],
	};
	return [
		page('running', 'Running', []),
		page('being cancelled', 'Cancelling safely', [{ type: 'operation-cancelling', id: 1 }]),
		page('failed', 'does not answer', [ended({ failure: AWAY })]),
		page('applied', 'Generation 13 is current', done(applied(false))),
		page('nothing to change', 'Nothing to change', done(applied(true))),
		page('kept', 'Generation 3', done({ type: 'kept', generation: 3, isKept: true })),
		page('compared', 'Generation 11 -> 12', done(compared())),
		page('found to be removed', 'Would remove', done({ type: 'collected', report: collected })),
		page('told', 'It is so.', done({ type: 'told', sentences: ['It is so.'] })),
	];
}

function formPages(): readonly MadePage[] {
	const page = (screen: string, says: string, made: (key: KeyName) => RunForm): MadePage => ({
		screen: `Form, ${screen}`,
		actions: (key) => [pushed({ type: 'form', form: made(key) })],
		says,
	});
	const setting = { key: 'waitSeconds', kind: 'number', choices: [], value: '10', default: '10', isSet: false, help: 'How long' } as const;
	return [
		page('input of a task', 'input (JSON)', () => taskForm(NAME, 'check', null)),
		page('endorse', 'looked at', (key) => reviewForm(`${NAME}@2.0.3`, { verdict: 'endorse', now: NOW, key })),
		page('reject', 'reject exactly', (key) => reviewForm(`${NAME}@2.0.3`, { verdict: 'reject', now: NOW, key })),
		page('import', 'Each statement is verified', (key) => importForm(key)),
		page('except', 'Rules:', () => exceptionForm(`${NAME}@2.0.3`, { rule: '', now: NOW })),
		page('limits', 'until a reload', (key) => limitsForm(runtimePlugin(NAME), key)),
		page('setting', 'How long', () => settingForm(setting)),
		page('registry', 'Without a scope', () => registryForm()),
		page('sign-in', 'Make a token', () => signInForm('@acme', 'http://127.0.0.1:4873/')),
		page('typed confirmation', 'nothing has changed', (key) => {
			const form = applyForm([{ name: NAME, reasons: ['It may use the network now'] }], []);
			return { ...form, problem: applyProblem(form, key) };
		}),
	];
}

function started(request: OperationRequest): Action {
	const operation: Operation = {
		id: 1,
		title: titleOf(request),
		command: commandOf(request),
		request,
		status: 'running',
		startedAt: NOW,
		endedAt: null,
		steps: [{ step: 'fetch', detail: '2 packages', status: 'running', startedAt: NOW, milliseconds: null }],
		planned: { packages: 2, unpackedBytes: 90_000, unknownSizes: 0 },
		transfers: { 'yaml@2.8.1': { receivedBytes: 40_000, totalBytes: 90_000, unpackedBytes: 90_000, finished: false, beganAt: NOW } },
		watch: startWatch(NOW),
		progress: null,
		output: [{ kind: 'notice', text: 'yaml is asked for.' }],
		result: null,
		failure: null,
	};
	return { type: 'operation-started', operation };
}

function ended({ result = null, failure = null }: { readonly result?: OperationResult | null; readonly failure?: Failure | null }): Action {
	return { type: 'operation-ended', id: 1, status: failure === null ? 'done' : 'failed', result, failure, now: NOW };
}

function pushed(page: Page): Action {
	return { type: 'page-pushed', page };
}

function planOf(spec: string) {
	return createFakeEngine().planInstall([spec], CALL);
}

function applied(unchanged: boolean): OperationResult {
	return {
		type: 'applied',
		applied: {
			fromGeneration: 12,
			toGeneration: unchanged ? 12 : 13,
			changes: unchanged ? [] : [CHANGE],
			granted: [],
			denied: [],
			unchanged,
		},
	};
}

function compared(): OperationResult {
	const lists = { plugins: NONE, grants: NONE, held: NONE, disabled: NONE, overrides: NONE };
	return { type: 'compared', diff: { from: 11, to: 12, changes: [CHANGE], specs: [], ...lists } };
}

/** The state in which the page is shown. */
export async function madeState(made: MadePage, size: State['size'], ownKeys?: OwnKeys): Promise<State> {
	const { section = 'installed', before = [] } = made;
	const first = await opened({ section, before: ['installed', ...before] }, size, ownKeys);
	const actions = await made.actions(keyNames(first));
	return actions.reduce(reduce, first);
}
