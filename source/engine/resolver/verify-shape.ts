import type { Problem } from './problem.ts';
import type { Platform } from './request.ts';
import type { Resolution, ResolvedPackage } from './resolution.ts';

type Packages = ReadonlyMap<string, ResolvedPackage>;

/** Whether a tree is one: ids, what is reached and how, what was left out and why, and that misfits with this computer are told. */
export function shapeProblems(
	{ roots, packages: list, warnings }: Resolution,
	{ packages, platform }: { readonly packages: Packages; readonly platform: Platform },
): Problem[] {
	const starts = Object.values(roots).map(({ instance }) => instance);
	const reached = reachedFrom(starts, (id) => Object.values(packages.get(id)?.dependencies ?? {}));
	const required = reachedFrom(starts, (id) => requiredTargets(packages.get(id)));
	const twice = packages.size === list.length ? [] : [shape('', `Expected ${list.length} different ids, got ${packages.size}.`)];
	return [
		...twice,
		...list.flatMap((package_) => [
			...idProblems(package_, reached),
			...optionalProblems(package_, required),
			...droppedProblems(package_),
			...platformProblems(package_, { platform, warnings }),
		]),
	];
}

function shape(at: string, text: string): Problem {
	return { code: 'shape', at, text };
}

function reachedFrom(starts: readonly string[], next: (id: string) => readonly string[]): ReadonlySet<string> {
	const reached = new Set(starts);
	for (const id of reached) {
		for (const target of next(id)) {
			reached.add(target);
		}
	}

	return reached;
}

/** Where the edges lead that may not be missing. */
function requiredTargets(package_: ResolvedPackage | undefined): string[] {
	if (package_ === undefined) {
		return [];
	}

	const { dependencies, peers, manifest } = package_;
	const mayMiss = (name: string): boolean =>
		peers.includes(name) ? manifest.optionalPeers.includes(name) : Object.hasOwn(manifest.optionalDependencies, name);
	return Object.entries(dependencies).flatMap(([name, target]) => (mayMiss(name) ? [] : [target]));
}

function idProblems({ id, name, version }: ResolvedPackage, reached: ReadonlySet<string>): Problem[] {
	const base = `${name}@${version}`;
	const isNamedSo = id === base || id.startsWith(`${base}(`) || id.startsWith(`${base}#`);
	return [
		...(isNamedSo ? [] : [shape(id, `${id} is the id of ${base}.`)]),
		...(reached.has(id) ? [] : [shape(id, `${id} is in the tree and nothing leads to it.`)]),
	];
}

function optionalProblems({ id, optional }: ResolvedPackage, required: ReadonlySet<string>): Problem[] {
	return optional === !required.has(id)
		? []
		: [shape(id, `${id} is marked ${optional ? 'optional and something requires it' : 'required and only optional edges lead to it'}.`)];
}

function droppedProblems({ id, manifest, dependencies, dropped }: ResolvedPackage): Problem[] {
	return Object.entries(dropped).flatMap(([name, reason]) => {
		if (!Object.hasOwn(manifest.optionalDependencies, name)) {
			return [shape(id, `${id} left out ${name}, which is no optional dependency of it.`)];
		}

		return [
			...(Object.hasOwn(dependencies, name) ? [shape(id, `${id} left out ${name} and has an edge to it.`)] : []),
			...(reason.trim() === '' ? [shape(id, `${id} left out ${name} and does not say why.`)] : []),
		];
	});
}

/** What is required and not for this computer stays in the tree, as the lock is for all; but it must be told. */
function platformProblems(
	{ id, name, version, optional, manifest }: ResolvedPackage,
	{ platform, warnings }: { readonly platform: Platform; readonly warnings: readonly string[] },
): Problem[] {
	const fits =
		isFor(manifest.os, platform.os) && isFor(manifest.cpu, platform.cpu) && (platform.libc === null || isFor(manifest.libc, platform.libc));
	const isTold = warnings.some((warning) => warning.startsWith(`${name} ${version} is not for this computer`));
	return optional || fits || isTold
		? []
		: [{ code: 'platform', at: id, text: `${id} is required and not for this computer, and no warning says so.` }];
}

/** As npm reads these lists: what has an exclamation mark is excluded, and of what has none one must be it. */
function isFor(list: readonly string[], value: string): boolean {
	const isExcluded = list.some((entry) => entry === `!${value}`);
	const included = list.filter((entry) => !entry.startsWith('!'));
	return !isExcluded && (included.length === 0 || included.some((entry) => entry === value || entry === 'any'));
}
