import { conflictOf } from '../failure.ts';
import { keyNames } from '../key-bindings.ts';
import { insideOf } from '../layout.ts';
import { indexIn, listOf, selectedItem, selectedPlanItem } from '../lists.ts';
import { checkDocument } from '../screens/doctor/check-document.ts';
import { conflictDocument } from '../screens/documents/conflict-document.ts';
import { failureDocument } from '../screens/documents/failure-document.ts';
import { generationDocument } from '../screens/documents/generation-document.ts';
import { hitDocument } from '../screens/documents/hit-document.ts';
import { BLANK } from '../screens/documents/lines.ts';
import { operationDocument } from '../screens/documents/operation-document.ts';
import { planItemDocument } from '../screens/documents/plan-document.ts';
import { installedDocument } from '../screens/documents/plugin-document.ts';
import { runtimeDocument } from '../screens/documents/runtime-document.ts';
import { settingDocument } from '../screens/settings/setting-document.ts';
import { updateDocument } from '../screens/updates/update-document.ts';
import {
	filterText,
	findOperation,
	outdatedPlugin,
	selectedRuntime,
	topPage,
	visibleChecks,
	visibleHistory,
	visibleHits,
	visibleInstalled,
	visibleRunnables,
	visibleSettings,
} from '../select.ts';
import type { Size, State } from '../state.ts';
import type { Line } from '../theme.ts';
import { screenAreas } from './areas.ts';
import type { ScreenDocument } from './screen-document.ts';
import { trustDetail } from './text-pages.ts';

/** What stands beside or below the list: everything about its selected item. */
export function detailOf(state: State): ScreenDocument | null {
	const { detail } = screenAreas(state);
	if (detail.rows === 0) {
		return null;
	}

	const selected = selectedItem(state);
	const size = insideOf(detail);
	return {
		id: `detail ${listOf(state).id} ${selected ?? ''}`,
		lines: squeezed(detailLines(state, selected, size), size.rows),
		rows: size.rows,
	};
}

/** In so few rows each is worth more than the space between two. */
const FEW_ROWS = 10;

function hasText(line: Line): boolean {
	return line.some(({ text }) => text !== '');
}

function squeezed(lines: readonly Line[], rows: number): readonly Line[] {
	const begun = lines.slice(Math.max(0, lines.findIndex(hasText)));
	return rows < FEW_ROWS && begun.length > rows ? begun.filter(hasText) : begun;
}

function detailLines(state: State, selected: string | null, size: Size): readonly Line[] {
	const width = size.columns;
	const page = topPage(state);
	if (page?.type === 'conflict') {
		return conflictDocument(conflictOf(page.failure), { width, selected: Number(selected ?? 0) });
	}

	if (page?.type === 'plan') {
		const item = selectedPlanItem(state);
		return item === null ? [] : planItemDocument(item, page.plan, { answers: page.answers, width, key: keyNames(state) });
	}

	return selected === null ? [] : sectionDetail(state, selected, size);
}

// One case for each section.
// oxlint-disable-next-line complexity
function sectionDetail(state: State, selected: string, { columns: width, rows }: Size): readonly Line[] {
	const key = keyNames(state);
	switch (state.section) {
		case 'installed': {
			const plugin = visibleInstalled(state)[indexIn(listOf(state).items, selected)];
			return plugin === undefined ? [] : installedDocument(plugin, { width, key });
		}
		case 'browse':
			return hitDetail(state, selected, width);
		case 'updates': {
			const plugin = outdatedPlugin(state, selected);
			return plugin === null ? [] : updateDocument(plugin, state, width);
		}
		case 'activity': {
			const operation = findOperation(state, Number(selected));
			const retryKey = `${key('open', 'activity')}, then ${key('retry', 'operation')}`;
			return operation === null ? [] : operationDocument(operation, { width, retryKey, key });
		}
		case 'history': {
			const generation = visibleHistory(state).find((entry) => String(entry.number) === selected);
			return generation === undefined ? [] : generationDocument(generation, state.history.value ?? [], { width, now: state.now, key });
		}
		case 'trust':
			return [...auditTrouble(state, width, key('refresh')), ...trustDetail(state, selected, width)];
		case 'doctor':
			return checkDetail(state, selected, width);
		case 'settings':
			return settingDetail(state, selected, width);
		case 'run': {
			const runnable = visibleRunnables(state).find((one) => one.key === selected);
			return runnable === undefined ? [] : installedDocument(runnable.plugin, { width, key });
		}
		case 'runtime':
			return runtimeDetail(state, { width, rows });
	}
}

/** What keeps the audit from being told is worth more than what is known of one plugin. */
function auditTrouble({ trust }: State, width: number, retryKey: string): readonly Line[] {
	return trust.value === null && trust.failure !== null ? [...failureDocument(trust.failure, width, retryKey), BLANK] : [];
}

function hitDetail(state: State, selected: string, width: number): readonly Line[] {
	const hit = visibleHits(state).find((entry) => entry.name === selected);
	return hit === undefined ? [] : hitDocument(hit, { width, now: state.now, key: keyNames(state) });
}

function checkDetail(state: State, selected: string, width: number): readonly Line[] {
	const check = visibleChecks(state).find(({ id }) => id === selected);
	return check === undefined ? [] : checkDocument(check, { width, key: keyNames(state) });
}

function settingDetail(state: State, selected: string, width: number): readonly Line[] {
	const item = visibleSettings(state).find(({ key }) => key === selected);
	const { value, failure } = state.registries;
	// What keeps the registries from being listed is worth more than what a setting does.
	return [
		...(value === null && failure !== null ? [...failureDocument(failure, width, keyNames(state)('refresh')), BLANK] : []),
		...(item === undefined ? [] : settingDocument(item, state, width)),
	];
}

function runtimeDetail(state: State, size: { readonly width: number; readonly rows: number }): readonly Line[] {
	const item = selectedRuntime(state);
	const { value } = state.runtime;
	return item === null || value === null
		? []
		: runtimeDocument(item, {
				...size,
				trail: value.trails[item.key],
				now: state.now,
				lines: value.lines,
				log: state.runtimeLog,
				filter: filterText(state, 'runtime'),
			});
}
