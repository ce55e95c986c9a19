import { failureOf } from '../failure.ts';
import type { Pointed } from '../screens/parts/click-areas.tsx';
import type { MouseReport } from '../terminal/index.ts';
import { performCommand } from './commands.ts';
import type { ActionContext, Host } from './context.ts';
import { createKeys } from './keys.ts';
import { createLoading } from './loading.ts';
import { createMouse } from './mouse.ts';
import { finishAlone, tellJobs } from './lost-terminal.ts';
import { createOperations } from './operations.ts';
import { createRuntimeWatch } from './runtime-watch.ts';

export type { Host } from './context.ts';

export type Actions = {
	/** First loads, and following changes that other processes make. */
	readonly start: () => void;
	readonly stop: () => void;
	/** The terminal is gone: what runs is finished and put on record, for the next start to tell. */
	readonly finishAlone: () => Promise<void>;
	readonly key: (name: string) => void;
	readonly paste: (text: string) => void;
	/** `under`: everything that stands under the pointer. */
	readonly mouse: (report: MouseReport, under: readonly Pointed[]) => void;
};

/** Turns keys into changes of state and calls of the engine. */
export function createActions(context: ActionContext, host: Host): Actions {
	const { store } = context;
	const loading = createLoading(context);
	const reload = (): void => reloadAll(store, loading);
	const operations = createOperations(context, { onChanged: reload });
	const runtime = createRuntimeWatch(context);
	const parts = { context, store, host, loading, operations, runtime };
	const keys = createKeys(parts);

	return {
		mouse: createMouse(store, { now: context.now, does: { ...keys, open: (section) => performCommand(parts, `go-${section}`) } }),
		key: keys.key,
		paste: keys.paste,
		start() {
			loading.followSelection();
			runtime.start();
			reload();
			void followOthers(context, reload);
			performCommand(parts, `go-${store.getState().section}`);
			void tellJobs(context);
		},
		finishAlone: () => finishAlone(context, operations),
		stop() {
			loading.stop();
			runtime.stop();
			store.flush();
		},
	};
}

/** What cannot be followed is told; never rejects. */
async function followOthers(context: ActionContext, changed: () => void): Promise<void> {
	try {
		await followGenerations(context, changed);
	} catch (thrown) {
		if (!context.signal.aborted) {
			const text = `Changes by others are not shown: ${failureOf(thrown).message}`;
			context.store.dispatch({ type: 'noticed', notice: { tone: 'warning', text } });
		}
	}
}

async function followGenerations({ engine, signal }: ActionContext, changed: () => void): Promise<void> {
	let known: number | null = null;
	for await (const { number } of engine.subscribe('generation', { signal })) {
		if (known !== null && known !== number) {
			changed();
		}

		known = number;
	}
}

/** After a change of what is installed. */
function reloadAll(store: ActionContext['store'], loading: ReturnType<typeof createLoading>): void {
	void loading.loadInstalled();
	void loading.loadHistory();
	store.dispatch({ type: 'trust-changed' });
	for (const page of store.getState().pages) {
		if (page.type === 'plugin') {
			void loading.loadInfo(page.name);
			void loading.loadContents({ name: page.name, fetch: false });
		}
	}

	if (store.getState().section === 'updates') {
		void loading.loadOutdated();
	}

	if (store.getState().section === 'trust') {
		void loading.loadTrust();
	}
}
