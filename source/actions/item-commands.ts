import { keyNames } from '../key-bindings.ts';
import type { InstalledPlugin } from '../engine/index.ts';
import { applyForm, applyProblem, reasonIn } from '../apply-form.ts';
import { subjectOf } from '../key-refusals.ts';
import { selectedItem } from '../lists.ts';
import { decisionsOf, gravePackages, newlyAccepted } from '../plan-review.ts';
import { pageAfter } from '../reduce-operations.ts';
import { functionForm, taskForm } from '../run-form.ts';
import { contentsOf, fileOf, findOperation, infoOf, installedPlugins, takenSuggestion, topPage, visibleRunnables } from '../select.ts';
import type { OperationRequest, Page, RunForm, State } from '../state.ts';
import { lineText } from '../terminal/index.ts';
import type { CommandParts } from './context.ts';
import { openReviewedFile } from './update-commands.ts';

type OnSubject = (name: string, state: State) => OperationRequest;

type GenerationKey = 'roll-back' | 'switch' | 'take-back' | 'compare' | 'keep';
type MarkKey = 'pin' | 'hold' | 'disable';

const REQUESTS: Readonly<Record<'install' | 'update' | 'update-latest' | 'remove' | 'verify' | GenerationKey | MarkKey, OnSubject>> = {
	install: (name, state) => ({ type: 'install', specs: installSpecs(state, name) }),
	update: (name) => ({ type: 'update', names: [name], toLatest: false }),
	'update-latest': (name) => ({ type: 'update', names: [name], toLatest: true }),
	remove: (name) => ({ type: 'remove', names: [name] }),
	verify: (name) => ({ type: 'verify', names: [name] }),
	'roll-back': (generation) => ({ type: 'rollback', generation: Number(generation) }),
	switch: (generation) => ({ type: 'switch', generation: Number(generation) }),
	'take-back': (generation) => ({ type: 'undo', generation: Number(generation) }),
	compare: (generation) => ({ type: 'compare', from: Number(generation) }),
	keep: (generation, state) => ({ type: 'keep', generation: Number(generation), isKept: !isMarked(state, Number(generation)) }),
	pin: (name, state) => ({ type: 'mark', mark: isPinned(state, name) ? 'unpin' : 'pin', names: [name] }),
	hold: (name, state) => ({ type: 'mark', mark: installedCalled(state, name)?.isHeld === true ? 'unhold' : 'hold', names: [name] }),
	disable: (name, state) => ({
		type: 'mark',
		mark: installedCalled(state, name)?.isDisabled === true ? 'enable' : 'disable',
		names: [name],
	}),
};

function isMarked(state: State, generation: number): boolean {
	return state.history.value?.find(({ number }) => number === generation)?.isKept === true;
}

function installedCalled(state: State, name: string): InstalledPlugin | null {
	return installedPlugins(state).find((plugin) => plugin.name === name) ?? null;
}

function isPinned(state: State, name: string): boolean {
	const plugin = installedCalled(state, name);
	return plugin !== null && plugin.spec.endsWith(plugin.version) && /(?:^|@)\d[^@]*$/.test(plugin.spec);
}

/** What a key would start about one thing; null for one that starts nothing. */
export function requestOf(command: string, subject: string, state: State): OperationRequest | null {
	return isSubjectKey(command) ? REQUESTS[command](subject, state) : null;
}

function isSubjectKey(command: string): command is keyof typeof REQUESTS {
	return Object.hasOwn(REQUESTS, command);
}

/** Starts what a key asks for about the selected item. */
export function requestOnSubject(command: keyof typeof REQUESTS): (parts: CommandParts, state: State) => void {
	return ({ operations }, state) => {
		const subject = subjectOf(state);
		if (subject !== null) {
			operations.start(REQUESTS[command](subject, state));
		}
	};
}

/** What widens rights or loses trust asks for its name first, and whatever is accepted for a reason. */
export function apply({ operations, store }: CommandParts, state: State): void {
	const page = topPage(state);
	if (page?.type !== 'plan') {
		return;
	}

	const grave = gravePackages(page.plan, page.answers, installedPlugins(state));
	const accepted = newlyAccepted(page.plan, page.answers);
	if (grave.length > 0 || accepted.length > 0) {
		return store.dispatch({ type: 'page-pushed', page: { type: 'form', form: applyForm(grave, accepted) } });
	}

	operations.start({ type: 'apply', plan: page.plan, decisions: decisionsOf(page.plan, page.answers) });
}

export function submitApply({ operations, store }: CommandParts, state: State, form: RunForm): void {
	const problem = applyProblem(form, keyNames(store.getState()));
	const page = state.pages.at(-2);
	if (problem !== null) {
		return store.dispatch({ type: 'form-changed', form: { ...form, problem } });
	}

	if (page?.type === 'plan') {
		operations.start({ type: 'apply', plan: page.plan, decisions: decisionsOf(page.plan, page.answers, reasonIn(form)) });
	}
}

/** On the Versions tab the selected version; what was typed into the search as it was typed; elsewhere what the registry calls latest. */
function installSpecs(state: State, name: string): readonly string[] {
	const page = topPage(state);
	const version = page?.type === 'plugin' && page.tab === 'versions' ? selectedItem(state) : null;
	return version === null ? name.split(' ') : [`${name}@${version}`];
}

