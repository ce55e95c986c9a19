import { LEVELS } from './engine/index.ts';
import type {
	ContainedFile,
	ContainedText,
	DownloadNumbers,
	DoctorCheck,
	ExaminedRegistry,
	FileDifference,
	GenerationSummary,
	InstalledPlugin,
	Level,
	OutdatedPlugin,
	PackageContents,
	PackageInfo,
	RawEvidence,
	SearchHit,
	SearchResult,
	TrustAudit,
	TrustExplanation,
	UnfetchedPackage,
	UpdateReview,
} from './engine/index.ts';
import { conflictOf } from './failure.ts';
import { startFetching } from './fetching.ts';
import type { Fetching } from './fetching.ts';
import { cleanLine } from './format.ts';
import { filterPlugins, hasUpdate } from './list-filter.ts';
import { remember } from './remember.ts';
import { type RuntimeItem, runtimeItems } from './runtime-view.ts';
import type { Setting } from './setting-entries.ts';
import { slotKey } from './slot.ts';
import { IDLE } from './state.ts';
import { withSuggestion } from './suggestion.ts';
import type { Loadable, LoadedByName, Operation, OperationRequest, Page, State } from './state.ts';
import { lineText } from './terminal/line-editor.ts';

/** Pure reads of the state that more than one part needs. */

export function topPage(state: State): Page | null {
	return state.pages.at(-1) ?? null;
}

/** The home is empty, and nobody has read yet what to do with it. */
export function isWelcome(state: State): boolean {
	const { installed, section, pages, isWelcomeClosed } = state;
	return section === 'installed' && pages.length === 0 && !isWelcomeClosed && installed.value?.plugins.length === 0;
}

export function runningOperation(state: State): Operation | null {
	return state.operations.find((operation) => operation.endedAt === null) ?? null;
}

export function findOperation(state: State, id: number): Operation | null {
	return state.operations.find((operation) => operation.id === id) ?? null;
}

/** What would be asked with a suggestion of the conflict on top taken; null where no single request can take it. */
export function takenSuggestion(state: State, selected: string | null): OperationRequest | null {
	const page = topPage(state);
	const suggestion = page?.type === 'conflict' && selected !== null ? conflictOf(page.failure).suggestions[Number(selected)] : undefined;
	const request = page?.type === 'conflict' ? findOperation(state, page.operation)?.request : undefined;
	return suggestion === undefined || request === undefined || request.type === 'past' ? null : withSuggestion(request, suggestion);
}

/** The line of the runtime screen that is selected; its plugin page or a form may lie above. */
export function selectedRuntime(state: State): RuntimeItem | null {
	const items = runtimeItems(state.runtime.value);
	return items.find(({ key }) => key === state.selected['runtime']) ?? items[0] ?? null;
}

export function infoOf(state: State, name: string): Loadable<PackageInfo> {
	return state.infos[name] ?? IDLE;
}

export function contentsOf(state: State, name: string): Loadable<PackageContents | UnfetchedPackage> {
	return state.contents[name] ?? IDLE;
}

export function downloadsOf(state: State, name: string): Loadable<DownloadNumbers> {
	return state.downloads[name] ?? IDLE;
}

/** What is in a package, or null as long as its bytes are not here. */
export function verifiedContents(state: State, name: string): PackageContents | null {
	const { value } = contentsOf(state, name);
	return value?.type === 'verified' ? value : null;
}

const inOrder = remember((contents: PackageContents, order) =>
	order === 'path'
		? contents.files
		: contents.files.toSorted((left, right) => right.bytes - left.bytes || (left.path < right.path ? -1 : 1)),
);

/** The files of a package in the order they are listed in; none as long as its bytes are not here. */
export function listedFiles(state: State, name: string): readonly ContainedFile[] {
	const contents = verifiedContents(state, name);
	return contents === null ? [] : inOrder(contents, state.fileOrder);
}

/** What the last search told of a package; null when it was not among what was found. */
export function hitOf(state: State, name: string): SearchHit | null {
	return state.search.value?.hits.find((hit) => hit.name === name) ?? null;
}

/** What is fetched while it is loaded. */
export function fetchingOf(state: State, slot: { readonly of: keyof LoadedByName; readonly name: string }): Fetching {
	return state.fetches[slotKey(slot)] ?? startFetching(state.now);
}

