import { keyNames } from '../key-bindings.ts';
import { subjectOf } from '../key-refusals.ts';
import { auditedPlugin, explanationOf, installedPlugins, topPage } from '../select.ts';
import type { State } from '../state.ts';
import { exceptionForm, importForm, reviewForm } from '../trust-forms.ts';
import type { CommandParts } from './context.ts';

type OnPlugin = (parts: CommandParts, subject: { readonly name: string; readonly state: State }) => void;

/** What a key of the trust screen does about the selected plugin. */
export function onPlugin(perform: OnPlugin): (parts: CommandParts, state: State) => void {
	return (parts, state) => {
		const name = subjectOf(state);
		if (name !== null) {
			perform(parts, { name, state });
		}
	};
}

export const openWhy = onPlugin(({ store, loading }, { name, state }) => {
	store.dispatch({ type: 'page-pushed', page: { type: 'trust-why', name } });
	if (explanationOf(state, name).status !== 'ready') {
		void loading.loadWhy(name);
	}
});

export const openRaw = onPlugin(({ store, loading }, { name }) => {
	store.dispatch({ type: 'page-pushed', page: { type: 'trust-raw', name } });
	void loading.loadRaw(name);
});

const review = (verdict: 'endorse' | 'reject') =>
	onPlugin(({ store }, { name, state }) =>
		store.dispatch({
			type: 'page-pushed',
			page: { type: 'form', form: reviewForm(idOf(state, name), { verdict, now: state.now, key: keyNames(state) }) },
		}),
	);

export const endorse = review('endorse');
export const reject = review('reject');

/** The newest of the user's own words about the selected version. */
export const revoke = onPlugin(({ store }, { name, state }) => {
	const own = explanationOf(state, name).value?.ownReviews.at(-1);
	if (own !== undefined) {
		const act = { type: 'revoke' as const, sha256: own.sha256, about: idOf(state, name) };
		store.dispatch({ type: 'page-pushed', page: { type: 'confirm', act } });
	}
});

export function importStatements({ store }: CommandParts): void {
	store.dispatch({ type: 'page-pushed', page: { type: 'form', form: importForm(keyNames(store.getState())) } });
}

export const unpinBuilder = onPlugin(({ store }, { name }) =>
	store.dispatch({ type: 'page-pushed', page: { type: 'confirm', act: { type: 'unpin', name } } }),
);

export const pinBuilder = onPlugin(({ store }, { name }) =>
	store.dispatch({ type: 'page-pushed', page: { type: 'confirm', act: { type: 'pin', name } } }),
);

export const except = onPlugin(({ store }, { name, state }) => {
	const failed = explanationOf(state, name).value?.verdict.reasons.findLast(({ rule, passed }) => !passed && rule === 'minimum-level');
	const form = exceptionForm(idOf(state, name), { rule: failed?.rule ?? '', now: state.now });
	store.dispatch({ type: 'page-pushed', page: { type: 'form', form } });
});

export function confirm({ operations }: CommandParts, state: State): void {
	const page = topPage(state);
	if (page?.type === 'ask') {
		return operations.start(page.request);
	}

	if (page?.type === 'confirm') {
		operations.start({ type: 'trust', act: page.act });
	}
}

/** The exact version: what is said of it must not hold for the next one. */
function idOf(state: State, name: string): string {
	const version = installedPlugins(state).find((plugin) => plugin.name === name)?.version;
	return auditedPlugin(state, name)?.id ?? (version === undefined ? name : `${name}@${version}`);
}
