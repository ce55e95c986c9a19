import { completionsOf } from './complete-line.ts';
import { conflictOf } from './failure.ts';
import { selectedItem, selectedPlanItem } from './lists.ts';
import { openRequirements, requirementSubject } from './plan-review.ts';
import {
	contentsOf,
	countUpdates,
	differenceOf,
	explanationOf,
	findOperation,
	hasUpdate,
	infoOf,
	installedPlugins,
	isMovable,
	outdatedPlugin,
	runningOperation,
	takenSuggestion,
	topPage,
	verifiedContents,
	visibleInstalled,
	visibleSettings,
} from './select.ts';
import type { KeyName } from './keys/binding.ts';
import type { SettingItem } from './select.ts';
import type { Operation, State } from './state.ts';

/** Why a key can do nothing now, as half a sentence; null when it can. Footer, help and the refusal message all ask here. */

export const isBusy = (state: State): string | null =>
	runningOperation(state) === null ? null : 'another operation is running; Ctrl-C cancels it';
export const nothingSelected = (state: State): string | null => (selectedItem(state) === null ? 'nothing is selected' : null);

/** Whether it is there is known without making its lines, since the footer asks at every frame. */
export function nothingToRead(state: State): string | null {
	const page = topPage(state);
	const isThere =
		page?.type === 'review-file'
			? differenceOf(state, page).value !== null
			: page?.type === 'plugin' && page.tab === 'readme'
				? (infoOf(state, page.name).value?.readme ?? '').trim() !== ''
				: true;
	return isThere ? null : 'there is nothing to read';
}

type Refusal = (state: State, key: KeyName) => string | null;

export function firstReason(...reasons: readonly Refusal[]): Refusal {
	return (state, key) => reasons.reduce<string | null>((found, reason) => found ?? reason(state, key), null);
}

/** The name that a command on this screen is about. */
export function subjectOf(state: State): string | null {
	const page = topPage(state);
	return page?.type === 'plugin' || page?.type === 'trust-why' || page?.type === 'trust-raw' || page?.type === 'review'
		? page.name
		: selectedItem(state);
}

function installedName(state: State): string | null {
	const name = subjectOf(state);
	return installedPlugins(state).some((plugin) => plugin.name === name) ? name : null;
}

/** Nothing proves who built it. */
export function noBuilder(state: State): string | null {
	const name = subjectOf(state);
	const plugin = installedPlugins(state).find((entry) => entry.name === name);
	return plugin?.identity ? null : 'nothing proves who built it';
}

/** The user said nothing about it, or took it back. */
export function nothingSaid(state: State): string | null {
	const name = subjectOf(state);
	const own = name === null ? undefined : explanationOf(state, name).value?.ownReviews;
	return own === undefined || own.length === 0 ? 'you said nothing about it' : null;
}

/** Only two tabs are lists, and only items of lists open. */
export function nothingToOpen(state: State): string | null {
	const page = topPage(state);
	const isList = page?.type === 'plugin' && (page.tab === 'versions' || page.tab === 'files');
	return isList && selectedItem(state) !== null ? null : 'nothing is selected';
}

export function noFiles(state: State): string | null {
	const page = topPage(state);
	const isListed = page?.type === 'plugin' && page.tab === 'files' && verifiedContents(state, page.name) !== null;
	return isListed ? null : 'no files are listed';
}

export function alreadyFetched(state: State): string | null {
	const page = topPage(state);
	const contents = page?.type === 'plugin' ? contentsOf(state, page.name) : null;
	return contents?.value?.type === 'verified' ? 'it was fetched and proven already' : null;
}

export const notInstalled = (state: State): string | null => (installedName(state) === null ? 'it is not installed' : null);

export function upToDate(state: State): string | null {
	const name = installedName(state);
	const plugin = installedPlugins(state).find((entry) => entry.name === name);
	return plugin !== undefined && !hasUpdate(plugin) ? `${plugin.name} has no update within ${plugin.spec}` : null;
}

export const noUpdates = (state: State): string | null => (countUpdates(state) === 0 ? 'everything is up to date' : null);

export function notApplicable(state: State): string | null {
	const page = topPage(state);
	if (page?.type !== 'plan') {
		return 'there is no plan';
	}

	const [open] = openRequirements(page.plan, page.answers);
	return open === undefined ? null : `decide about ${requirementSubject(open)} first`;
}

export const noRequirement = (state: State): string | null =>
	selectedPlanItem(state)?.type === 'requirement' ? null : 'the selected line needs no decision';