export function fileOf(state: State, { name, path }: { readonly name: string; readonly path: string }): Loadable<ContainedText> {
	return state.files[`${name} ${path}`] ?? IDLE;
}

export function explanationOf(state: State, name: string): Loadable<TrustExplanation> {
	return state.explanations[name] ?? IDLE;
}

export function rawEvidenceOf(state: State, name: string): Loadable<RawEvidence> {
	return state.rawEvidence[name] ?? IDLE;
}

export function reviewOf(state: State, { name, to }: { readonly name: string; readonly to: string }): Loadable<UpdateReview> {
	return state.reviews[`${name}@${to}`] ?? IDLE;
}

export function differenceOf(state: State, page: Extract<Page, { readonly type: 'review-file' }>): Loadable<FileDifference> {
	return state.differences[`${page.name}@${page.to} ${page.path}`] ?? IDLE;
}

export { hasUpdate } from './list-filter.ts';

export type AuditedPackage = TrustAudit['packages'][number];

const auditByPlugin = remember(
	(packages: readonly AuditedPackage[]): ReadonlyMap<string, AuditedPackage> =>
		new Map(packages.flatMap((one) => (one.plugin === null ? [] : [[one.plugin, one]]))),
);

/** What the last audit says of an installed plugin, or null before there was one. */
export function auditedPlugin(state: State, name: string): AuditedPackage | null {
	return state.trust.value === null ? null : (auditByPlugin(state.trust.value.packages).get(name) ?? null);
}

const NONE: readonly InstalledPlugin[] = [];

export function installedPlugins(state: State): readonly InstalledPlugin[] {
	return state.installed.value?.plugins ?? NONE;
}

const updatable = remember((plugins: readonly InstalledPlugin[]) => plugins.filter((plugin) => hasUpdate(plugin)).length);

export function countUpdates(state: State): number {
	return updatable(installedPlugins(state));
}

export const countLevels = remember((plugins: readonly { readonly level: Level }[]): ReadonlyMap<Level, number> => {
	const counts = new Map<Level, number>(LEVELS.map((level) => [level, 0]));
	for (const plugin of plugins) {
		counts.set(plugin.level, (counts.get(plugin.level) ?? 0) + 1);
	}

	return counts;
});

export function filterText(state: State, list: string): string {
	const line = state.filters[list];
	return line === undefined ? '' : lineText(line).trim().toLowerCase();
}

function matches(text: string, filter: string): boolean {
	return filter.split(' ').every((word) => text.includes(word));
}

export function visibleInstalled(state: State): readonly InstalledPlugin[] {
	return filterPlugins(installedPlugins(state), filterText(state, 'installed')).plugins;
}

const CHECK_ORDER = { fail: 0, warn: 1, ok: 2 } as const;
const matchingChecks = remember((checks: readonly DoctorCheck[], filter) =>
	checks
		.filter((check) => matches(`${check.id} ${check.text} ${check.state}`.toLowerCase(), filter))
		.toSorted((left, right) => CHECK_ORDER[left.state] - CHECK_ORDER[right.state]),
);
const NO_CHECKS: readonly DoctorCheck[] = [];

/** What is wrong first. */
export function visibleChecks(state: State): readonly DoctorCheck[] {
	return matchingChecks(state.doctor.value?.checks ?? NO_CHECKS, filterText(state, 'doctor'));
}

/** One line of the settings: something that is set once, or a registry. */
export type SettingItem =
	| { readonly type: 'setting'; readonly key: string; readonly setting: Setting }
	| { readonly type: 'registry'; readonly key: string; readonly registry: ExaminedRegistry };

export function visibleSettings(state: State): readonly SettingItem[] {
	const filter = filterText(state, 'settings');
	return [
		...(state.settings.value ?? []).map((setting): SettingItem => ({ type: 'setting', key: `setting ${setting.key}`, setting })),
		...(state.registries.value ?? []).map((registry): SettingItem => ({
			type: 'registry',
			key: `registry ${registry.scope ?? 'default'}`,
			registry,
		})),
	].filter((item) =>
		matches((item.type === 'setting' ? `${item.key} ${item.setting.help}` : `${item.key} ${item.registry.url}`).toLowerCase(), filter),
	);
}

const NONE_BEHIND: readonly OutdatedPlugin[] = [];

