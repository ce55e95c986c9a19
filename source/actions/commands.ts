import { placesOf, refusalOf } from '../key-bindings.ts';
import type { Command } from '../key-bindings.ts';
import type { Action } from '../reduce.ts';
import { SECTIONS } from '../sections.ts';
import type { Section } from '../sections.ts';
import type { State } from '../state.ts';
import type { CommandParts } from './context.ts';
import { complete, moveField, stopEditing, submit } from './form-commands.ts';
import { apply, fetchContents, open, openRunOfSubject, requestOnSubject, retry, undo } from './item-commands.ts';
import { back, interrupt, quit } from './leaving-commands.ts';
import { chosenBinding, openPalette } from './palette-commands.ts';
import { answer, copyCommand } from './plan-commands.ts';
import { openReader } from './reading-commands.ts';
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
} from './runtime-commands.ts';
import { findNew, openSection, openWelcome, sortSearch } from './section-commands.ts';
import {
	addRegistry,
	defaultValue,
	editSetting,
	fix,
	nextValue,
	removeRegistry,
	signIn,
	signOut,
	toggleMouse,
} from './setting-commands.ts';
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
import { mark, openReview, planUpdate } from './update-commands.ts';

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
	'open-welcome': openWelcome,
	'close-welcome': dispatching({ type: 'welcome-closed' }),
	'next-tab': dispatching({ type: 'tab-moved', by: 1 }),
	'previous-tab': dispatching({ type: 'tab-moved', by: -1 }),
	'find-new': findNew,
	search: dispatching({ type: 'editing-started', editing: { type: 'search' } }),
	'sort-search': sortSearch,
	'sort-files': dispatching({ type: 'files-ordered' }),
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