function operationOnTop(state: State): Operation | null {
	const page = topPage(state);
	return page?.type === 'operation' ? findOperation(state, page.operation) : null;
}

export function nothingToUndo(state: State): string | null {
	const result = operationOnTop(state)?.result;
	return result?.type === 'applied' && !result.applied.unchanged ? null : 'it changed no generation';
}

export function notRepeatable(state: State): string | null {
	const operation = operationOnTop(state);
	if (operation === null || operation.endedAt === null) {
		return 'it is still running';
	}

	if (operation.request.type === 'past') {
		return 'it belongs to an earlier start; the command line above does it again';
	}

	return operation.request.type === 'apply' && operation.status === 'done' ? 'it is done; the plan is used up' : null;
}

export function notPlanned(state: State): string | null {
	return operationOnTop(state)?.result?.type === 'planned' ? null : 'it made no plan';
}

export function notCollectable(state: State): string | null {
	const result = operationOnTop(state)?.result;
	if (result?.type !== 'collected' || result.report.removed) {
		return 'there is nothing found to remove';
	}

	const { generations, packageCount, bundleCount } = result.report;
	return generations.length + packageCount + bundleCount === 0 ? 'there is nothing to remove' : null;
}

export function isCurrent(state: State): string | null {
	const generation = state.history.value?.find((entry) => String(entry.number) === selectedItem(state));
	return generation?.isCurrent === true ? 'it is the current generation' : null;
}

export function noSuggestion(state: State, key: KeyName): string | null {
	const page = topPage(state);
	if (page?.type === 'conflict' && conflictOf(page.failure).suggestions.length === 0) {
		return 'the resolver found nothing to suggest';
	}

	return takenSuggestion(state, selectedItem(state)) === null ? `this takes more than one step; ${key('copy')} copies the commands` : null;
}

export function noSuggestedCommand(state: State): string | null {
	return suggestedCommand(state) === null ? 'nobody said how to type it' : null;
}

/** The scripted command of the selected suggestion; null when nobody said. */
export function suggestedCommand(state: State): string | null {
	const page = topPage(state);
	return page?.type === 'conflict' ? (conflictOf(page.failure).suggestions[Number(selectedItem(state))]?.command ?? null) : null;
}

export const emptySelection = (state: State): string | null => (visibleInstalled(state).length === 0 ? 'nothing is installed' : null);

/** Nothing is marked, and an update would leave the selected plugin as it is. */
export function notMovable(state: State): string | null {
	const plugin = outdatedPlugin(state, selectedItem(state));
	return state.marked.length > 0 || plugin === null || isMovable(plugin)
		? null
		: `an update leaves ${plugin.name} at ${plugin.current}${plugin.reasons[0] === undefined ? '' : `: ${plugin.reasons[0].text}`}`;
}

/** There is no other version to look at. */
export function notReviewable(state: State): string | null {
	const plugin = outdatedPlugin(state, selectedItem(state));
	return plugin === null || plugin.latest !== plugin.current || isMovable(plugin) ? null : 'there is no newer version';
}

export const noMovable = (state: State): string | null =>
	state.outdated.value?.plugins.some((plugin) => isMovable(plugin)) === true ? null : 'an update would move nothing';

export function noCompletion(state: State): string | null {
	return completionsOf(state).length === 0 ? 'no facet is begun before the cursor' : null;
}

export const noTrouble = (state: State): string | null =>
	state.doctor.value?.checks.every((check) => check.state === 'ok') === true ? 'everything is in order' : null;

function settingItem(state: State): SettingItem | null {
	return visibleSettings(state).find(({ key }) => key === selectedItem(state)) ?? null;
}

export function noSetting(state: State): string | null {
	const item = settingItem(state);
	return item?.type !== 'setting' ? 'it is no setting' : item.setting.isSet ? null : 'it is the default already';
}

export function noValues(state: State, key: KeyName): string | null {
	const item = settingItem(state);
	return item?.type === 'setting' && item.setting.choices.length > 0 ? null : `it has no list of values; ${key('edit-setting')} changes it`;
}

export const noRegistry = (state: State): string | null => (settingItem(state)?.type === 'registry' ? null : 'no registry is selected');

export function notRemovable(state: State): string | null {
	const item = settingItem(state);
	return item?.type !== 'registry'
		? 'no registry is selected'
		: item.registry.source === 'user'
			? null
			: 'your own .npmrc does not name it';
}

export function notSignedIn(state: State): string | null {
	const item = settingItem(state);
	return item?.type !== 'registry' ? 'no registry is selected' : item.registry.hasCredentials ? null : 'nothing signs you in to it';
}
