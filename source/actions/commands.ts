import { completeLine } from '../complete-line.ts';
import { editedLine } from '../edited-line.ts';
import { parseSearchQuery, SEARCH_SORTS, withSort } from '../engine/index.ts';
import { keyNames, placesOf, refusalOf } from '../key-bindings.ts';
import { suggestedCommand } from '../key-refusals.ts';
import type { Command } from '../key-bindings.ts';
import { selectedPlanItem } from '../lists.ts';
import { answerTo, equivalentCommand } from '../plan-review.ts';
import type { Action } from '../reduce.ts';
import { requestOf } from '../run-form.ts';
import { runningOperation, topPage } from '../select.ts';
import type { RunForm, State } from '../state.ts';
import { SECTIONS } from '../sections.ts';
import type { Section } from '../sections.ts';
import { trustActOf, trustCommandText } from '../trust-forms.ts';
import { EMPTY_LINE, lineOf, lineText } from '../terminal/index.ts';
import type { CommandParts } from './context.ts';
import { runtimeCommandText } from '../runtime-view.ts';
import {
	runtimeConfirm,
	runtimeFollow,
	runtimeGrants,
	runtimeKill,
	runtimeLevel,
	runtimeLimits,
	runtimeRelease,
	runtimeReload,
	runtimeRevoke,
	runtimeStartHere,
	runtimeToggle,
	submitLimits,
} from './runtime-commands.ts';
import { openReader } from './reading-commands.ts';
import { chosenBinding, openPalette } from './palette-commands.ts';
import {
	confirm,
	endorse,
	except,
	importStatements,
	openRaw,
	openWhy,
	pinBuilder,
	reject,
	revoke,
	unpinBuilder,
} from './trust-commands.ts';
import { commandOf } from './request-words.ts';
import { apply, fetchContents, open, openRunOfSubject, requestOnSubject, retry, submitApply, undo } from './item-commands.ts';
import {
	addRegistry,
	defaultValue,
	editSetting,
	fix,
	nextValue,
	removeRegistry,
	signIn,
	signOut,
	submitSetting,
	toggleMouse,
} from './setting-commands.ts';
import { isOutdatedStale, mark, openReview, planUpdate } from './update-commands.ts';

type Perform = (parts: CommandParts, state: State) => void;

const DETAIL_STEP = 3;
/** Percent of the screen. */
const SHARE_STEP = 5;

const COMMANDS: Readonly<Record<Exclude<Command, `go-${Section}`>, Perform>> = {
	down: moving(1),
	up: moving(-1),
	'page-down': moving('page'),
	'page-up': moving('page-back'),
	start: moving('start'),
	end: moving('end'),
	'detail-down': dispatching({ type: 'detail-scrolled', by: DETAIL_STEP }),
	'detail-up': dispatching({ type: 'detail-scrolled', by: -DETAIL_STEP }),
	'detail-wider': dispatching({ type: 'detail-shared', by: SHARE_STEP }),
	'detail-narrower': dispatching({ type: 'detail-shared', by: -SHARE_STEP }),
	'close-welcome': dispatching({ type: 'welcome-closed' }),
	'next-tab': dispatching({ type: 'tab-moved', by: 1 }),
	'previous-tab': dispatching({ type: 'tab-moved', by: -1 }),
	'find-new': (parts) => {
		openSection(parts, 'browse');
		parts.store.dispatch({ type: 'editing-started', editing: { type: 'search' } });
	},
	search: dispatching({ type: 'editing-started', editing: { type: 'search' } }),
	'sort-search': sortSearch,
	complete,
	filter: ({ store }, state) => store.dispatch({ type: 'editing-started', editing: { type: 'filter', list: state.section } }),
	back,
	palette: openPalette,
	'run-command': runCommand,
	help: dispatching({ type: 'page-pushed', page: { type: 'help' } }),
	refresh: ({ loading, runtime }, { section }) => (section === 'runtime' ? runtime.look() : void loading.refresh()),
	interrupt,
	quit,
	suspend: ({ host }) => host.suspend(),
	repaint: ({ host }) => host.repaint(),
	mouse: toggleMouse,
	'open-editor': openReader('editor'),
	'open-pager': openReader('pager'),
	copy: copyCommand,
	open,
	'fetch-contents': fetchContents,
	install: requestOnSubject('install'),
	update: planUpdate,
	'update-all': ({ operations }) => operations.start({ type: 'update', names: [], toLatest: false }),
	fix,
	'edit-setting': editSetting,
	'next-value': nextValue,
	'default-value': defaultValue,
	'add-registry': addRegistry,
	'remove-registry': removeRegistry,
	'sign-in': signIn,
	'sign-out': signOut,
	'trust-levels': dispatching({ type: 'page-pushed', page: { type: 'levels' } }),
	'all-keys': dispatching({ type: 'page-pushed', page: { type: 'keys' } }),
	'update-latest': requestOnSubject('update-latest'),
	mark,
	review: openReview,
	'next-hunk': dispatching({ type: 'hunk-moved', by: 1 }),
	'previous-hunk': dispatching({ type: 'hunk-moved', by: -1 }),
	remove: requestOnSubject('remove'),
	run: openRunOfSubject,
	verify: requestOnSubject('verify'),
	'verify-all': ({ operations }) => operations.start({ type: 'verify', names: [] }),
	'roll-back': requestOnSubject('roll-back'),
	switch: requestOnSubject('switch'),
	'take-back': requestOnSubject('take-back'),
	redo: ({ operations }) => operations.start({ type: 'redo' }),
	compare: requestOnSubject('compare'),
	keep: requestOnSubject('keep'),
	collect: ({ operations }) => operations.start({ type: 'collect', isDryRun: true }),
	'collect-now': ({ operations }) => operations.start({ type: 'collect', isDryRun: false }),
	pin: requestOnSubject('pin'),
	hold: requestOnSubject('hold'),
	disable: requestOnSubject('disable'),
	'trust-why': openWhy,
	'trust-raw': openRaw,
	endorse,
	reject,
	revoke,
	'import-statements': importStatements,
	'pin-builder': pinBuilder,
	'unpin-builder': unpinBuilder,
	except,
	confirm,
	apply,
	undo,
	retry,
	'toggle-answer': (parts, state) => answer(parts, state, 'toggle-answer'),
	accept: (parts, state) => answer(parts, state, 'accept'),
	deny: (parts, state) => answer(parts, state, 'deny'),
	'field-next': (parts, state) => moveField(parts, state, 1),
	'field-previous': (parts, state) => moveField(parts, state, -1),
	submit,
	'stop-editing': stopEditing,
	'runtime-reload': runtimeReload,
	'runtime-toggle': runtimeToggle,
	'runtime-kill': runtimeKill,
	'runtime-limits': runtimeLimits,
	'runtime-grants': runtimeGrants,
	'runtime-revoke': runtimeRevoke,
	'runtime-release': runtimeRelease,
	'runtime-confirm': runtimeConfirm,
	'runtime-level': runtimeLevel,
	'runtime-follow': runtimeFollow,
	'runtime-start-here': runtimeStartHere,
};

