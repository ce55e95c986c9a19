import type { InstanceId, Lock } from '../../lock.ts';

/** One edge of the lock; from null: a root. */
export type Asking = { readonly from: InstanceId | null; readonly to: InstanceId; readonly name: string };

/** Of paths that run together in thousands nobody reads the last, so counting ends here. */
const MOST_STEPS = 20_000;

/** Who asks for each instance, roots first, then by id. */
export function reverseEdges({ roots, packages }: Lock): ReadonlyMap<InstanceId, readonly Asking[]> {
	const reverse = new Map<InstanceId, Asking[]>();
	const add = (asking: Asking): void => {
		reverse.getOrInsertComputed(asking.to, () => []).push(asking);
	};
	for (const [name, { instance }] of Object.entries(roots)) {
		add({ from: null, to: instance, name });
	}

	for (const [from, { dependencies }] of Object.entries(packages)) {
		for (const [name, to] of Object.entries(dependencies)) {
			add({ from, to, name });
		}
	}

	return reverse;
}

type Reverse = { readonly reverse: ReadonlyMap<InstanceId, readonly Asking[]>; readonly mostPaths: number };

export type FoundPaths = { readonly paths: readonly (readonly Asking[])[]; readonly count: number; readonly isCounted: boolean };

/** Ways from a root to an instance that pass no instance twice, shortest first. */
export function pathsTo(id: InstanceId, { reverse, mostPaths }: Reverse): FoundPaths {
	const paths: (readonly Asking[])[] = [];
	const open: (readonly Asking[])[] = (reverse.get(id) ?? []).map((asking) => [asking]);
	let count = 0;
	for (let at = 0; at < open.length && at < MOST_STEPS; at += 1) {
		const path = open[at] ?? [];
		const [first] = path;
		if (first === undefined || first.from === null) {
			count += 1;
			if (paths.length < mostPaths) {
				paths.push(path);
			}

			continue;
		}

		const passed = new Set(path.map(({ to }) => to));
		for (const asking of passed.has(first.from) ? [] : (reverse.get(first.from) ?? [])) {
			if (open.length < MOST_STEPS * 2) {
				open.push([asking, ...path]);
			}
		}
	}

	return { paths, count, isCounted: open.length <= MOST_STEPS };
}
