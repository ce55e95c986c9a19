import { type CallOptions, type Engine, parsePermission } from '../engine/index.ts';
import { failureOf } from '../failure.ts';
import { isSameView, nextRuntimeView, type RuntimeAct, type RuntimeView } from '../runtime-view.ts';
import { topPage } from '../select.ts';
import type { State } from '../state.ts';
import type { ActionContext } from './context.ts';

const LOOK_MILLISECONDS = 1000;
const LINES = 500;
const MINUTE_MILLISECONDS = 60_000;

export type RuntimeWatch = {
	/** Looks as long as the runtime screen is shown, once a second, until `stop`. */
	readonly start: () => void;
	readonly stop: () => void;
	/** Looks again at once. */
	readonly look: () => void;
	/** Gives one sentence about what is so now. */
	readonly perform: (act: RuntimeAct) => Promise<string>;
};

/** Follows what runs in this home. Nothing is asked and no timer runs while another screen is shown. */
export function createRuntimeWatch({ engine, store, now, signal }: ActionContext): RuntimeWatch {
	const call: CallOptions = { signal, onEvent: () => undefined };
	let timer: NodeJS.Timeout | undefined;
	let isLooking = false;
	let isAskedAgain = false;
	let lookedAt: number | null = null;
	let unsubscribe = (): void => undefined;

	async function look(): Promise<void> {
		clearTimeout(timer);
		timer = undefined;
		if (isLooking) {
			isAskedAgain = true;
			return;
		}

		isLooking = true;
		try {
			await show();
		} catch (thrown) {
			if (!signal.aborted) {
				store.dispatch({ type: 'load-failed', slot: 'runtime', failure: failureOf(thrown), now: now() });
			}
		} finally {
			isLooking = false;
		}

		if (isShown(store.getState()) && !signal.aborted) {
			timer = setTimeout(() => void look(), isAskedAgain ? 0 : LOOK_MILLISECONDS);
			isAskedAgain = false;
		}
	}

	async function show(): Promise<void> {
		const cores = await engine.cores.list(call);
		const { runtime, runtimeLog } = store.getState();
		const lines =
			runtimeLog.isFollowing || runtime.value === null
				? await engine.cores.logs({ plugin: null, filter: '', last: LINES }, call)
				: runtime.value.lines;
		const before: RuntimeView | null = store.getState().runtime.value;
		const at = performance.now();
		const value = nextRuntimeView(before, { cores, lines }, lookedAt === null ? 0 : at - lookedAt);
		lookedAt = at;
		const { status, loadedAt } = store.getState().runtime;
		const isLater = Math.floor((loadedAt ?? 0) / MINUTE_MILLISECONDS) !== Math.floor(now() / MINUTE_MILLISECONDS);
		// What is the same is not drawn again; ages are told in minutes.
		if (before === null || status !== 'ready' || isLater || !isSameView(before, value)) {
			store.dispatch({ type: 'loaded', slot: 'runtime', value, now: now() });
		}
	}

	return {
		start() {
			unsubscribe = store.subscribe(() => {
				if (!isShown(store.getState())) {
					clearTimeout(timer);
					timer = undefined;
				} else if (timer === undefined && !isLooking) {
					void look();
				}
			});
		},
		stop() {
			unsubscribe();
			clearTimeout(timer);
		},
		look: () => void look(),
		perform: (act) => performRuntime(engine, act, call),
	};
}

function isShown(state: State): boolean {
	const page = topPage(state)?.type ?? null;
	return state.section === 'runtime' && (page === null || page === 'runtime-grants' || page === 'runtime-confirm');
}

async function performRuntime(engine: Engine, act: RuntimeAct, call: CallOptions): Promise<string> {
	switch (act.type) {
		case 'reload': {
			const { version } = await engine.cores.reload(act, call);
			return `${act.plugin} runs as version ${version}.`;
		}
		case 'start':
			await engine.cores.start({ target: act.plugin, allow: null, pid: act.pid }, call);
			return `${act.plugin} runs again.`;
		case 'stop':
		case 'kill':
			await engine.cores.stop({ plugin: act.plugin, pid: act.pid, force: act.type === 'kill' }, call);
			return `${act.plugin} was ${act.type === 'kill' ? 'killed' : 'stopped'}.`;
		case 'limits':
			await engine.cores.setLimits(act, call);
			return `The limits of ${act.plugin} hold.`;
		case 'revoke': {
			const { pids } = await engine.revokeGrant({ plugin: act.plugin, permission: parsePermission(act.permission) }, call);
			return `${act.plugin} has lost ${act.permission}${pids.length === 0 ? '' : ', also where it runs'}.`;
		}
		case 'release':
			await engine.runtime.release(act.plugin, call);
			return `${act.plugin} may run again; s starts it.`;
		case 'start-here':
			await Promise.all(act.plugins.map((target) => engine.runtime.start({ target, allow: [] }, call)));
			return `${act.plugins.join(', ')} ${act.plugins.length === 1 ? 'runs' : 'run'} as long as the app is open.`;
	}
}
