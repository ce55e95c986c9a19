import type { Engine, EngineOptions } from './engine.ts';

/** Opens the home (creating it when it is new, recovering it when it was interrupted); npm's configuration is read when a registry is first needed. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
	// Here and not before: whoever only needs the errors and the types must not wait for the registry client and the rest to load.
	const loaded = await import('./create-engine.ts');
	return loaded.createEngine(options);
}
