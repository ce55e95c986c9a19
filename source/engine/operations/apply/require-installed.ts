import { EngineError } from '../../errors.ts';
import type { Generation } from '../../home/index.ts';

/** Throws `not-installed`, naming what is. */
export function requireInstalled(base: Generation, names: readonly string[]): void {
	const unknown = names.find((name) => !Object.hasOwn(base.lock.roots, name));
	if (unknown !== undefined) {
		throw notInstalled(base, unknown);
	}
}

/** For something that the generation does not hold as a plugin. */
export function notInstalled({ number, lock }: Generation, name: string): EngineError {
	const installed = Object.keys(lock.roots);
	return installed.length === 0
		? new EngineError('not-installed', `${name} is not installed: nothing is installed yet.`, {
				hint: `Install it: plugward install ${name}`,
			})
		: new EngineError('not-installed', `${name} is not installed in generation ${number}.`, {
				hint: `Installed: ${installed.join(', ')}.`,
			});
}
