import type { DoctorReport } from './upkeep.ts';
import type { Engine, EngineOptions } from './engine.ts';
import type { EngineError } from './errors.ts';
import type { CallOptions } from './events.ts';

/** Opens the home (creating it when it is new, recovering it when it was interrupted); npm's configuration is read when a registry is first needed. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
	// Here and not before: whoever only needs the errors and the types must not wait for the registry client and the rest to load.
	const loaded = await import('./create-engine.ts');
	return loaded.createEngine(options);
}

/** What the doctor finds when `createEngine` has thrown `failure`: that, and everything that needs no home. With `fix`, what can be put aside safely is, and then all is looked at. */
export async function examine(
	options: EngineOptions,
	failure: EngineError,
	call: CallOptions & { readonly fix: boolean },
): Promise<DoctorReport> {
	const loaded = await import('./create-engine.ts');
	return loaded.examine(options, failure, call);
}
