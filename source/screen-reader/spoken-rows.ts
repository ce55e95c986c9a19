import { fileRow } from '../review/difference-document.ts';
import { conflictOf } from '../failure.ts';
import { formatAge } from '../format.ts';
import { shownQuery } from '../highlight.ts';
import { keyLabel } from '../key-bindings.ts';
import { listOf } from '../lists.ts';
import { matchingEntries } from '../palette.ts';
import { planItems } from '../plan-review.ts';
import { runtimeItems } from '../runtime-view.ts';
import { runtimeHeader, runtimeRow } from '../screens/documents/runtime-document.ts';
import { containedRow } from '../screens/documents/contents-document.ts';
import { trustHeader, trustRow } from '../screens/documents/explanation-document.ts';
import { checkRow } from '../screens/doctor/check-document.ts';
import { hitHeader, hitRow, tellsLevels } from '../screens/hit-row.ts';
import { generationColumns, generationRow } from '../screens/generation-rows.ts';
import { planColumns, planRow } from '../screens/plan-rows.ts';
import { installedHeader, installedRow, operationRow, runnableRow } from '../screens/rows.ts';
import { settingRow } from '../screens/settings/setting-document.ts';
import { updateColumns, updateRow, updatesHeader } from '../screens/updates/update-rows.ts';
import {
	auditedPlugin,
	infoOf,
	listedFiles,
	topPage,
	verifiedContents,
	visibleChecks,
	visibleHistory,
	visibleHits,
	visibleInstalled,
	visibleRunnables,
	visibleSettings,
	visibleTrust,
	visibleUpdates,
	reviewOf,
} from '../select.ts';
import type { Page, State } from '../state.ts';
import { lineText } from '../terminal/line-editor.ts';
import { span } from '../theme.ts';
import type { Line } from '../theme.ts';
import { spokenLine } from './spoken-line.ts';

/** No line is cut by this, and columns do not grow with it. */
const WIDTH = 160;

/** What each item of the list on top says; empty where there is no list. */
export function spokenRows(state: State): readonly string[] {
	const page = topPage(state);
	const rows = page === null ? sectionRows(state) : pageRows(state, page);
	return rows.map(spokenLine);
}

/** What stands above the columns; empty without columns. */
export function spokenHeader(state: State): string {
	if (topPage(state) !== null) {
		return '';
	}

	const header = headerOf(state);
	return header === '' ? '' : `Each line: ${spokenLine([span(header)]).toLowerCase()}`;
}

function headerOf(state: State): string {
	switch (state.section) {
		case 'installed':
			return installedHeader(WIDTH);
		case 'browse':
			return hitHeader({ width: WIDTH, sort: 'relevance', hasLevels: tellsLevels(visibleHits(state)) });
		case 'updates':
			return updatesHeader(updateColumns(visibleUpdates(state), state, WIDTH));
		case 'trust':
			return trustHeader(WIDTH);
		case 'runtime':
			return runtimeHeader(WIDTH);
		case 'activity':
		case 'history':
		case 'run':
		case 'doctor':
		case 'settings':
			return '';
	}
}

// One case for each section.
// oxlint-disable-next-line complexity
function sectionRows(state: State): readonly Line[] {
	const { now } = state;
	switch (state.section) {
		case 'installed':
			return visibleInstalled(state).map((plugin) => installedRow(plugin, WIDTH));
		case 'browse':
			return hitRows(state);
		case 'updates':
			return updateRows(state);
		case 'activity':
			return state.operations.map((operation) => operationRow(operation, now, WIDTH));
		case 'history':
			return generationRows(state);
		case 'trust':
			return visibleTrust(state).map((plugin) => trustRow(plugin, auditedPlugin(state, plugin.name), WIDTH));
		case 'run':
			return visibleRunnables(state).map((runnable) => runnableRow(runnable, WIDTH));
		case 'runtime':
			return runtimeItems(state.runtime.value).map((item) =>
				runtimeRow(item, { trail: state.runtime.value?.trails[item.key], now, width: WIDTH }),
			);
		case 'doctor':
			return visibleChecks(state).map((check) => checkRow(check, WIDTH));
		case 'settings':
			return visibleSettings(state).map((item) => settingRow(item, WIDTH));
	}
}

function updateRows(state: State): readonly Line[] {
	const plugins = visibleUpdates(state);
	const columns = updateColumns(plugins, state, WIDTH);
	return plugins.map((plugin) => updateRow(plugin, state, columns));
}

function generationRows(state: State): readonly Line[] {
	const generations = visibleHistory(state);
	const columns = generationColumns(generations, state.now, WIDTH);
	return generations.map((generation) => generationRow(generation, state.now, columns));
}

function planRows({ plan, answers }: Extract<Page, { readonly type: 'plan' }>): readonly Line[] {
	const items = planItems(plan);
	const columns = planColumns(items, WIDTH);
	return items.map((item) => planRow(item, answers, columns));
}

function hitRows(state: State): readonly Line[] {
	const hits = visibleHits(state);
	const query = shownQuery(state.search.value?.query ?? '');
	const listing = { query, sort: query.sort ?? 'relevance', now: state.now, hasLevels: tellsLevels(hits), width: WIDTH } as const;
	return hits.map((hit) => hitRow(hit, listing));
}

function versionRows(state: State, name: string): readonly Line[] {
	return (infoOf(state, name).value?.versions ?? []).map(({ version, publishedAt, deprecated }) => [
		span(`${version}, published ${formatAge(publishedAt, state.now)}${deprecated ? ', deprecated' : ''}`),
	]);
}

function fileRows(state: State, name: string): readonly Line[] {
	const contents = verifiedContents(state, name);
	return contents === null ? [] : listedFiles(state, name).map((file) => containedRow(file, contents, 2 * WIDTH));
}

// One case for each kind of page.
// oxlint-disable-next-line complexity
function pageRows(state: State, page: Page): readonly Line[] {
	switch (page.type) {
		case 'plan':
			return planRows(page);
		case 'conflict':
			return conflictOf(page.failure).suggestions.map(({ sentence }) => [span(sentence)]);
		case 'palette':
			return matchingEntries(page.entries, lineText(page.line)).map(({ help, keyLabel: key, reason }) => [
				span(`${help} (${key})${reason === null ? '' : `; not now: ${reason}`}`),
			]);
		case 'plugin':
			return page.tab === 'versions' ? versionRows(state, page.name) : page.tab === 'files' ? fileRows(state, page.name) : [];
		case 'review':
			return page.pane === 'files' ? (reviewOf(state, page).value?.files ?? []).map((file) => fileRow(file, WIDTH)) : [];
		case 'runtime-grants':
			return listOf(state).items.map((grant) => [span(grant)]);
		case 'operation':
		case 'file':
		case 'form':
		case 'levels':
		case 'welcome':
		case 'trust-why':
		case 'trust-raw':
		case 'review-file':
		case 'ask':
		case 'keys':
		case 'confirm':
		case 'runtime-confirm':
		case 'help':
			return [];
	}
}

/** `Enter`, `^D` as it is said: `Ctrl-D`. */
export function spokenKey(key: string): string {
	return keyLabel(key).replace(/^\^(.)$/, 'Ctrl-$1');
}
