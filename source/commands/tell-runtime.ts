import { type CallOptions, type Engine, type RuntimePhase, type RuntimePlugin, stripToLine, toEngineError } from '../engine/index.ts';

const EVERYTHING = { plugin: null, filter: '', last: 2000 } as const;

/** Tells what the plugins of this process write, and when one of them is started, ends or is given up, until it is disposed of. */
export function tellRuntime(engine: Engine, { onEvent }: CallOptions): Disposable {
	const stopped = new AbortController();
	const { signal } = stopped;
	const warn = (error: unknown): void => {
		if (!signal.aborted) {
			const { message } = toEngineError(error, { code: 'internal', message: 'What the plugins do cannot be followed.' });
			onEvent({ type: 'notice', severity: 'warning', code: 'runtime', text: message });
		}
	};
	const tellChanges = async (): Promise<void> => {
		let lastLine = 0;
		const phases = new Map<string, RuntimePhase>();
		for await (const { plugins } of engine.subscribe('runtime', { signal })) {
			for (const plugin of plugins) {
				const text = textOf(plugin, phases.get(plugin.plugin) ?? null);
				phases.set(plugin.plugin, plugin.phase);
				if (text !== null) {
					onEvent({ type: 'plugin-output', plugin: plugin.plugin, stream: text.isBad ? 'warn' : 'log', text: `-- ${text.text}` });
				}
			}

			for (const { number, plugin, stream, text } of engine.runtime.logs(EVERYTHING).filter((line) => line.number > lastLine)) {
				lastLine = number;
				onEvent({ type: 'plugin-output', plugin, stream, text });
			}
		}
	};
	tellChanges().catch(warn);
	return { [Symbol.dispose]: () => stopped.abort() };
}

function textOf(plugin: RuntimePlugin, before: RuntimePhase | null): { readonly text: string; readonly isBad: boolean } | null {
	const { phase, failure, retryAt, crashes } = plugin;
	if (phase === before || (isUp(phase) && before !== null && isUp(before))) {
		return null;
	}

	if (isUp(phase)) {
		return {
			text: `${before === 'reloading' ? 'reloaded' : 'runs'}, version ${plugin.version}, process ${plugin.pid ?? '-'}`,
			isBad: false,
		};
	}

	const why = failure === null ? '.' : `: ${stripToLine(failure)}`;
	if (phase === 'backing-off') {
		return { text: `ended${why} Starts again at ${retryAt ?? 'once'}.`, isBad: true };
	}

	if (phase === 'quarantined') {
		return { text: `in quarantine after ${crashes} crashes${why} Let it run again: plugward quarantine release`, isBad: true };
	}

	return phase === 'stopped' ? { text: 'stopped', isBad: false } : null;
}

function isUp(phase: RuntimePhase): boolean {
	return phase === 'ready' || phase === 'executing';
}