export function performCommand(parts: CommandParts, command: Command): void {
	if (isOpening(command)) {
		const section = SECTIONS.find((name) => command === `go-${name}`);
		return section === undefined ? undefined : openSection(parts, section);
	}

	COMMANDS[command](parts, parts.store.getState());
}

/** What was chosen in the palette belongs to the screen under it, and may have become impossible meanwhile. */
function runCommand(parts: CommandParts, state: State): void {
	const binding = chosenBinding(state);
	if (binding === null) {
		return;
	}

	parts.store.dispatch({ type: 'page-closed' });
	const below = parts.store.getState();
	const isHere = placesOf(below).includes(binding.place);
	const section = SECTIONS.find((name) => name === binding.place);
	if (!isHere && section !== undefined) {
		return openSection(parts, section);
	}

	const reason = refusalOf(binding, below);
	if (reason !== null) {
		return parts.store.dispatch({ type: 'noticed', notice: { tone: 'warning', text: `Not now: ${reason}.` } });
	}

	performCommand(parts, binding.command);
}

function isOpening(command: Command): command is `go-${Section}` {
	return command.startsWith('go-');
}

function dispatching(action: Action): Perform {
	return ({ store }) => store.dispatch(action);
}

function moving(by: Extract<Action, { readonly type: 'moved' }>['by']): Perform {
	return dispatching({ type: 'moved', by });
}

function openSection({ store, loading }: CommandParts, section: Section): void {
	store.dispatch({ type: 'section-opened', section });
	const state = store.getState();
	if (section === 'browse' && state.search.status === 'idle') {
		void loading.searchNow();
	}

	if (section === 'history' && state.history.status === 'failed') {
		void loading.loadHistory();
	}

	if (section === 'updates' && isOutdatedStale(state)) {
		void loading.loadOutdated();
	}

	if (section === 'trust') {
		void loading.loadTrust();
	}

	if (section === 'doctor' && state.doctor.status !== 'loading') {
		void loading.loadDoctor();
	}

	if (section === 'settings') {
		void loading.loadSettings();
		void loading.loadRegistries();
	}
}

/** The order is part of the query, so that one line says all of what is listed. */
function sortSearch({ store, loading }: CommandParts, state: State): void {
	const text = lineText(state.searchLine);
	const order = parseSearchQuery(text, state.now).sort ?? 'relevance';
	const next = SEARCH_SORTS[(SEARCH_SORTS.indexOf(order) + 1) % SEARCH_SORTS.length] ?? 'relevance';
	store.dispatch({ type: 'editing-started', editing: { type: 'search' } });
	store.dispatch({ type: 'line-changed', line: lineOf(withSort(text, next)) });
	store.dispatch({ type: 'editing-ended' });
	void loading.searchNow();
}

