import type { Topics } from '../../engine.ts';
import type { RuntimeLogLine, RuntimePlugin, RuntimeTransition } from '../../runtime.ts';

type Changes = Topics['runtime'];

const FIGURES_MILLISECONDS = 1000;
const MAXIMUM_TRANSITIONS = 1000;
const MAXIMUM_LINES = 2000;

/** What happens to the plugins that stay, for whoever watches; works before the first of them was started. */
export class RuntimeChanges {
	readonly #lines: RuntimeLogLine[] = [];
	readonly #watchers = new Set<{ transitions: RuntimeTransition[]; wake: () => void }>();
	#list: () => readonly RuntimePlugin[] = () => [];
	#lastLine = 0;

	/** Where the present state comes from, once there is one. */
	setList(list: () => readonly RuntimePlugin[]): void {
		this.#list = list;
		this.changed(null);
	}

	list(): readonly RuntimePlugin[] {
		return this.#list();
	}

	changed(transition: RuntimeTransition | null): void {
		for (const watcher of this.#watchers) {
			if (transition !== null && watcher.transitions.length < MAXIMUM_TRANSITIONS) {
				watcher.transitions.push(transition);
			}

			watcher.wake();
		}
	}

	addLine(line: Omit<RuntimeLogLine, 'number'>): void {
		this.#lastLine += 1;
		this.#lines.push({ number: this.#lastLine, ...line });
		if (this.#lines.length > MAXIMUM_LINES * 2) {
			this.#lines.splice(0, MAXIMUM_LINES);
		}
	}

	lines({
		plugin,
		filter,
		last,
	}: {
		readonly plugin: string | null;
		readonly filter: string;
		readonly last: number;
	}): readonly RuntimeLogLine[] {
		return this.#lines.filter((line) => (plugin === null || line.plugin === plugin) && line.text.includes(filter)).slice(-last);
	}

	/** The present state first, then after each change, and once a second while something runs. */
	async *watch({ signal }: { readonly signal: AbortSignal }): AsyncIterable<Changes> {
		let woken = Promise.withResolvers<void>();
		const watcher = { transitions: [] as RuntimeTransition[], wake: () => woken.resolve() };
		const onAbort = (): void => woken.resolve();
		signal.addEventListener('abort', onAbort, { once: true });
		this.#watchers.add(watcher);
		try {
			while (!signal.aborted) {
				const plugins = this.#list();
				yield { plugins, transitions: watcher.transitions.splice(0) };
				const timer = plugins.length === 0 ? null : setTimeout(() => woken.resolve(), FIGURES_MILLISECONDS);
				await woken.promise;
				woken = Promise.withResolvers();
				if (timer !== null) {
					clearTimeout(timer);
				}
			}
		} finally {
			this.#watchers.delete(watcher);
			signal.removeEventListener('abort', onAbort);
		}
	}
}
