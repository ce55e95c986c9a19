import { keyNames } from '../key-bindings.ts';
import { runningOperation } from '../select.ts';
import type { State } from '../state.ts';
import { EMPTY_LINE } from '../terminal/index.ts';
import type { CommandParts } from './context.ts';

/** One page down, or out of the filter. */
export function back({ store }: CommandParts, state: State): void {
	if (state.pages.length > 0) {
		return store.dispatch({ type: 'page-closed' });
	}

	if (state.filters[state.section] !== undefined) {
		store.dispatch({ type: 'editing-started', editing: { type: 'filter', list: state.section } });
		store.dispatch({ type: 'line-changed', line: EMPTY_LINE });
		store.dispatch({ type: 'editing-ended' });
	}
}

/** Cancels first; leaves when asked again. */
export function interrupt({ store, host, operations }: CommandParts, state: State): void {
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

export function quit({ store, host }: CommandParts, state: State): void {
	if (state.isQuitArmed || runningOperation(state) === null) {
		return host.leave(0);
	}

	store.dispatch({ type: 'quit-armed', isArmed: true });
	store.dispatch({
		type: 'noticed',
		notice: { tone: 'warning', text: `An operation is running: ${keyNames(state)('quit')} again leaves and cancels it.` },
	});
}
