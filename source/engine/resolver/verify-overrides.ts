import type { Override, ResolveRequest } from './request.ts';

/** The exact rules of npm, which the checker is given rather than share them with the solver. */
export type RangeRules = {
	readonly satisfies: (version: string, range: string) => boolean;
	/** True when some version could satisfy both. */
	readonly intersects: (a: string, b: string) => boolean;
};

/** For each override the number of packages of its path that were passed on the way here. */
export type Passed = readonly number[];

/** Reads the overrides of a request once more, edge by edge and path by path. */
export class OverrideCheck {
	readonly outside: Passed;
	readonly #overrides: readonly Override[];
	readonly #rules: RangeRules;

	constructor({ overrides, roots }: Pick<ResolveRequest, 'overrides' | 'roots'>, rules: RangeRules) {
		this.#overrides = overrides.map((override) => {
			const root = roots.find(({ name }) => `$${name}` === override.spec);
			return root === undefined ? override : { ...override, spec: root.spec };
		});
		this.#rules = rules;
		this.outside = overrides.map(() => 0);
	}

	/** What may be asked for instead, name by name. */
	get specs(): readonly (readonly [name: string, spec: string])[] {
		return this.#overrides.map(({ name, spec }) => [name, spec]);
	}

	/** What has been passed below the package. */
	below(passed: Passed, { name, version }: { readonly name: string; readonly version: string }): Passed {
		const next = this.#overrides.map(({ path }, i) => {
			const done = passed[i] ?? 0;
			const step = path[done];
			const isPassed = step?.name === name && (step.range === null || this.#rules.satisfies(version, step.range));
			return isPassed ? done + 1 : done;
		});
		return next.some((done, i) => done !== passed[i]) ? next : passed;
	}

	/** What a package that wrote `spec` for the name asks for in truth. */
	asked(passed: Passed, { name, spec }: { readonly name: string; readonly spec: string }): string {
		let best: Override | null = null;
		for (const [i, override] of this.#overrides.entries()) {
			const isHere = override.name === name && passed[i] === override.path.length;
			if (isHere && override.path.length > (best?.path.length ?? -1) && this.#isMeant(override, spec)) {
				best = override;
			}
		}

		return best?.spec ?? spec;
	}

	#isMeant({ range }: Override, spec: string): boolean {
		const asked = spec.replace(/^npm:@?[^@]+@?/u, '').trim();
		return range === null || isTag(asked) || this.#rules.intersects(asked, range);
	}
}

/** True for what names a version by a word, such as `latest`. */
export function isTag(range: string): boolean {
	return /^[a-z]/iu.test(range) && !/^[vx][\d.*x]*$/iu.test(range);
}
