import { createDrawBrake } from './draw-brake.ts';
import type { Action } from './reduce.ts';
import { reduce } from './reduce.ts';
import type { State } from './state.ts';

export type Store = {
	readonly getState: () => State;
	readonly dispatch: (action: Action) => void;
	/** For floods of events: many of them make one change of state. */
	readonly dispatchSoon: (action: Action) => void;
	/** Listeners hear of changes at most sixty times a second; `getState` is always current. */
	readonly subscribe: (listener: () => void) => () => void;
	/**
	 * Something is about to change that is to be seen together with what changes now: listeners hear of both, at once, when what this returns
	 * is called, and of what there is when that takes too long. A newer hold takes the place of the one before.
	 */
	readonly hold: () => () => void;
	/** Delivers what `dispatchSoon` still holds. */
	readonly flush: () => void;
};

const EVENT_MILLISECONDS = 40;

export function createStore(initial: State): Store {
	let state = initial;
	let waiting: Action[] = [];
	let timer: NodeJS.Timeout | undefined;
	const listeners = new Set<() => void>();

	const brake = createDrawBrake(() => {
		for (const listener of listeners) {
			listener();
		}
	});

	function apply(actions: readonly Action[]): void {
		const next = actions.reduce(reduce, state);
		if (next !== state) {
			state = next;
			brake.changed();
		}
	}

	function flush(): void {
		clearTimeout(timer);
		timer = undefined;
		const actions = waiting;
		waiting = [];
		apply(actions);
	}

	return {
		getState: () => state,
		dispatch(action) {
			// What waits happened earlier, so it is applied first.
			const actions = [...waiting, action];
			waiting = [];
			clearTimeout(timer);
			timer = undefined;
			apply(actions);
		},
		dispatchSoon(action) {
			waiting.push(action);
			timer ??= setTimeout(flush, EVENT_MILLISECONDS);
		},
		hold: brake.hold,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		flush,
	};
}
