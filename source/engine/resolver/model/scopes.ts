import { NO_PROGRESS } from './overrides.ts';
import type { Progress } from './overrides.ts';
import type { Slot } from './slots.ts';

/**
 * What is visible under a name in one part of the tree where it differs from the copy everybody sees. Interned, so that equal
 * scopes are one object.
 */
export type Scope = {
	readonly number: number;
	/** Zero for the outermost; one more than the deepest scope among its slots. */
	readonly depth: number;
	readonly bindings: ReadonlyMap<string, Slot>;
	/** How far it lies along the paths of overrides. */
	readonly progress: Progress;
};

export const OUTERMOST: Scope = { number: 0, depth: 0, bindings: new Map(), progress: NO_PROGRESS };

export class Scopes {
	readonly #known = new Map<string, Scope>();
	#count = 0;

	of(bindings: ReadonlyMap<string, Slot>, progress: Progress): Scope {
		if (bindings.size === 0 && progress === NO_PROGRESS) {
			return OUTERMOST;
		}

		const sorted = [...bindings].sort(([a], [b]) => (a < b ? -1 : 1));
		const key = `${progress.key} ${sorted.map(([name, slot]) => `${name}=${slot.variable}`).join(' ')}`;
		const known = this.#known.get(key);
		if (known !== undefined) {
			return known;
		}

		const scope = this.create(new Map(sorted), { progress, depth: Math.max(-1, ...sorted.map(([, slot]) => slot.scope.depth)) + 1 });
		this.#known.set(key, scope);
		return scope;
	}

	/** A scope of its own, for slots that see each other. The caller fills the bindings. */
	create(bindings: ReadonlyMap<string, Slot>, { progress, depth }: { readonly progress: Progress; readonly depth: number }): Scope {
		this.#count += 1;
		return { number: this.#count, depth, bindings, progress };
	}
}
