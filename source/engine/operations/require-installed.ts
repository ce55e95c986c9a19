import { EngineError } from '../errors.ts';
import type { Generation } from '../home/index.ts';

/** Throws `not-installed`, naming what is. */
export function requireInstalled(base: Generation, names: readonly string[]): void {
	const installed = Object.keys(base.lock.roots);
	const unknown = names.find((name) => !installed.includes(name));
	if (unknown !== undefined) {
		throw new EngineError('not-installed', `${unknown} is not installed in generation ${base.number}.`, {
			hint: installed.length === 0 ? `Install it: plugward install ${unknown}` : `Installed: ${installed.join(', ')}.`,
		});
	}
}
