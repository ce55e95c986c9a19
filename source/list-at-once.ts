import type { Engine, InstalledState } from './engine/index.ts';

/**
 * Asks what is installed before anything is there to show it. The engine given back answers its first `list` with that, so that it is asked
 * once. `listed` is null where it failed: whoever asks then hears why.
 */
export function listAtOnce(
	engine: Engine,
	signal: AbortSignal,
): { readonly engine: Engine; readonly listed: Promise<InstalledState | null> } {
	let started: Promise<InstalledState> | null = engine.list({ signal, onEvent: () => undefined });
	const listed = started.catch(() => null);
	return {
		listed,
		engine: {
			...engine,
			list: (options) => {
				const first = started;
				started = null;
				return first ?? engine.list(options);
			},
		},
	};
}
