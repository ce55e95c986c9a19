import type { CallOptions } from '../engine/index.ts';
import { failureOf, isCancelled } from '../failure.ts';
import { slotKey } from '../slot.ts';
import type { Slot } from '../slot.ts';
import type { Action } from '../reduce.ts';
import type { ActionContext } from './context.ts';
import { seldomTransfers } from './seldom-transfers.ts';

/** A search that is answered sooner than this is not announced: with every key a word would come and go. */
const UNANNOUNCED_MILLISECONDS = 120;

export type Load = <T>(slot: Slot, call: (options: CallOptions) => Promise<T>, loaded: (value: T) => Action) => Promise<void>;

/** Loads into the state; a newer load of the same thing replaces the one before. */
export function createLoader({ store, now, signal: leaving }: ActionContext): Load {
	const running = new Map<string, AbortController>();
	return async (slot, call, loaded) => {
		const key = slotKey(slot);
		running.get(key)?.abort();
		const controller = new AbortController();
		running.set(key, controller);
		const isFirst = slot !== 'search' || store.getState().search.value === null;
		const announce = (): void => store.dispatch({ type: 'load-started', slot });
		const timer = isFirst ? undefined : setTimeout(announce, UNANNOUNCED_MILLISECONDS);
		if (isFirst) {
			announce();
		}

		const seldom = seldomTransfers({
			event: (event) => {
				if (event.type === 'fetch-planned' && !controller.signal.aborted) {
					store.dispatchSoon({ type: 'load-planned', slot, event, now: now() });
				}
			},
			look: (progress) => {
				if (progress.length > 0 && !controller.signal.aborted) {
					store.dispatchSoon({ type: 'load-looked-at', slot, progress, now: now() });
				}
			},
		});
		try {
			const value = await call({ signal: AbortSignal.any([controller.signal, leaving]), onEvent: seldom.onEvent });
			if (!controller.signal.aborted) {
				store.dispatch(loaded(value));
			}
		} catch (thrown) {
			// A replaced load has a successor that reports.
			if (!controller.signal.aborted) {
				store.dispatch(
					isCancelled(thrown) ? { type: 'load-dropped', slot } : { type: 'load-failed', slot, failure: failureOf(thrown), now: now() },
				);
			}
		} finally {
			clearTimeout(timer);
			seldom.stop();
			if (running.get(key) === controller) {
				running.delete(key);
			}
		}
	};
}
