import { keyNames } from '../key-bindings.ts';
import { failureOf } from '../failure.ts';
import { cleanLine } from '../format.ts';
import { selectedItem } from '../lists.ts';
import { limitsForm, limitsOf } from '../runtime-forms.ts';
import { type RuntimeAct, type RuntimeItem, runtimeCommandText, runtimeItems } from '../runtime-view.ts';
import { installedPlugins, selectedRuntime, topPage } from '../select.ts';
import type { RuntimeLog, State } from '../state.ts';
import type { CommandParts } from './context.ts';

type Perform = (parts: CommandParts, state: State) => void;

const LEVELS: readonly RuntimeLog['level'][] = ['log', 'warn', 'error'];

export const runtimeReload = onPlugin((item, state) => ({ type: 'reload', ...placeOf(item, state) }));
export const runtimeToggle = onPlugin((item, state) => ({
	type: item.plugin.phase === 'stopped' ? 'start' : 'stop',
	...placeOf(item, state),
}));
export const runtimeRelease = onPlugin(({ plugin }) => ({ type: 'release', plugin: plugin.plugin }));

export const runtimeKill: Perform = ({ store }, state) => {
	const item = selectedRuntime(state);
	if (hasPlugin(item)) {
		store.dispatch({ type: 'page-pushed', page: { type: 'runtime-confirm', act: { type: 'kill', ...placeOf(item, state) } } });
	}
};

export const runtimeLimits: Perform = ({ store }, state) => {
	const item = selectedRuntime(state);
	if (hasPlugin(item)) {
		store.dispatch({ type: 'page-pushed', page: { type: 'form', form: limitsForm(item.plugin, keyNames(state)) } });
	}
};

/** Sets what the form says, of the plugin that is still selected below it. */
export function submitLimits(parts: CommandParts, state: State): void {
	const page = topPage(state);
	const item = selectedRuntime({ ...state, pages: [] });
	if (page?.type !== 'form' || !hasPlugin(item) || item.plugin.plugin !== page.form.target) {
		return parts.store.dispatch({ type: 'page-closed' });
	}

	const outcome = limitsOf(page.form, item.plugin);
	if ('problem' in outcome) {
		return parts.store.dispatch({ type: 'form-changed', form: { ...page.form, problem: outcome.problem } });
	}

	parts.store.dispatch({ type: 'page-closed' });
	void act(parts, { type: 'limits', ...placeOf(item, state), limits: outcome.limits });
}

export const runtimeGrants: Perform = ({ store }, state) => {
	const item = selectedRuntime(state);
	if (hasPlugin(item)) {
		store.dispatch({ type: 'page-pushed', page: { type: 'runtime-grants', key: item.key, plugin: item.plugin.plugin } });
	}
};

export const runtimeRevoke: Perform = ({ store }, state) => {
	const page = topPage(state);
	const permission = selectedItem(state);
	if (page?.type === 'runtime-grants' && permission !== null) {
		store.dispatch({ type: 'page-pushed', page: { type: 'runtime-confirm', act: { type: 'revoke', plugin: page.plugin, permission } } });
	}
};

export const runtimeConfirm: Perform = (parts, state) => {
	const page = topPage(state);
	if (page?.type === 'runtime-confirm') {
		parts.store.dispatch({ type: 'page-closed' });
		void act(parts, page.act);
	}
};

export const runtimeLevel: Perform = ({ store }, { runtimeLog }) =>
	store.dispatch({
		type: 'runtime-log-changed',
		log: { ...runtimeLog, level: LEVELS[(LEVELS.indexOf(runtimeLog.level) + 1) % LEVELS.length] ?? 'log' },
	});

export const runtimeFollow: Perform = ({ store }, { runtimeLog }) => {
	store.dispatch({ type: 'runtime-log-changed', log: { ...runtimeLog, isFollowing: !runtimeLog.isFollowing } });
	if (runtimeLog.isFollowing) {
		// It stands still at its end.
		store.dispatch({ type: 'detail-scrolled', by: Number.MAX_SAFE_INTEGER });
	}
};

export const runtimeStartHere: Perform = (parts, state) => {
	const running = new Set(
		runtimeItems(state.runtime.value).flatMap(({ plugin }) => (plugin === null || plugin.phase === 'stopped' ? [] : [plugin.plugin])),
	);
	const plugins = installedPlugins(state)
		.filter(({ name, stays, isDisabled }) => stays && !isDisabled && !running.has(name))
		.map(({ name }) => name);
	if (plugins.length === 0) {
		return parts.store.dispatch({ type: 'noticed', notice: { tone: 'info', text: 'All installed plugins that stay run already.' } });
	}

	void act(parts, { type: 'start-here', plugins });
};

type Held = RuntimeItem & { readonly plugin: NonNullable<RuntimeItem['plugin']> };

function hasPlugin(item: RuntimeItem | null): item is Held {
	return item !== null && item.plugin !== null;
}

function onPlugin(actOf: (item: Held, state: State) => RuntimeAct): Perform {
	return (parts, state) => {
		const item = selectedRuntime(state);
		if (hasPlugin(item)) {
			void act(parts, actOf(item, state));
		}
	};
}

function placeOf(
	{ core, plugin }: Held,
	state: State,
): { readonly plugin: string; readonly pid: number; readonly isOneOfSeveral: boolean } {
	const holders = runtimeItems(state.runtime.value).filter((item) => item.plugin?.plugin === plugin.plugin);
	return { plugin: plugin.plugin, pid: core.pid, isOneOfSeveral: holders.length > 1 };
}

/** Does it beside everything else, and tells the command that does the same, or why it could not be done. */
async function act({ store, runtime }: CommandParts, wanted: RuntimeAct): Promise<void> {
	const command = `plugward ${cleanLine(runtimeCommandText(wanted))}`;
	store.dispatch({ type: 'noticed', notice: { tone: 'info', text: `${command} ...` } });
	try {
		const sentence = await runtime.perform(wanted);
		store.dispatch({ type: 'noticed', notice: { tone: 'info', text: `${cleanLine(sentence)} Same as: ${command}` } });
	} catch (thrown) {
		const { message, hint } = failureOf(thrown);
		store.dispatch({ type: 'noticed', notice: { tone: 'bad', text: cleanLine(`${message} ${hint ?? ''}`) } });
	}

	runtime.look();
}
