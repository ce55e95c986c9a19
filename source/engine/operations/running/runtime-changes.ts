import { setTimeout as sleep } from 'node:timers/promises';
import type { Topics } from '../../engine.ts';
import type { RuntimeLogLine, RuntimeLogQuery, RuntimePlugin, RuntimeTransition } from '../../runtime.ts';

type Changes = Topics['runtime'];

const FIGURES_MILLISECONDS = 1000;
const MAXIMUM_TRANSITIONS = 1000;
const MAXIMUM_LINES = 2000;
const FOLLOW_MILLISECONDS = 50;
const STREAMS: readonly RuntimeLogLine['stream'][] = ['log', 'warn', 'error'];

/** What happens to the plugins that stay, for whoever watches; works before the first of them was started. */
export class RuntimeChanges {
	readonly #lines: RuntimeLogLine[] = [];
	readonly #watchers = new Set<{ transitions: RuntimeTransition[]; wake: () => void }>();
	readonly #followers = new Set<() => void>();
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
		for (const wake of this.#followers) {
			wake();
		}

		if (this.#lines.length > MAXIMUM_LINES * 2) {
			this.#lines.splice(0, MAXIMUM_LINES);
		}
	}

	lines(query: RuntimeLogQuery): readonly RuntimeLogLine[] {
		const found = this.#lines.filter((line) => isWanted(line, query));
		// `slice(-0)` would be all of them.
		return query.last === 0 ? [] : found.slice(-query.last);
	}

	/** The newest lines first, then those that come, some at a time, until the signal fires. */
	async *follow(query: RuntimeLogQuery, { signal }: { readonly signal: AbortSignal }): AsyncIterable<readonly RuntimeLogLine[]> {
		let last = this.#lastLine;
		yield this.lines(query);
		while (!signal.aborted) {
			if (last === this.#lastLine) {
				await this.#lineAfter(signal);
			}

			// A flood comes in pieces.
			await sleep(FOLLOW_MILLISECONDS, null, { signal }).catch(() => undefined);
			const lines = this.#lines.filter((line) => line.number > last && isWanted(line, query));
			last = this.#lastLine;
			if (lines.length > 0 && !signal.aborted) {
				yield lines;
			}
		}
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

	async #lineAfter(signal: AbortSignal): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		const wake = (): void => resolve();
		this.#followers.add(wake);
		signal.addEventListener('abort', wake, { once: true });
		await promise;
		this.#followers.delete(wake);
		signal.removeEventListener('abort', wake);
	}
}

function isWanted({ plugin, stream, text }: RuntimeLogLine, query: RuntimeLogQuery): boolean {
	return (
		(query.plugin === null || plugin === query.plugin) &&
		STREAMS.indexOf(stream) >= STREAMS.indexOf(query.level ?? 'log') &&
		text.includes(query.filter)
	);
}
