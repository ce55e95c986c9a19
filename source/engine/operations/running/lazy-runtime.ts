import type { EngineContext } from '../engine-context.ts';
import type { Runtime } from './runtime.ts';
import { RuntimeChanges } from './runtime-changes.ts';

/** The plugins that stay; a command that starts none loads none of what that takes. */
export type LazyRuntime = {
	readonly changes: RuntimeChanges;
	readonly open: () => Promise<Runtime>;
	/** Null as long as nothing was started. */
	readonly opened: () => Promise<Runtime | null>;
	/** Tells a plugin that runs here that its quarantine is over. */
	readonly release: (plugin: string) => Promise<void>;
	readonly [Symbol.asyncDispose]: () => Promise<void>;
};

export function lazyRuntime(context: () => EngineContext): LazyRuntime {
	const changes = new RuntimeChanges();
	let opened: Promise<Runtime> | null = null;
	return {
		changes,
		open: () => {
			opened ??= import('./runtime.ts').then(({ Runtime }) => new Runtime(context(), changes));
			return opened;
		},
		opened: async () => opened,
		release: async (plugin) => {
			(await opened)?.release(plugin);
		},
		[Symbol.asyncDispose]: async () => {
			await (await opened)?.[Symbol.asyncDispose]();
		},
	};
}
