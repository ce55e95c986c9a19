import { EngineError } from '../../errors.ts';
import type { Override, ResolveRequest } from '../request.ts';
import { parseRange, rangesMeet, satisfies } from '../semver/range.ts';
import { parseSpec } from './spec.ts';

/** How many packages of each path have been met on the way down. Equal keys mean equal progress. */
export type Progress = { readonly key: string; readonly steps: readonly number[] };

export const NO_PROGRESS: Progress = { key: '', steps: [] };

/** What stands among asked names for a name that only some paths replace; no package can be called so. */
const MARK = 'override ';

/**
 * Which dependency is replaced by what. The path with the most packages wins, then the first in the list. A package below a path
 * is a copy of its own only where it leads to something that the path replaces.
 */
export class Overrides {
	readonly #global: readonly Override[];
	/** Longest path first. */
	readonly #scoped: readonly Override[];
	readonly #scopedNames: ReadonlySet<string>;
	readonly #known = new Map<string, Progress>();

	constructor(overrides: readonly Override[]) {
		this.#global = overrides.filter(({ path }) => path.length === 0);
		this.#scoped = overrides.filter(({ path }) => path.length > 0).toSorted((a, b) => b.path.length - a.path.length);
		this.#scopedNames = new Set(this.#scoped.map(({ name }) => name));
	}

	/** The same with more, which come before others with as long a path. */
	with(overrides: readonly Override[]): Overrides {
		return new Overrides([...overrides, ...this.#scoped, ...this.#global]);
	}

	/** What replaces a dependency on `name` that was written as `text`, or undefined. */
	replacement(progress: Progress, { name, text }: { readonly name: string; readonly text: string }): Override | undefined {
		const scoped = this.#scoped.find(({ path, ...override }, i) => progress.steps[i] === path.length && isMeant(override, { name, text }));
		return scoped ?? this.#global.find((override) => isMeant(override, { name, text }));
	}

	/** Progress of what lies below the package. */
	enter(progress: Progress, name: string, version: string): Progress {
		if (!this.#scoped.some(({ path }) => path.some((step) => step.name === name))) {
			return progress;
		}

		return this.#intern(
			this.#scoped.map(({ path }, i) => {
				const done = progress.steps[i] ?? 0;
				const next = path[done];
				const isMet = next?.name === name && (next.range === null || satisfies(version, next.range));
				return isMet ? done + 1 : done;
			}),
		);
	}

	/** Forgets what cannot matter to a package that leads to no dependency but those marked in `asks`. */
	keep(progress: Progress, asks: ReadonlySet<string>): Progress {
		return progress === NO_PROGRESS
			? progress
			: this.#intern(this.#scoped.map(({ name }, i) => (asks.has(`${MARK}${name}`) ? (progress.steps[i] ?? 0) : 0)));
	}

	/** What a package with a dependency of that name asks of its surroundings; null: nothing. */
	mark(name: string): string | null {
		return this.#scopedNames.has(name) ? `${MARK}${name}` : null;
	}

	/** Whatever may be asked for instead of the name, under some path or everywhere. */
	specsFor(name: string): readonly string[] {
		return [...this.#scoped, ...this.#global].flatMap((override) => (override.name === name ? [override.spec] : []));
	}

	/** True when versions of one package may have different edges although they wrote the same. */
	judgesVersionsOf(name: string): boolean {
		return this.#scoped.some(({ path }) => path.some((step) => step.name === name && step.range !== null));
	}

	#intern(steps: readonly number[]): Progress {
		if (steps.every((step) => step === 0)) {
			return NO_PROGRESS;
		}

		const key = steps.join(',');
		const known = this.#known.get(key) ?? { key, steps };
		this.#known.set(key, known);
		return known;
	}
}

/**
 * The overrides of a request with `$name` replaced by what that root asks for. Throws `spec-invalid` for one that cannot be read and
 * `spec-unsupported` for one that leads out of the registry.
 */
export function readOverrides({ overrides, roots }: Pick<ResolveRequest, 'overrides' | 'roots'>): Override[] {
	return overrides.map((override) => {
		const ranges = [...override.path.map(({ range }) => range), override.range];
		const junk = ranges.find((range) => range !== null && parseRange(range) === null);
		if (junk !== undefined) {
			throw new EngineError('spec-invalid', `The override of ${override.name} names ${JSON.stringify(junk)}, which is not a range.`, {
				hint: 'Write a range as in package.json, for instance ^1.2.0.',
			});
		}

		const reference = override.spec.startsWith('$') ? override.spec.slice(1) : null;
		const root = roots.find(({ name }) => name === reference);
		if (reference !== null && root === undefined) {
			throw new EngineError(
				'spec-invalid',
				`The override of ${override.name} refers to ${override.spec}, and ${reference} was not asked for.`,
				{
					hint: `Give it a version: ${override.name}=1.2.3`,
				},
			);
		}

		const spec = root?.spec ?? override.spec;
		if (parseSpec(override.name, spec).type === 'unsupported') {
			throw new EngineError(
				'spec-unsupported',
				`${override.name} is to be overridden by ${spec}, but only versions from a registry can be installed.`,
				{ hint: `Publish it to a registry, or override it by a version: ${override.name}=1.2.3` },
			);
		}

		return { ...override, spec };
	});
}

function isMeant(override: Pick<Override, 'name' | 'range'>, { name, text }: { readonly name: string; readonly text: string }): boolean {
	if (override.name !== name || override.range === null) {
		return override.name === name;
	}

	const spec = parseSpec(name, text);
	// A tag has no range to compare with, so npm takes it for meant.
	return spec.type === 'tag' || (spec.type === 'range' && rangesMeet(spec.range, override.range));
}