function complete({ store, loading }: CommandParts, state: State): void {
	store.dispatch({ type: 'line-changed', line: completeLine(editedLine(state)) });
	if (state.editing?.type === 'search') {
		loading.searchSoon();
	}
}

function answer({ store }: CommandParts, state: State, command: 'toggle-answer' | 'accept' | 'deny'): void {
	const page = topPage(state);
	const item = selectedPlanItem(state);
	if (page?.type !== 'plan' || item?.type !== 'requirement') {
		return;
	}

	const { id } = item.requirement;
	const isAccepted = answerTo(item.requirement, page.answers) === 'accept';
	const accepts = command === 'accept' || (command === 'toggle-answer' && !isAccepted);
	store.dispatch({ type: 'answered', requirementId: id, answer: accepts ? 'accept' : 'deny' });
}

function copyCommand({ store, host }: CommandParts, state: State): void {
	const page = topPage(state);
	const command =
		page?.type === 'ask'
			? commandOf(page.request)
			: page?.type === 'plan'
				? equivalentCommand(page.plan, page.answers)
				: page?.type === 'confirm'
					? trustCommandText(page.act)
					: page?.type === 'runtime-confirm'
						? runtimeCommandText(page.act)
						: (suggestedCommand(state)?.replace(/^plugward /, '') ?? null);
	if (command !== null) {
		host.copy(`plugward ${command}`);
		store.dispatch({ type: 'noticed', notice: { tone: 'info', text: 'The command went to the clipboard, if this terminal allows it.' } });
	}
}

function back({ store }: CommandParts, state: State): void {
	if (state.pages.length > 0) {
		return store.dispatch({ type: 'page-closed' });
	}

	if (state.filters[state.section] !== undefined) {
		store.dispatch({ type: 'editing-started', editing: { type: 'filter', list: state.section } });
		store.dispatch({ type: 'line-changed', line: EMPTY_LINE });
		store.dispatch({ type: 'editing-ended' });
	}
}

function interrupt({ store, host, operations }: CommandParts, state: State): void {
	if (operations.cancel()) {
		store.dispatch({ type: 'quit-armed', isArmed: true });
		return store.dispatch({ type: 'noticed', notice: { tone: 'warning', text: 'Cancelling safely; Ctrl-C again leaves at once.' } });
	}

	if (state.isQuitArmed) {
		return host.leave(130);
	}

	store.dispatch({ type: 'quit-armed', isArmed: true });
	store.dispatch({ type: 'noticed', notice: { tone: 'warning', text: 'Press Ctrl-C again to leave.' } });
}

function quit({ store, host }: CommandParts, state: State): void {
	if (state.isQuitArmed || runningOperation(state) === null) {
		return host.leave(0);
	}

	store.dispatch({ type: 'quit-armed', isArmed: true });
	store.dispatch({
		type: 'noticed',
		notice: { tone: 'warning', text: `An operation is running: ${keyNames(state)('quit')} again leaves and cancels it.` },
	});
}

function moveField({ store }: CommandParts, state: State, by: 1 | -1): void {
	const page = topPage(state);
	if (page?.type === 'form') {
		const count = page.form.fields.length;
		store.dispatch({ type: 'form-changed', form: { ...page.form, focused: (page.form.focused + by + count) % count } });
	}
}

function submit(parts: CommandParts, state: State): void {
	const { store, loading, operations } = parts;
	const page = topPage(state);
	if (page?.type !== 'form') {
		store.dispatch({ type: 'editing-ended' });
		if (state.editing?.type === 'search') {
			void loading.searchNow();
		}

		return;
	}

	if (page.form.about === 'limits') {
		return submitLimits(parts, state);
	}

	if (page.form.about === 'apply') {
		return submitApply(parts, state, page.form);
	}

	if (page.form.about === 'setting' || page.form.about === 'registry' || page.form.about === 'sign-in') {
		return submitSetting(parts, page.form);
	}

	if (page.form.about !== 'run') {
		return submitTrust(store, page.form, state.now);
	}

	const outcome = requestOf(page.form);
	if ('problem' in outcome) {
		return store.dispatch({ type: 'form-changed', form: { ...page.form, problem: outcome.problem } });
	}

	operations.start({ type: 'run', request: outcome.request });
}

function submitTrust(store: CommandParts['store'], form: RunForm, now: number): void {
	const outcome = trustActOf(form, now);
	if ('problem' in outcome) {
		return store.dispatch({ type: 'form-changed', form: { ...form, problem: outcome.problem } });
	}

	store.dispatch({ type: 'page-pushed', page: { type: 'confirm', act: outcome.act } });
}

function stopEditing({ store }: CommandParts, state: State): void {
	if (state.editing?.type === 'filter') {
		store.dispatch({ type: 'line-changed', line: EMPTY_LINE });
	}

	store.dispatch({ type: 'editing-ended' });
}
