import type { Cited } from './cited-causes.ts';

/** Who asked for each package of the conflict that is not a root: `root > dependency > dependency`, from the cited facts alone. */
export function pathsOf(cited: Cited): string[] {
	const paths = new Map<string, string>();
	for (const cause of cited.values()) {
		if (cause.type === 'root') {
			paths.set(cause.package.name, cause.name);
		}
	}

	const roots = new Set(paths.keys());
	for (let isGrowing = true; isGrowing;) {
		isGrowing = false;
		for (const cause of cited.values()) {
			const from = 'dependent' in cause ? paths.get(cause.dependent.name) : undefined;
			if (from !== undefined && 'name' in cause && !paths.has(cause.name)) {
				paths.set(cause.name, `${from} > ${cause.name}`);
				isGrowing = true;
			}
		}
	}

	return [...paths].filter(([name]) => !roots.has(name)).map(([, path]) => path);
}