export function open(parts: CommandParts, state: State): void {
	const page = topPage(state);
	const selected = selectedItem(state);
	if (page?.type === 'operation') {
		return reopen(parts, state, page.operation);
	}

	if (page?.type === 'conflict') {
		return takeSuggestion(parts, state);
	}

	if (page?.type === 'review') {
		return openReviewedFile(parts, state);
	}

	if (page?.type === 'plugin') {
		return openInPlugin(parts, state, page);
	}

	if (selected === null) {
		return;
	}

	if (selected.includes(' ') && state.section === 'browse') {
		// Several typed names have no page in common, only a plan.
		return parts.operations.start({ type: 'install', specs: selected.split(' ') });
	}

	openInSection(parts, state, selected);
}

function openInSection(parts: CommandParts, state: State, selected: string): void {
	switch (state.section) {
		case 'installed':
		case 'browse':
		case 'trust':
			return openPlugin(parts, state, selected);
		case 'activity':
			return reopen(parts, state, Number(selected));
		case 'run':
			return openRun(parts, state, selected);
		case 'updates':
		case 'history':
		case 'runtime':
		case 'doctor':
		case 'settings':
			return;
	}
}

function openPlugin({ store, loading }: CommandParts, state: State, name: string): void {
	store.dispatch({ type: 'page-pushed', page: { type: 'plugin', name, tab: state.section === 'trust' ? 'provenance' : 'overview' } });
	if (infoOf(state, name).status !== 'ready') {
		void loading.loadInfo(name);
	}

	if (contentsOf(state, name).status !== 'ready') {
		void loading.loadContents({ name, fetch: false });
	}
}

/** Fetches and proves what the page is about, so that it can be looked into. Installs nothing. */
export function fetchContents({ loading }: CommandParts, state: State): void {
	const page = topPage(state);
	if (page?.type === 'plugin') {
		void loading.loadContents({ name: page.name, fetch: true });
	}
}

/** On Versions that version alone, on Files the selected file. */
function openInPlugin(parts: CommandParts, state: State, { name, tab }: Extract<Page, { readonly type: 'plugin' }>): void {
	const selected = selectedItem(state);
	if (selected === null) {
		return;
	}

	if (tab === 'versions') {
		return openPlugin(parts, state, `${infoOf(state, name).value?.name ?? name}@${selected}`);
	}

	if (tab === 'files') {
		const file = { name, path: selected };
		parts.store.dispatch({ type: 'page-pushed', page: { type: 'file', ...file } });
		if (fileOf(state, file).value === null) {
			void parts.loading.loadFile(file);
		}
	}
}

function reopen({ store }: CommandParts, state: State, id: number): void {
	const operation = findOperation(state, id);
	if (operation !== null) {
		store.dispatch({ type: 'page-pushed', page: pageAfter(operation) ?? { type: 'operation', operation: id } });
	}
}

function takeSuggestion({ operations }: CommandParts, state: State): void {
	const next = takenSuggestion(state, selectedItem(state));
	if (next !== null) {
		operations.start(next);
	}
}

export function openRunOfSubject(parts: CommandParts, state: State): void {
	const name = subjectOf(state);
	const runnable = visibleRunnables({ ...state, filters: {} }).find((entry) => entry.plugin.name === name);
	if (runnable !== undefined) {
		openRun(parts, { ...state, filters: {} }, runnable.key);
	}
}

function openRun({ store, loading }: CommandParts, state: State, key: string): void {
	const runnable = visibleRunnables(state).find((entry) => entry.key === key);
	if (runnable === undefined) {
		return;
	}

	const { plugin, task } = runnable;
	if (task === null) {
		return store.dispatch({ type: 'page-pushed', page: { type: 'form', form: functionForm(plugin.name) } });
	}

	const declaration = infoOf(state, plugin.name).value?.tasks?.[task] ?? null;
	store.dispatch({ type: 'page-pushed', page: { type: 'form', form: taskForm(plugin.name, task, declaration) } });
	if (declaration === null) {
		void fillForm({ store, loading }, plugin.name, task);
	}
}

/** The schema of the task arrives after its form has opened. */
async function fillForm({ store, loading }: Pick<CommandParts, 'store' | 'loading'>, target: string, task: string): Promise<void> {
	await loading.loadInfo(target);
	const page = topPage(store.getState());
	const loaded = infoOf(store.getState(), target).value?.tasks?.[task] ?? null;
	if (loaded === null || page?.type !== 'form' || page.form.target !== target || page.form.task !== task) {
		return;
	}

	const form = taskForm(target, task, loaded);
	// Only while the form is as it was opened: nothing that was typed may be lost.
	const [opened] = taskForm(target, task, null).fields;
	const [only] = page.form.fields;
	const isUntouched = only?.name === '' && opened !== undefined && lineText(only.line) === lineText(opened.line);
	store.dispatch({ type: 'form-changed', form: isUntouched ? form : { ...page.form, description: form.description } });
}

export function undo({ operations }: CommandParts, state: State): void {
	const page = topPage(state);
	const result = page?.type === 'operation' ? findOperation(state, page.operation)?.result : null;
	if (result?.type === 'applied') {
		operations.start({ type: 'rollback', generation: result.applied.fromGeneration });
	}
}

export function retry({ operations }: CommandParts, state: State): void {
	const page = topPage(state);
	const operation = page?.type === 'operation' ? findOperation(state, page.operation) : null;
	if (operation !== null && operation.request.type !== 'past') {
		operations.start(operation.request);
	}
}
