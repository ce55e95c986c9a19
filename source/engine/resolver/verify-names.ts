import type { ResolveRequest } from './request.ts';
import type { Resolution } from './resolution.ts';
import { isTag } from './verify-overrides.ts';

/** `name target` for each package that somebody has under another name. */
export type OtherNames = ReadonlySet<string>;

/** What a dependency on `name` written as `spec` asks for; an alias leads to another package. */
export function readAsked(name: string, spec: string): { readonly target: string; readonly range: string; readonly isTag: boolean } {
	const alias = /^npm:(@?[^@]+)(?:@(.*))?$/u.exec(spec);
	const range = (alias === null ? spec : (alias[2] ?? '*')).trim();
	return { target: alias?.[1] ?? name, range, isTag: isTag(range) };
}

/** Every alias that a root, a package of the tree or an override writes. */
export function otherNames({ packages }: Resolution, { roots, overrides }: Pick<ResolveRequest, 'roots' | 'overrides'>): OtherNames {
	const lists = packages.flatMap(({ manifest }) => [manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies]);
	const written = [
		...lists.flatMap((list) => Object.entries(list)),
		...roots.map(({ name, spec }) => [name, spec] as const),
		...overrides.map(({ name, spec }) => [name, roots.find((root) => `$${root.name}` === spec)?.spec ?? spec] as const),
	];
	return new Set(
		written.flatMap(([name, spec]) => {
			const { target } = readAsked(name, spec);
			return target === name ? [] : [`${name} ${target}`];
		}),
	);
}