const matchingUpdates = remember((plugins: readonly OutdatedPlugin[], filter) =>
	plugins
		.filter((plugin) =>
			matches(
				`${plugin.name} ${isMovable(plugin) ? 'update' : 'stays'} ${plugin.reasons.map(({ text }) => text).join(' ')}`.toLowerCase(),
				filter,
			),
		)
		// What an update moves comes first: that is what the screen is for.
		.toSorted((left, right) => Number(isMovable(right)) - Number(isMovable(left)) || left.name.localeCompare(right.name)),
);

export function visibleUpdates(state: State): readonly OutdatedPlugin[] {
	return matchingUpdates(state.outdated.value?.plugins ?? NONE_BEHIND, filterText(state, 'updates'));
}

/** An update would move it. */
export function isMovable({ wanted, current }: OutdatedPlugin): boolean {
	return wanted !== null && wanted !== current;
}

export function outdatedPlugin(state: State, name: string | null): OutdatedPlugin | null {
	return state.outdated.value?.plugins.find((plugin) => plugin.name === name) ?? null;
}

/** What is wrong with the filter of a list, or nothing. */
export function filterProblems(state: State, list: string): readonly string[] {
	return list === 'installed' || list === 'trust' ? filterPlugins(installedPlugins(state), filterText(state, list)).problems : [];
}

const leastTrustedFirst = remember((plugins: readonly InstalledPlugin[]) =>
	plugins.toSorted((left, right) => LEVELS.indexOf(left.level) - LEVELS.indexOf(right.level) || left.name.localeCompare(right.name)),
);

/** Least trusted first: that is what a reader of the trust screen looks for. */
export function visibleTrust(state: State): readonly InstalledPlugin[] {
	return filterPlugins(leastTrustedFirst(installedPlugins(state)), filterText(state, 'trust')).plugins;
}

const NO_HITS: readonly SearchHit[] = [];

/** A package as it is typed after `install`: a name, with or without a range or tag. */
const SPEC_PATTERN = /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*(?:@[\w.^~<>=*+-]+)?$/i;

const EXACT_DESCRIPTION = 'ask the registry for exactly this';

const withExactName = remember((result: SearchResult): readonly SearchHit[] => {
	const words = result.query.split(' ').filter((word) => word !== '' && !word.startsWith('sort:'));
	const query = words.join(' ');
	if (words.length === 0 || !words.every((word) => SPEC_PATTERN.test(word)) || result.hits.some((hit) => hit.name === query)) {
		return result.hits;
	}

	const exact = {
		name: query,
		version: '',
		description: EXACT_DESCRIPTION,
		publisher: null,
		publishedAt: null,
		keywords: [],
		license: null,
		downloads: null,
		permissions: null,
		proof: null,
		installed: null,
		level: null,
	};
	// A registry that can search knows better; an index of what was seen before does not.
	return result.source === 'local-index' ? [exact, ...result.hits] : [...result.hits, exact];
});

/** Not found by searching, but typed by the user: the registry may know it all the same. */
export function isExactName(hit: SearchHit): boolean {
	return hit.version === '';
}

/** The results, and what was typed itself: not every registry can search, and no search knows ranges. */
export function visibleHits(state: State): readonly SearchHit[] {
	return state.search.value === null ? NO_HITS : withExactName(state.search.value);
}

const NO_GENERATIONS: readonly GenerationSummary[] = [];
const matchingGenerations = remember((generations: readonly GenerationSummary[], filter) =>
	generations.filter((generation) => matches(`${generation.number} ${generation.command}`.toLowerCase(), filter)),
);

export function visibleHistory(state: State): readonly GenerationSummary[] {
	return matchingGenerations(state.history.value ?? NO_GENERATIONS, filterText(state, 'history'));
}

/** One thing that can be run: a task of a plugin, or a function of a plain package. */
export type Runnable = { readonly key: string; readonly plugin: InstalledPlugin; readonly task: string | null };

const matchingRunnables = remember((plugins: readonly InstalledPlugin[], filter) =>
	plugins
		.toSorted((left, right) => Number(left.tasks === null) - Number(right.tasks === null))
		.flatMap((plugin) => (plugin.tasks ?? [null]).map((task): Runnable => ({ key: `${plugin.name} ${task ?? ''}`, plugin, task })))
		.filter((runnable) => matches(cleanLine(runnable.key).toLowerCase(), filter)),
);

export function visibleRunnables(state: State): readonly Runnable[] {
	return matchingRunnables(installedPlugins(state), filterText(state, 'run'));
}
